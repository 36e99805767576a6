/** Two values of a fact held against each other, to the last bit. */

/** Where two values part first: the field's path, and both values as JSON text (`nothing` where it is not there). */
export interface Difference {
  readonly field: string
  readonly recorded: string
  readonly recomputed: string
}

const text = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value))

const isBranch = (value: unknown): value is object => typeof value === "object" && value !== null

/** The first difference in the order of the recorded value's fields; null where there is none. */
export const differenceOf = (recorded: unknown, recomputed: unknown, field = ""): Difference | null => {
  if (!isBranch(recorded) || !isBranch(recomputed)) {
    return recorded === recomputed ? null : { field, recorded: text(recorded), recomputed: text(recomputed) }
  }
  const [before, now] = [new Map(Object.entries(recorded)), new Map(Object.entries(recomputed))]
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const found = differenceOf(before.get(name), now.get(name), field === "" ? name : `${field}.${name}`)
    if (found !== null) return found
  }
  return null
}

/** States as lines of path and value, and what differs between two of them. Pure. */

/** `book.orders.0.price` and what stands there, as text. */
export interface Leaf {
  readonly path: string
  readonly value: string
}

/** A leaf of the later state; `before` is what stood there in the earlier one: undefined where nothing did, null where it is the same. */
export interface Changed extends Leaf {
  readonly before: string | undefined | null
}

/** Every leaf of a state as its text form reads (`stateText.ts`), in the state's own order; empty lists and objects are leaves. */
export const leavesOf = (value: unknown, path = ""): ReadonlyArray<Leaf> => {
  if (typeof value !== "object" || value === null) return [{ path, value: JSON.stringify(value) ?? "undefined" }]
  const entries = Object.entries(value)
  if (entries.length === 0) return [{ path, value: Array.isArray(value) ? "[]" : "{}" }]
  return entries.flatMap(([index, inner]) => {
    const key = Array.isArray(value) ? (ownNumber(inner) ?? index) : index
    return leavesOf(inner, path === "" ? key : `${path}.${key}`)
  })
}

/** An order in a list keeps its name when others come and go: `#34`. */
export const ownNumber = (item: unknown): string | null => {
  if (typeof item !== "object" || item === null) return null
  const { localId, order } = item as { readonly localId?: unknown; readonly order?: unknown }
  return typeof localId === "number" ? `#${localId}` : order === undefined ? null : ownNumber(order)
}

/** Every leaf of the later state with what it was, then what is gone: its value is empty. */
export const changesBetween = (before: ReadonlyArray<Leaf>, after: ReadonlyArray<Leaf>): ReadonlyArray<Changed> => {
  const old = new Map(before.map(({ path, value }) => [path, value]))
  const now = new Set(after.map(({ path }) => path))
  const kept = after.map(({ path, value }): Changed => {
    const was = old.get(path)
    return { path, value, before: was === value ? null : was }
  })
  const gone = before
    .filter(({ path }) => !now.has(path))
    .map(({ path, value }) => ({ path, value: "", before: value }))
  return [...kept, ...gone]
}

/** Parameters of a request: read field by field, and told of in the contract as they are read. Pure. */

/** What a parameter accepts, for the contract. */
export interface ParamShape {
  readonly type: "integer" | "string"
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: ReadonlyArray<string>
  readonly default?: number | string
}

/** One parameter. `read` throws an Error whose message completes "limit=abc: …"; null: it was left out. */
export interface Param<A> {
  readonly about: string
  readonly shape: ParamShape
  readonly read: (text: string | null) => A
}

/** A request's parameters by name. */
export type Params = Readonly<Record<string, Param<unknown>>>
/** What they are read to. */
export type Asked<P extends Params> = { readonly [Name in keyof P]: P[Name] extends Param<infer A> ? A : never }

const whole = (text: string, min: number, max: number): number => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value) || value < min || value > max) throw new Error(`is no whole number from ${min} to ${max}`)
  return value
}

const LARGEST = 999_999_999_999_999

/** A whole number; `otherwise` where it is left out. */
export const integer = (
  about: string,
  { from, to = LARGEST, otherwise }: { readonly from: number; readonly to?: number; readonly otherwise: number }
): Param<number> => ({
  about,
  shape: { type: "integer", minimum: from, maximum: to, default: otherwise },
  read: (text) => (text === null ? otherwise : whole(text, from, to))
})

/** A whole number that may be left out. */
export const maybeInteger = (about: string, from: number): Param<number | null> => ({
  about,
  shape: { type: "integer", minimum: from },
  read: (text) => (text === null ? null : whole(text, from, LARGEST))
})

/** A whole number that must be there: a part of the path. */
export const neededInteger = (about: string, from: number): Param<number> => ({
  about,
  shape: { type: "integer", minimum: from },
  read: (text) => whole(text ?? "", from, LARGEST)
})

/** One of a few words. */
export const choice = <const A extends string>(about: string, of: ReadonlyArray<A>, otherwise: A): Param<A> => ({
  about,
  shape: { type: "string", enum: of, default: otherwise },
  read: (text) => {
    if (text === null) return otherwise
    const found = of.find((one) => one === text)
    if (found === undefined) throw new Error(`is none of ${of.join(", ")}`)
    return found
  }
})

/** Longest text that a parameter may have. */
const LONGEST = 200

/** Text that must be there. */
export const neededText = (about: string): Param<string> => ({
  about,
  shape: { type: "string" },
  read: (text) => {
    if (text === null || text === "" || text.length > LONGEST)
      throw new Error(`is no text of 1 to ${LONGEST} characters`)
    return text
  }
})

/** Text that may be left out. */
export const maybeText = (about: string): Param<string | null> => ({
  about,
  shape: { type: "string" },
  read: (text) => (text === null ? null : neededText(about).read(text))
})

/** Some of a few words with commas between them; null: all, as it was left out. */
export const someOf = <const A extends string>(about: string, of: ReadonlyArray<A>): Param<ReadonlySet<A> | null> => ({
  about: `${about} With commas between them; any of ${of.join(", ")}.`,
  shape: { type: "string" },
  read: (text) => {
    if (text === null) return null
    const words = text.split(",").filter((word) => word !== "")
    const unknown = words.find((word) => !of.some((one) => one === word))
    if (unknown !== undefined) throw new Error(`holds ${unknown}, which is none of ${of.join(", ")}`)
    return new Set(of.filter((one) => words.includes(one)))
  }
})

/** A parameter that is wrong, or that nobody knows: the text names it, its value and what is accepted. */
export class WrongParameter extends Error {
  override readonly name = "WrongParameter"
}

const readOne = (name: string, param: Param<unknown>, text: string | null): unknown => {
  try {
    return param.read(text)
  } catch (error) {
    const given = text === null ? "left out" : text.slice(0, LONGEST)
    throw new WrongParameter(`${name}=${given}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * Reads the parameters of a path and of a query, the part of the address behind `?` (empty: none). Throws `WrongParameter`, also for one
 * that is given twice.
 */
export const readParams = (
  params: Params,
  fromPath: Readonly<Record<string, string>>,
  query: string
): Readonly<Record<string, unknown>> => {
  const given = new URLSearchParams(query)
  for (const name of given.keys()) {
    if (name in fromPath || !(name in params)) {
      const known = Object.keys(params).filter((one) => !(one in fromPath))
      const accepted = known.length === 0 ? "it takes none" : `it takes ${known.join(", ")}`
      throw new WrongParameter(`there is no parameter ${name.slice(0, LONGEST)} here: ${accepted}`)
    }
    if (given.getAll(name).length > 1) throw new WrongParameter(`${name} is given more than once`)
  }
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => [name, readOne(name, param, fromPath[name] ?? given.get(name))])
  )
}

/** Reading what a client sent: strict, with Kraken's text for what is wrong. */
import { DecimalError, Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Target } from "./core/engine/change.ts"

/** Fields of a request: form text over REST, JSON values over a socket. */
export type Params = Readonly<Record<string, unknown>>

/** A field that cannot be used; becomes `EGeneral:Invalid arguments:<field>`. */
export class BadArgument extends Error {
  override readonly name = "BadArgument"
  /** Kraken's error text. */
  readonly error: string
  constructor(field: string) {
    const error = `EGeneral:Invalid arguments:${field}`
    super(error)
    this.error = error
  }
}

const present = (params: Params, field: string): boolean =>
  params[field] !== undefined && params[field] !== null && params[field] !== ""

/** A text, or a number as its shortest text; null when the field is missing or empty. */
export const optionalText = (params: Params, field: string): string | null => {
  if (!present(params, field)) return null
  const value = params[field]
  if (typeof value === "string") return value
  if (typeof value === "number" && Number.isFinite(value)) return plain(value)
  throw new BadArgument(field)
}

/** A double without an exponent: `1e-7` would be no decimal text. */
const plain = (value: number): string => {
  const text = String(value)
  return text.includes("e") ? value.toFixed(10) : text
}

/** A text that must be there and not be empty; a number becomes its text. */
export const text = (params: Params, field: string): string => {
  const value = optionalText(params, field)
  if (value === null) throw new BadArgument(field)
  return value
}

/** One of `allowed`; a missing field is `otherwise`, or a bad argument where that is left out. */
export const choice = <const A extends string>(
  params: Params,
  field: string,
  allowed: ReadonlyArray<A>,
  otherwise?: A
): A => {
  const value = optionalText(params, field) ?? otherwise
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw new BadArgument(field)
  return found
}

/** A boolean, also as `true`, `false`, `1` or `0` in text; missing is false. */
export const flag = (params: Params, field: string): boolean => {
  const value = params[field]
  if (!present(params, field) || value === false || value === "false" || value === "0") return false
  if (value === true || value === "true" || value === "1") return true
  throw new BadArgument(field)
}

/** A whole number that a double holds exactly; null when missing. */
export const optionalCount = (params: Params, field: string): number | null => {
  const value = optionalText(params, field)
  if (value === null) return null
  if (!/^\d{1,15}$/.test(value)) throw new BadArgument(field)
  return Number(value)
}

/** Any finite number not below 0; null when missing. */
export const optionalNumber = (params: Params, field: string): number | null => {
  const value = optionalText(params, field)
  if (value === null) return null
  if (!/^\d{1,25}(\.\d{1,20})?$/.test(value)) throw new BadArgument(field)
  return Number(value)
}

const decimal = <A>(params: Params, field: string, parse: (text: string) => A): A | null => {
  const value = optionalText(params, field)
  if (value === null) return null
  try {
    return parse(value)
  } catch (error) {
    if (error instanceof DecimalError) throw new BadArgument(field)
    throw error
  }
}

/** An exact price; null when missing. The sign is not checked. */
export const optionalPrice = (params: Params, field: string): Price | null => decimal(params, field, Price.parse)
/** An exact volume; null when missing. The sign is not checked. */
export const optionalVolume = (params: Params, field: string): Volume | null => decimal(params, field, Volume.parse)

/** RFC 3339 as Unix milliseconds; null when missing. */
export const optionalTime = (params: Params, field: string): number | null => {
  const value = optionalText(params, field)
  if (value === null) return null
  const timeMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : Number.NaN
  if (Number.isNaN(timeMs)) throw new BadArgument(field)
  return timeMs
}

/** A list of texts; a single text is a list of one. Empty when missing. */
export const texts = (params: Params, field: string): ReadonlyArray<string> => {
  if (!present(params, field)) return []
  const value = params[field]
  const list: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return list.map((item) => {
    if (typeof item === "string" && item !== "") return item
    if (typeof item === "number" && Number.isSafeInteger(item)) return String(item)
    throw new BadArgument(field)
  })
}

/** A list of objects, such as the orders of a batch. */
export const objects = (params: Params, field: string): ReadonlyArray<Params> => {
  const value = params[field]
  if (!Array.isArray(value)) throw new BadArgument(field)
  return value.map((item: unknown) => asParams(item, field))
}

/** A JSON object as fields; `field` names it in the refusal of anything else. */
export const asParams = (value: unknown, field: string): Params => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadArgument(field)
  return value as Params
}

/** The order with this id. */
export const byTxid = (txid: string): Target => ({ by: "txid", txid })
/** The open order with this client id. */
export const byClientId = (clientId: string): Target => ({ by: "clientId", clientId })
/** Every open order with this userref: text of a whole number of up to ten digits, perhaps negative. */
export const byUserref = (userref: string): Target => {
  if (!/^-?\d{1,10}$/.test(userref)) throw new BadArgument("userref")
  return { by: "userref", userref: Number(userref) }
}

/**
 * JSON without losing a digit, and strict reading of what it holds. A number becomes the text it was written as, so one
 * reader serves REST (figures are strings) and WebSocket (figures are numbers), and 2^53 is no limit.
 */
import {
  divideHalfEven,
  type Price,
  PRICE_DECIMALS,
  type Quote,
  QUOTE_DECIMALS,
  type Volume,
  VOLUME_DECIMALS
} from "../decimal/decimal.ts"
import { messageOf } from "../messageOf.ts"

/** Any JSON value; numbers are their source text. */
export type Json = string | boolean | null | ReadonlyArray<Json> | JsonObject
/** A JSON object; numbers in it are their source text. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Why a text is not what the exchange promised: `field` is a path such as `result.open.OABC.vol`. */
export class WireProblem extends Error {
  override readonly name = "WireProblem"
  readonly field: string
  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`)
    this.field = field
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown

const digits: Reviver = (_key, value, context) => (typeof value === "number" ? context.source : value)

/** Throws a `WireProblem` for text that is no JSON. */
export const parseJson = (text: string): Json => {
  try {
    return JSON.parse(text, digits as Parameters<typeof JSON.parse>[1]) as Json
  } catch (error) {
    throw new WireProblem("text", `is not JSON (${messageOf(error)})`)
  }
}

/** How a value is shown inside a problem: short, whatever came. */
const shown = (value: Json | undefined): string => {
  if (value === undefined) return "nothing"
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const wrong = (path: string, wanted: string, value: Json | undefined): WireProblem =>
  new WireProblem(path, value === undefined ? `is missing, expected ${wanted}` : `is ${shown(value)}, not ${wanted}`)

const isList = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

const asObject = (value: Json | undefined, path: string): JsonObject => {
  if (typeof value !== "object" || value === null || isList(value)) throw wrong(path, "an object", value)
  return value
}

/** One object on the way in, with the path under which its problems are reported. */
export interface Row {
  readonly path: string
  readonly fields: JsonObject
}

/** Starts reading a value; throws a `WireProblem` naming `path` when it is no object. */
export const rowOf = (value: Json | undefined, path: string): Row => ({ path, fields: asObject(value, path) })

const at = (row: Row, key: string) => `${row.path}.${key}`

/** False for a field that is absent or null. */
export const has = (row: Row, key: string): boolean => row.fields[key] !== undefined && row.fields[key] !== null

/** The object in a field. Throws a `WireProblem` for anything else. */
export const child = (row: Row, key: string): Row => rowOf(row.fields[key], at(row, key))

/** The rows of a map `{ id: {…} }`, in the order in which they came. */
export const entries = (row: Row): ReadonlyArray<readonly [string, Row]> =>
  Object.entries(row.fields).map(([key, value]) => [key, rowOf(value, at(row, key))])

const items = (row: Row, key: string): ReadonlyArray<Json> => {
  const value = row.fields[key]
  if (!isList(value)) throw wrong(at(row, key), "a list", value)
  return value
}

/** The objects of a list. Throws a `WireProblem` for anything that is no list of objects. */
export const rows = (row: Row, key: string): ReadonlyArray<Row> =>
  items(row, key).map((value, index) => rowOf(value, `${at(row, key)}[${index}]`))

/** A list as a row whose fields are `0`, `1`, …: Kraken writes small records that way. */
export const tuple = (row: Row, key: string): Row => ({
  path: at(row, key),
  fields: Object.fromEntries(items(row, key).entries())
})

/** A list of texts; numbers come as their digits, empty texts are let through. Throws a `WireProblem`. */
export const texts = (row: Row, key: string): ReadonlyArray<string> =>
  items(row, key).map((value, index) => {
    if (typeof value !== "string") throw wrong(`${at(row, key)}[${index}]`, "a text", value)
    return value
  })

/** A text that is not empty; a JSON number counts, as its digits. Throws a `WireProblem`. */
export const text = (row: Row, key: string): string => {
  const value = row.fields[key]
  if (typeof value !== "string" || value === "") throw wrong(at(row, key), "a text", value)
  return value
}

/** Null when the field is absent, null or empty; a wrong type is still a problem. */
export const optionalText = (row: Row, key: string): string | null =>
  has(row, key) && row.fields[key] !== "" ? text(row, key) : null

/** A JSON boolean. Throws a `WireProblem` for anything else. */
export const flag = (row: Row, key: string): boolean => {
  const value = row.fields[key]
  if (typeof value !== "boolean") throw wrong(at(row, key), "true or false", value)
  return value
}

/** One of `allowed`. */
export const choice = <const A extends string>(row: Row, key: string, allowed: ReadonlyArray<A>): A => {
  const value = row.fields[key]
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw wrong(at(row, key), `one of ${allowed.join(", ")}`, value)
  return found
}

/** A double, for ratios, times and counts. */
export const number = (row: Row, key: string): number => {
  const value = row.fields[key]
  if (typeof value !== "string" || !NUMBER.test(value)) throw wrong(at(row, key), "a number", value)
  return Number(value)
}

/** A whole number from 0 to 2^53 − 1. */
export const count = (row: Row, key: string): number => {
  const value = number(row, key)
  if (!Number.isSafeInteger(value) || value < 0) throw wrong(at(row, key), "a whole number", row.fields[key])
  return value
}

const NUMBER = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/

/**
 * Decimal text as the scaled integer of `decimals` places. An exponent is allowed. Digits beyond the scale are rounded,
 * halves to even: they are the noise of a double on the other side, as no figure of a pair has that many.
 */
const scaled = (row: Row, key: string, decimals: number): bigint => {
  const value = row.fields[key]
  const match = typeof value === "string" ? NUMBER.exec(value) : null
  if (match === null) throw wrong(at(row, key), "a decimal number", value)
  const [, sign, whole = "", fraction = "", exponent = "0"] = match
  const shift = decimals - fraction.length + Number(exponent)
  if (Math.abs(shift) > LARGEST_SHIFT) throw wrong(at(row, key), "a decimal number of sensible size", value)
  const unscaled = BigInt(whole + fraction)
  const size = shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideHalfEven(unscaled, 10n ** BigInt(-shift))
  return sign === "-" ? -size : size
}

/** An exponent is a handful of digits of text but may ask for a gigantic integer; money never needs more than this. */
const LARGEST_SHIFT = 60

/** Decimal text or number as a price. Throws a `WireProblem`; the sign is not checked. */
export const price = (row: Row, key: string): Price => scaled(row, key, PRICE_DECIMALS) as Price
/** Decimal text or number as a volume. Throws a `WireProblem`; the sign is not checked. */
export const volume = (row: Row, key: string): Volume => scaled(row, key, VOLUME_DECIMALS) as Volume
/** Decimal text or number as an amount of the quote currency. Throws a `WireProblem`; the sign is not checked. */
export const quote = (row: Row, key: string): Quote => scaled(row, key, QUOTE_DECIMALS) as Quote

/** Unix seconds, perhaps with a fraction, as Unix milliseconds (finer digits are rounded). */
export const secondsAsMs = (row: Row, key: string): number => Number(scaled(row, key, 3))

const SECONDS = /^(\d{1,12})(?:\.(\d{1,12}))?$/

/** The same with finer digits cut off, as `timestampMs` does: rounding would move the last trade of a day into the next one. */
export const secondsCutToMs = (row: Row, key: string): number => {
  const value = row.fields[key]
  const match = typeof value === "string" ? SECONDS.exec(value) : null
  if (match === null) throw wrong(at(row, key), "Unix seconds such as 1790000000.1234", value)
  return Number(match[1]) * 1_000 + Number((match[2] ?? "").padEnd(3, "0").slice(0, 3))
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** RFC 3339 with up to nine fraction digits, as Unix milliseconds (finer digits are cut off). */
export const timestampMs = (row: Row, key: string): number => {
  const value = row.fields[key]
  const match = typeof value === "string" ? RFC3339.exec(value) : null
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${(match[2] ?? "").slice(0, 4)}${match[3]}`)
  if (Number.isNaN(ms)) throw wrong(at(row, key), "a time such as 2026-11-20T10:00:00.000Z", value)
  return ms
}

/** The only entry of a map, whatever its key: the exchange names a pair as it was asked, or as it likes. */
export const soleEntry = (row: Row): Row => soleEntryNamed(row)[1]

/** As `soleEntry`, with its key. */
export const soleEntryNamed = (row: Row): readonly [key: string, row: Row] => {
  const all = entries(row)
  const [first] = all
  if (first === undefined || all.length > 1) {
    throw new WireProblem(row.path, `has ${all.length} entries (${all.map(([key]) => key).join(", ")}), expected one`)
  }
  return first
}

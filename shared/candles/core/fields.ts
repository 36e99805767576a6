/** One reader of every number of a bar, whatever brought it: a file, a page of a source. Pure. */
import { divideHalfEven, Price, PRICE_DECIMALS, Volume, VOLUME_DECIMALS } from "../../core/decimal/decimal.ts"

/** Digits before the point that a value may have: more is no price and no volume of anything. */
const MOST_DIGITS = 20
/** The largest count that a store holds: PostgreSQL's `integer`. */
export const MOST_TRADES = 2_147_483_647

/** Number of the text, or null: no number, or beyond what is kept. Text with an exponent and digits beyond the scale are rounded. */
export const priceOf = (field: unknown): Price | null => decimal(field, Price.read, PRICE_DECIMALS)
/** As `priceOf`. */
export const volumeOf = (field: unknown): Volume | null => decimal(field, Volume.read, VOLUME_DECIMALS)

const PLAIN = /^-?\d{1,20}(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/

/** A whole number from 0 on; something that counts in doubles may write `12.0` or `1E+1`. Not bounded by what a store holds. */
export const countOf = (field: unknown): number | null => {
  if (typeof field !== "string" || !PLAIN.test(field)) return null
  const value = Number(field)
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}

const decimal = <A extends bigint>(field: unknown, read: (text: string) => A | null, decimals: number): A | null => {
  if (typeof field !== "string") return null
  const value = read(field) ?? (rounded(field, decimals) as A | null)
  return value !== null && field.length > MOST_DIGITS && isTooLarge(value, decimals) ? null : value
}

const isTooLarge = (value: bigint, decimals: number): boolean => {
  const most = 10n ** BigInt(MOST_DIGITS + decimals)
  return value >= most || value <= -most
}

const LOOSE = /^(-?)(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/

/** Text with an exponent or with more digits than the scale has (the residue of a double), halves to even. */
const rounded = (text: string, decimals: number): bigint | null => {
  const match = LOOSE.exec(text)
  if (match === null) return null
  const [, sign, whole = "", fraction = "", exponent = "0"] = match
  const shift = decimals - fraction.length + Number(exponent)
  const unscaled = BigInt(whole + fraction)
  const size = shift >= 0 ? unscaled * 10n ** BigInt(shift) : divideHalfEven(unscaled, 10n ** BigInt(-shift))
  if (isTooLarge(size, decimals)) return null
  return sign === "-" ? -size : size
}

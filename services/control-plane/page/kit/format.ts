/**
 * How numbers and times read. Money arrives as exact decimal text and is only rounded here, digit by digit: it
 * never becomes a double. Every function gives texts of steady width for steady input, so that columns do not jump.
 */

/** What stands where nothing is known. */
export const UNKNOWN = "–"
const MINUS = "−"
/** Unit and number stay on one line. */
const NBSP = "\u00a0"

/** Digits of amounts of a cycle: cents and below. */
export const PROFIT_DIGITS = 4
/** Digits of balances and worths. */
export const BALANCE_DIGITS = 2

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/**
 * Decimal text with exactly `digits` digits after the point, halves away from zero; `group` puts commas between thousands.
 * Text that is no decimal comes back as it is: better seen than hidden.
 */
export const decimal = (text: string | null | undefined, digits: number, group = false): string => {
  if (text === null || text === undefined) return UNKNOWN
  const match = DECIMAL.exec(text)
  if (match === null) return text
  const [, sign = "", whole = "0", fraction = ""] = match
  const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, "0"))
  const rounded = (fraction[digits] ?? "0") >= "5" ? kept + 1n : kept
  const figures = rounded.toString().padStart(digits + 1, "0")
  const point = figures.length - digits
  const integer = figures.slice(0, point)
  const shown = group ? integer.replace(/\B(?=(\d{3})+$)/g, ",") : integer
  return (sign !== "" && rounded > 0n ? MINUS : "") + shown + (digits > 0 ? `.${figures.slice(point)}` : "")
}

/** An amount that may be gain or loss: always with its sign, except zero. */
export const signed = (text: string | null | undefined, digits: number): string => {
  const shown = decimal(text, digits, true)
  return shown.startsWith(MINUS) || !/[1-9]/.test(shown) ? shown : `+${shown}`
}

/** `gain`, `loss` or `even`, by the text as it is shown. */
export const tone = (text: string | null | undefined, digits: number): "gain" | "loss" | "even" => {
  const shown = signed(text, digits)
  if (shown.startsWith("+")) return "gain"
  return shown.startsWith(MINUS) ? "loss" : "even"
}

/** A number in percent, with its sign. */
export const percent = (pct: number | null | undefined, digits = 2): string =>
  pct === null || pct === undefined ? UNKNOWN : `${signed(pct.toFixed(digits), digits)}${NBSP}%`

/** A number in percent that is no change: without a plus. */
export const share = (pct: number | null | undefined, digits = 2): string => percent(pct, digits).replace(/^\+/, "")

/** A number with its sign, not a percentage. */
export const signal = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined ? UNKNOWN : signed(value.toFixed(digits), digits)

/** How long ago: tenths below ten seconds, then one or two units. */
export const age = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined) return UNKNOWN
  const sec = Math.max(0, seconds)
  if (sec < 9.95) return `${sec.toFixed(1)}${NBSP}s`
  const whole = Math.round(sec)
  if (whole < 120) return `${whole}${NBSP}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 120) return `${minutes}${NBSP}min`
  const hours = Math.floor(minutes / 60)
  return hours < 48
    ? `${hours}${NBSP}h ${minutes % 60}${NBSP}min`
    : `${Math.floor(hours / 24)}${NBSP}d ${hours % 24}${NBSP}h`
}

/** Whose time is shown: UTC, as the exchange's days are, or that of the reader's machine. */
export type Zone = "utc" | "local"

const two = (n: number): string => String(n).padStart(2, "0")

const parts = (unixSec: number, zone: Zone): { readonly day: string; readonly time: string } => {
  const date = new Date(unixSec * 1000)
  if (zone === "utc") {
    const text = date.toISOString()
    return { day: text.slice(0, 10), time: text.slice(11, 19) }
  }
  return {
    day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  }
}

/** Time of day. */
export const timeOfDay = (unixSec: number | null | undefined, zone: Zone = "utc"): string =>
  unixSec === null || unixSec === undefined ? UNKNOWN : parts(unixSec, zone).time

/** Day and time, to the second. */
export const dateTime = (unixSec: number | null | undefined, zone: Zone = "utc"): string => {
  if (unixSec === null || unixSec === undefined) return UNKNOWN
  const { day, time } = parts(unixSec, zone)
  return `${day} ${time}`
}

/** `1 pair`, `3 pairs`: a count with the thing counted, in the plural where it is not one. */
export const counted = (n: number | null | undefined, one: string, many = `${one}s`): string =>
  `${integer(n)} ${n === 1 ? one : many}`

/** A count with commas between thousands. */
export const integer = (n: number | null | undefined): string =>
  n === null || n === undefined ? UNKNOWN : decimal(String(n), 0, true)

/** `insufficient_samples` → `insufficient samples`. */
export const words = (name: string): string => name.replaceAll("_", " ")

/** Whether decimal text is zero. */
export const isZero = (text: string): boolean => !/[1-9]/.test(text)

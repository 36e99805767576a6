/**
 * How numbers and times read. Pure. Money arrives as exact decimal text and is only rounded here, digit by digit: it
 * never becomes a double. Every function gives texts of steady width for steady input, so that columns do not jump.
 */

/** What stands where nothing is known. */
export const UNKNOWN = "–"
const MINUS = "−"
/** Unit and number stay on one line. */
const NBSP = "\u00a0"

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/**
 * Decimal text with exactly `digits` digits after the point, halves away from zero; `group` puts commas between thousands.
 * Text that is no decimal comes back as it is: better seen than hidden.
 * @param {string | null} text
 * @param {number} digits
 * @param {boolean} [group]
 */
export const decimal = (text, digits, group = false) => {
  if (text === null) return UNKNOWN
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

/**
 * An amount that may be gain or loss: always with its sign, except zero.
 * @param {string} text
 * @param {number} digits
 */
export const signed = (text, digits) => {
  const shown = decimal(text, digits, true)
  return shown.startsWith(MINUS) || !/[1-9]/.test(shown) ? shown : `+${shown}`
}

/**
 * `gain`, `loss` or `even`, by the text as it is shown.
 * @param {string} text
 * @param {number} digits
 */
export const tone = (text, digits) => {
  const shown = signed(text, digits)
  if (shown.startsWith("+")) return "gain"
  return shown.startsWith(MINUS) ? "loss" : "even"
}

/**
 * A number in percent, with its sign.
 * @param {number | null} pct
 * @param {number} [digits]
 */
export const percent = (pct, digits = 2) => (pct === null ? UNKNOWN : `${signed(pct.toFixed(digits), digits)}${NBSP}%`)

/**
 * How long ago: tenths below ten seconds, then one or two units.
 * @param {number | null} seconds
 */
export const age = (seconds) => {
  if (seconds === null) return UNKNOWN
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

/**
 * Time of day in UTC.
 * @param {number | null} unixSec
 */
export const timeOfDay = (unixSec) =>
  unixSec === null ? UNKNOWN : new Date(unixSec * 1000).toISOString().slice(11, 19)

/**
 * Day and time in UTC, to the second.
 * @param {number | null} unixSec
 */
export const dateTime = (unixSec) =>
  unixSec === null ? UNKNOWN : new Date(unixSec * 1000).toISOString().slice(0, 19).replace("T", " ")

/**
 * A count with commas between thousands.
 * @param {number | null} n
 */
export const integer = (n) => (n === null ? UNKNOWN : decimal(String(n), 0, true))

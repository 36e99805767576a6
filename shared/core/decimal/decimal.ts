/**
 * Exact decimals as scaled bigints, one brand per quantity so that a price cannot be added to a volume.
 *
 * | type   | one unit is | why this scale                                                              |
 * |--------|-------------|-----------------------------------------------------------------------------|
 * | Price  | 1e-10 quote | Kraken prints at most 10 price decimals for any pair; DOGE/USD has 7         |
 * | Volume | 1e-8 base   | Kraken's `lot_decimals` is 8 for every spot pair                             |
 * | Quote  | 1e-10 quote | finer than Kraken's `cost_decimals` (9), so a cost reported there is exact   |
 * | Worth  | 1e-18 quote | a volume times a price, whole: what is valued part by part adds up           |
 *
 * Rounding happens in three places only, each named after what it does: `cost` (price × volume, halves to even),
 * `roundPrice` / `roundVolume` (to a pair's decimals, halves to even) and the `…FromNumber` constructors.
 */

declare const brand: unique symbol

/** A price in quote currency per base unit, scaled by 1e10. */
export type Price = bigint & { readonly [brand]: "Price" }
/** A quantity of the base currency (DOGE), scaled by 1e8. */
export type Volume = bigint & { readonly [brand]: "Volume" }
/** An amount of the quote currency (USD), scaled by 1e10: costs, fees, profits, balances. May be negative. */
export type Quote = bigint & { readonly [brand]: "Quote" }

/** What holdings are worth at a price, scaled by 1e18: exact, and never paid, booked or decided by. May be negative. */
export type Worth = bigint & { readonly [brand]: "Worth" }

/** Digits after the point that a `Price` holds. */
export const PRICE_DECIMALS = 10
/** Digits after the point that a `Volume` holds. */
export const VOLUME_DECIMALS = 8
/** Digits after the point that a `Quote` holds. */
export const QUOTE_DECIMALS = 10

const WORTH_DECIMALS = PRICE_DECIMALS + VOLUME_DECIMALS

/** Why a text is no decimal of the wanted scale; `input` is the offending text itself. */
export class DecimalError extends Error {
  override readonly name = "DecimalError"
  readonly input: string
  constructor(input: string, problem: string) {
    super(`"${input}" ${problem}`)
    this.input = input
  }
}

/** Powers of ten as bigints, 10^0 … 10^40: enough for any digits-after-the-point this file accepts. */
const POW10: readonly bigint[] = Array.from({ length: 41 }, (_, n) => 10n ** BigInt(n))
const pow10 = (n: number): bigint => POW10[n] ?? 10n ** BigInt(n)

/**
 * The value of plain decimal text (no exponent, no plus sign, at most `decimals` digits after the point, trailing zeros
 * aside), or null for any other text. Short texts, which is nearly all, are read digit by digit into a safe integer.
 */
const read = (text: string, decimals: number): bigint | null => {
  if (text.length > SHORT) return readLong(text, decimals)
  const start = text.charCodeAt(0) === MINUS ? 1 : 0
  let digits = 0
  let point = -1
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO && code <= NINE) digits = digits * 10 + (code - ZERO)
    else if (code === POINT && point === -1 && at > start) point = at
    else return null
  }
  const places = point === -1 ? 0 : text.length - point - 1
  if (text.length === start || (point !== -1 && places === 0)) return null
  if (places > decimals) return readLong(text, decimals)
  const value = scaled(digits, decimals - places)
  return start === 1 ? -value : value
}

/** Digits with so many zeros behind them; of a safe integer, and in one where the result is one too. */
const scaled = (digits: number, zeros: number): bigint => {
  const whole = digits * 10 ** zeros
  return whole <= Number.MAX_SAFE_INTEGER ? BigInt(whole) : BigInt(digits) * pow10(zeros)
}

/** Texts up to this length hold at most 15 digits, which a double holds exactly. */
const SHORT = 15
const [MINUS, POINT, ZERO, NINE] = [45, 46, 48, 57] as const

const LONG = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/

const readLong = (text: string, decimals: number): bigint | null => {
  const match = LONG.exec(text)
  if (match === null) return null
  const [, sign, whole = "", fraction = ""] = match
  if (/[1-9]/.test(fraction.slice(decimals))) return null
  const scaled = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, "0"))
  return sign === "-" ? -scaled : scaled
}

const parse = (text: string, decimals: number): bigint => {
  const value = read(text, decimals)
  if (value !== null) return value
  const problem = `is not a decimal number such as 0.1234 with at most ${decimals} digits after the point`
  throw new DecimalError(text, problem)
}

/** Shortest plain decimal text; `parse` gives the same value back. */
const format = (value: bigint, decimals: number): string => {
  const negative = value < 0n
  const digits = (negative ? -value : value).toString().padStart(decimals + 1, "0")
  const point = digits.length - decimals
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end--
  const text = end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
  return negative ? `-${text}` : text
}

/** Text with exactly `shown` digits after the point, halves to even: for exchanges and people that want a fixed width. */
const formatFixed = (value: bigint, decimals: number, shown: number): string => {
  const rounded = shown >= decimals ? value * pow10(shown - decimals) : divideHalfEven(value, pow10(decimals - shown))
  const negative = rounded < 0n
  const digits = (negative ? -rounded : rounded).toString().padStart(shown + 1, "0")
  const text = shown === 0 ? digits : `${digits.slice(0, -shown)}.${digits.slice(-shown)}`
  return negative && /[1-9]/.test(digits) ? `-${text}` : text
}

/** Integer division rounding halves to even; `divisor` must be positive. */
export const divideHalfEven = (value: bigint, divisor: bigint): bigint =>
  BigInt.asIntN(64, value) === value ? divideNarrow(value, divisor) : divideWide(value, divisor)

// The same rule twice, on purpose: the engine compiles each function for the values it meets, and one that never meets
// more than 64 bits works in machine integers. Together they were measured at less than half the speed.
const divideNarrow = (value: bigint, divisor: bigint): bigint => {
  const quotient = value / divisor
  const remainder = value - quotient * divisor
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  if (twice < divisor || (twice === divisor && (quotient & 1n) === 0n)) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}
const divideWide = (value: bigint, divisor: bigint): bigint => {
  const quotient = value / divisor
  const remainder = value - quotient * divisor
  const twice = (remainder < 0n ? -remainder : remainder) * 2n
  if (twice < divisor || (twice === divisor && (quotient & 1n) === 0n)) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}

/** The decimal with at most `places` digits after the point that is nearest to a finite double (its exact binary value), halves to even. */
const fromNumber = (value: number, decimals: number, places: number): bigint => {
  if (!Number.isFinite(value)) throw new DecimalError(String(value), "is not a finite number")
  if (places > decimals) throw new DecimalError(String(value), `cannot keep ${places} digits at a scale of ${decimals}`)
  return roundDouble(value, places) * pow10(decimals - places)
}

const float = new DataView(new ArrayBuffer(8))

/** round(value · 10^places), halves to even, on the exact binary value of the double: the same rule as Python's `round`. */
const roundDouble = (value: number, places: number): bigint => {
  float.setFloat64(0, value)
  const bits = float.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xf_ffff_ffff_ffffn
  const mantissa = exponent === 0 ? fraction : fraction | 0x10_0000_0000_0000n
  const shift = (exponent === 0 ? 1 : exponent) - 1075
  const scaled = mantissa * pow10(places)
  const magnitude = shift >= 0 ? scaled << BigInt(shift) : divideHalfEven(scaled, 1n << BigInt(-shift))
  return value < 0 ? -magnitude : magnitude
}

/** price × volume, rounded once to the quote scale, halves to even. Exact whenever the digits after the point add up to 10 or fewer. */
export const cost = (price: Price, volume: Volume): Quote =>
  BigInt.asIntN(NARROW_PRICE_BITS, price) === price && BigInt.asIntN(NARROW_VOLUME_BITS, volume) === volume
    ? costNarrow(price, volume)
    : (divideWide(price * volume, COST_DIVISOR) as Quote)

/** Below 6.87 quote a unit and 90 million units, as everything of DOGE, neither product of `costNarrow` leaves the 64 bits of a machine's integers. */
const [NARROW_PRICE_BITS, NARROW_VOLUME_BITS] = [37, 54] as const

/** By whole units, which need no rounding, and what is left of the volume. */
const costNarrow = (price: bigint, volume: bigint): Quote => {
  const units = volume / COST_DIVISOR
  const rest = price * (volume - units * COST_DIVISOR)
  const ofRest = rest / COST_DIVISOR
  const paid = price * units + ofRest
  const twice = (rest - ofRest * COST_DIVISOR) * 2n
  const over = twice < 0n ? -twice : twice
  if (over < COST_DIVISOR || (over === COST_DIVISOR && (paid & 1n) === 0n)) return paid as Quote
  return (twice < 0n ? paid - 1n : paid + 1n) as Quote
}

/** price × volume, rounded up to the next unit: for what is set aside or owed, which must never be too small. */
export const costCeiling = (price: bigint, volume: bigint): Quote =>
  ((price * volume + COST_DIVISOR - 1n) / COST_DIVISOR) as Quote

const COST_DIVISOR = 100_000_000n

/** What can be done with one quantity: text and doubles to scaled values and back. */
const quantity = <A extends Price | Volume | Quote | Worth>(decimals: number) => {
  const one = 10 ** decimals
  return {
    /** From text such as "0.1234567"; throws `DecimalError`. */
    parse: (text: string): A => parse(text, decimals) as A,
    /** As `parse`, or null where it throws. */
    read: (text: string): A | null => read(text, decimals) as A | null,
    /** Of digits without their point, a safe integer, `places` of which stood behind it: at most as many as the quantity has. */
    ofDigits: (digits: number, places: number): A => scaled(digits, decimals - places) as A,
    format: (value: A): string => format(value, decimals),
    formatFixed: (value: A, shown: number): string => formatFixed(value, decimals, shown),
    /** The double nearest to the decimal: for ratios and thresholds, never on the way to a balance. */
    toNumber: (value: A): number => Number(value) / one,
    /** From a double, rounded to `places` digits after the point. */
    fromNumber: (value: number, places: number = decimals): A => fromNumber(value, decimals, places) as A,
    zero: 0n as A
  } as const
}

export const Price = quantity<Price>(PRICE_DECIMALS)
export const Volume = quantity<Volume>(VOLUME_DECIMALS)
export const Quote = quantity<Quote>(QUOTE_DECIMALS)
export const Worth = quantity<Worth>(WORTH_DECIMALS)

const QUOTE_IN_WORTH = pow10(WORTH_DECIMALS - QUOTE_DECIMALS)

/** What base and quote are worth together at a price of the base, without rounding. */
export const worthOf = (base: Volume, quote: Quote, price: Price): Worth =>
  ((base as bigint) * (price as bigint) + (quote as bigint) * QUOTE_IN_WORTH) as Worth

/** Rounds to `decimals` digits after the point, halves to even. */
export const roundPrice = (price: Price, decimals: number): Price => roundTo(price, PRICE_DECIMALS - decimals) as Price
/** Rounds to `decimals` digits after the point, halves to even. */
export const roundVolume = (volume: Volume, decimals: number): Volume =>
  roundTo(volume, VOLUME_DECIMALS - decimals) as Volume
const roundTo = (value: bigint, drop: number): bigint =>
  drop <= 0 ? value : divideHalfEven(value, pow10(drop)) * pow10(drop)

/** a + b in one quantity; the brand survives. */
export const plus = <A extends Price | Volume | Quote | Worth>(a: A, b: A): A => ((a as bigint) + (b as bigint)) as A
/** a − b in one quantity; the brand survives. */
export const minus = <A extends Price | Volume | Quote | Worth>(a: A, b: A): A => ((a as bigint) - (b as bigint)) as A

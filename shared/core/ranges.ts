/**
 * The figures of a market, and from where to where each can be. Edges refuse what lies outside, requests do not carry it, and
 * folds change nothing by it: one table for all three. Pure.
 */
import { Price, PRICE_DECIMALS, Quote, Volume, VOLUME_DECIMALS } from "./decimal/decimal.ts"

/** From where to where a figure can be; both ends are plausible. */
export interface Range {
  readonly least: string
  readonly most: string
  /** What it counts, for people. */
  readonly unit: string
}

/** The table. The ranges are wide: they tell a figure from an accident, not a good market from a bad one. */
export const RANGES = {
  /** The cheapest pair trades at about 1e-8, the dearest in the weakest currency below 1e10. */
  price: { least: "0.000000001", most: "10000000000", unit: "quote per unit" },
  /** Of an order or a fill: what trades is more than nothing. All there is of DOGE is below 2e11. */
  volume: { least: "0.00000001", most: "1000000000000", unit: "units" },
  /** Filled so far, traded in a bar, the exchange's least: may be nothing. */
  volumeOrNone: { least: "0", most: "1000000000000", unit: "units" },
  /** In a bar of any pair, up to a month of the cheapest coin: some trade 1e14 a day. */
  volumeOfBar: { least: "0", most: "10000000000000000", unit: "units" },
  /** Of an order or a fill, and the exchange's least. */
  cost: { least: "0", most: "1000000000000", unit: "quote" },
  /** Charged for an order or a fill. Nobody has seen a rebate, and one would be booked wrongly. */
  fee: { least: "0", most: "10000000000", unit: "quote" },
  /** Owned, held or lent, in either currency. */
  balance: { least: "0", most: "1000000000000000", unit: "of the currency" },
  /** Of a cost. The dearest tier seen is 0.8. */
  feePct: { least: "0", most: "10", unit: "%" },
  /** The years 2009 to 2100: what was sent in another unit of time lies outside. */
  time: { least: "1230768000000", most: "4102444800000", unit: "ms since 1970" },
  /** Digits after the point that `decimal.ts` holds. */
  priceDecimals: { least: "0", most: String(PRICE_DECIMALS), unit: "digits" },
  volumeDecimals: { least: "0", most: String(VOLUME_DECIMALS), unit: "digits" },
  /** Of orders, fills or trades; the store's column ends there too. */
  count: { least: "0", most: "2147483647", unit: "rows" }
} as const satisfies Readonly<Record<string, Range>>

/** How a quantity is read and shown. */
interface Text<A> {
  readonly parse: (text: string) => A
  readonly format: (value: A) => string
}
type Judge<A> = (field: string, value: A | undefined) => string | null

/** Reads a range's ends once: every actor asks of every fact. */
const endsOf = <A>({ least, most }: Range, parse: (text: string) => A): readonly [from: A, to: A] => [
  parse(least),
  parse(most)
]
const words = (field: string, value: string, { least, most, unit }: Range): string =>
  `${field} ${value} is not within ${least} and ${most} ${unit}`

// Says what is wrong with a value, in words; null where it lies within the range. The same rule twice, on purpose: a comparison that meets
// both bigints and doubles takes half as long again.
const judgeExact = <A extends Price | Volume | Quote>(range: Range, kind: Text<A>): Judge<A> => {
  const [from, to] = endsOf(range, kind.parse)
  return (field, value) =>
    value === undefined || (value >= from && value <= to) ? null : words(field, kind.format(value), range)
}
const judgeDouble = (range: Range): Judge<number> => {
  const [from, to] = endsOf(range, Number)
  return (field, value) =>
    value === undefined || (value >= from && value <= to) ? null : words(field, String(value), range)
}

const PRICE = judgeExact(RANGES.price, Price)
const volumeJudge = (range: Range): Judge<Volume> => judgeExact(range, Volume)
const VOLUMES = {
  volume: volumeJudge(RANGES.volume),
  volumeOrNone: volumeJudge(RANGES.volumeOrNone),
  volumeOfBar: volumeJudge(RANGES.volumeOfBar),
  balance: volumeJudge(RANGES.balance)
} as const
const quoteJudge = (range: Range): Judge<Quote> => judgeExact(range, Quote)
const QUOTES = { cost: quoteJudge(RANGES.cost), balance: quoteJudge(RANGES.balance) } as const
const FEE_PCT: Judge<number> = judgeDouble(RANGES.feePct)
const TIME: Judge<number> = judgeDouble(RANGES.time)

/** What is wrong with a price, or null. */
export const badPrice = (field: string, price: Price | undefined): string | null => PRICE(field, price)
/** What is wrong with a volume, or null. */
export const badVolume = (field: string, volume: Volume | undefined, kind: keyof typeof VOLUMES): string | null =>
  VOLUMES[kind](field, volume)
/** What is wrong with an amount of the quote currency, or null. */
export const badQuote = (field: string, amount: Quote | undefined, kind: keyof typeof QUOTES): string | null =>
  QUOTES[kind](field, amount)
/** What is wrong with a time in Unix milliseconds, or null. */
export const badTime = (field: string, timeMs: number): string | null => TIME(field, timeMs)
/** What is wrong with a fee in percent, or null. */
export const badFeePct = (field: string, pct: number): string | null =>
  FEE_PCT(field, pct) ?? (Number.isFinite(pct) ? null : `${field} is ${pct}, no number`)

/** What no request may carry, in words: a price or volume outside of the same ranges. Null: it may be sent. */
export const unsendable = (terms: { readonly price?: Price; readonly volume?: Volume }): string | null =>
  badPrice("price", terms.price) ?? badVolume("volume", terms.volume, "volume")

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

/** Reads `text` against a range: null where it lies within, else what is wrong with it, in words. */
const outside = <A extends bigint | number>(
  field: string,
  value: A | undefined,
  parse: (text: string) => A,
  format: (value: A) => string,
  { least, most, unit }: Range
): string | null =>
  value === undefined || (value >= parse(least) && value <= parse(most))
    ? null
    : `${field} ${format(value)} is not within ${least} and ${most} ${unit}`

/** What is wrong with a price, or null. */
export const badPrice = (field: string, price: Price | undefined): string | null =>
  outside(field, price, Price.parse, Price.format, RANGES.price)
/** What is wrong with a volume, or null. */
export const badVolume = (
  field: string,
  volume: Volume | undefined,
  kind: "volume" | "volumeOrNone" | "balance"
): string | null => outside(field, volume, Volume.parse, Volume.format, RANGES[kind])
/** What is wrong with an amount of the quote currency, or null. */
export const badQuote = (field: string, amount: Quote | undefined, kind: "cost" | "balance"): string | null =>
  outside(field, amount, Quote.parse, Quote.format, RANGES[kind])
/** What is wrong with a fee in percent, or null. */
export const badFeePct = (field: string, pct: number): string | null =>
  outside(field, pct, Number, String, RANGES.feePct) ?? (Number.isFinite(pct) ? null : `${field} is ${pct}, no number`)

/** What no request may carry, in words: a price or volume outside of the same ranges. Null: it may be sent. */
export const unsendable = (terms: { readonly price?: Price; readonly volume?: Volume }): string | null =>
  badPrice("price", terms.price) ?? badVolume("volume", terms.volume, "volume")

/**
 * Every number that Kraken sends, over REST and WebSocket alike, with the range that a market can have: what lies outside is
 * refused here by field and value, and no fold ever sees it. The other readers of this folder take numbers from here and
 * from nowhere else (`figures.unit.test.ts` sees to that).
 */
import { Price, PRICE_DECIMALS, Quote, Volume, VOLUME_DECIMALS } from "../../../../core/decimal/decimal.ts"
import * as json from "../../../../core/wire/json.ts"
import { type Row, WireProblem } from "../../../../core/wire/json.ts"

/** From where to where a figure can be; both ends are plausible. */
interface Range {
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

/** A reader that refuses what lies outside of `range`, by field and value as it was sent. */
const within = <A extends bigint | number>(
  read: (row: Row, key: string) => A,
  parse: (text: string) => A,
  { least, most, unit }: Range
): ((row: Row, key: string) => A) => {
  const [from, to] = [parse(least), parse(most)]
  return (row, key) => {
    const value = read(row, key)
    if (value >= from && value <= to) return value
    const sent = JSON.stringify(row.fields[key]).slice(0, SHOWN)
    throw new WireProblem(`${row.path}.${key}`, `is ${sent}, not within ${least} and ${most} ${unit}`)
  }
}
const SHOWN = 60

/** What no request may carry, in words: a price or volume outside of the same ranges. Null: it may be sent. */
export const unsendable = (terms: { readonly price?: Price; readonly volume?: Volume }): string | null => {
  const said = (field: string, text: string, { least, most, unit }: Range) =>
    `${field} ${text} is not within ${least} and ${most} ${unit}`
  const beyond = <A extends bigint>(value: A | undefined, parse: (text: string) => A, { least, most }: Range) =>
    value !== undefined && (value < parse(least) || value > parse(most))
  const { price: asked, volume: size } = terms
  if (beyond(asked, Price.parse, RANGES.price)) return said("price", Price.format(asked ?? Price.zero), RANGES.price)
  if (beyond(size, Volume.parse, RANGES.volume))
    return said("volume", Volume.format(size ?? Volume.zero), RANGES.volume)
  return null
}

/** A price, above zero. All of these throw a `WireProblem`. */
export const price = within(json.price, Price.parse, RANGES.price)
/** What an order is for, or what traded: above zero. */
export const volume = within(json.volume, Volume.parse, RANGES.volume)
/** As `volume`, where nothing is a volume too. */
export const volumeOrNone = within(json.volume, Volume.parse, RANGES.volumeOrNone)
/** What was paid or received, before fees. */
export const cost = within(json.quote, Quote.parse, RANGES.cost)
/** What was charged. */
export const fee = within(json.quote, Quote.parse, RANGES.fee)
/** An amount of the base currency on the account. */
export const baseBalance = within(json.volume, Volume.parse, RANGES.balance)
/** An amount of the quote currency on the account. */
export const quoteBalance = within(json.quote, Quote.parse, RANGES.balance)
/** A fee in percent. */
export const feePct = within(json.number, Number, RANGES.feePct)
/** Unix seconds, perhaps with a fraction, as Unix milliseconds. */
export const secondsAsMs = within(json.secondsAsMs, Number, RANGES.time)
/** RFC 3339 as Unix milliseconds. */
export const timestampMs = within(json.timestampMs, Number, RANGES.time)
/** Digits after the point of a price. */
export const priceDecimals = within(json.count, Number, RANGES.priceDecimals)
/** Digits after the point of a volume. */
export const volumeDecimals = within(json.count, Number, RANGES.volumeDecimals)
/** How many there are of something. */
export const count = within(json.count, Number, RANGES.count)
/** A number that only has to rise: of a frame or a request. */
export const serial = json.count

/**
 * Every number that Kraken sends, over REST and WebSocket alike, within the range that a market can have (`shared/core/ranges.ts`): what lies outside is
 * refused here by field and value, and no fold ever sees it. The other readers of this folder take numbers from here and
 * from nowhere else (`figures.unit.test.ts` sees to that).
 */
import { Price, Quote, Volume } from "../../../../core/decimal/decimal.ts"
import { type Range, RANGES } from "../../../../core/ranges.ts"
import * as json from "../../../../core/wire/json.ts"
import { type Row, WireProblem } from "../../../../core/wire/json.ts"

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
/** What was charged in the base currency. */
export const baseFee = within(json.volume, Volume.parse, RANGES.fee)
/** An amount of the base currency on the account. */
export const baseBalance = within(json.volume, Volume.parse, RANGES.balance)
/** An amount of the quote currency on the account. */
export const quoteBalance = within(json.quote, Quote.parse, RANGES.balance)
/** A fee in percent. */
export const feePct = within(json.number, Number, RANGES.feePct)
/** Unix seconds, perhaps with a fraction, as Unix milliseconds. */
export const secondsAsMs = within(json.secondsAsMs, Number, RANGES.time)
/** The same of a trade: finer digits are cut off. */
export const secondsCutToMs = within(json.secondsCutToMs, Number, RANGES.time)
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

/** The visible book around the last trade. It is drawn, not kept: the same price always shows the same volumes. */
import { type Price, PRICE_DECIMALS, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketTrade } from "./process.ts"
import type { MarketView } from "../engine/desk.ts"
import { hash2 } from "../../../../shared/core/random.ts"

/** Far more than any order sweeps. */
const OFFERED_LEVELS = 1_000

/** What stands at one price of the book. */
export interface Level {
  readonly price: Price
  readonly volume: Volume
}

/** What the book is drawn by. */
export interface BookOptions {
  readonly priceDecimals: number
  /** Distance between bid and ask in percent of the price, at least one tick. */
  readonly spreadPct: number
}

/** Best bid and ask, one spread apart. */
export interface Quotes {
  readonly bid: Price
  readonly ask: Price
}

/** A buy printed at the ask, a sell at the bid; the other side stands one spread away. */
export const quotesAfter = (
  { price, takerSide }: Pick<MarketTrade, "price" | "takerSide">,
  options: BookOptions
): Quotes => {
  const tick = 10n ** BigInt(PRICE_DECIMALS - options.priceDecimals)
  const wanted = (price * BigInt(Math.round(options.spreadPct * 10_000))) / 1_000_000n
  const spread = wanted < tick ? tick : wanted - (wanted % tick)
  if (takerSide === "buy") return { bid: (price > spread ? price - spread : price) as Price, ask: price }
  return { bid: price, ask: (price + spread) as Price }
}

/** Levels of one side, best first, one spread apart: 500 to 20,000 base units each, ten times that far away. */
export const levels = (quotes: Quotes, side: "bid" | "ask", depth: number): ReadonlyArray<Level> => [
  ...levelsOf(quotes, side, depth)
]

/** Each made when it is asked for: most orders look at the first alone. */
function* levelsOf(quotes: Quotes, side: "bid" | "ask", depth: number): Generator<Level> {
  const step = quotes.ask - quotes.bid
  const best = side === "bid" ? quotes.bid : quotes.ask
  for (let i = 0; i < depth; i++) {
    const price = (side === "bid" ? best - step * BigInt(i) : best + step * BigInt(i)) as Price
    if (price <= 0n) return
    yield { price, volume: volumeAt(price, i) }
  }
}

const volumeAt = (price: Price, distance: number): Volume => {
  const key = Number((price / 1_000n) % 4_294_967_296n)
  const units = 500 + (hash2(key, 17) % 19_501)
  return Volume.fromNumber(units * (1 + Math.min(distance, 90) / 10), 0)
}

/** Levels at which an order may find others. */
const RESTING_LEVELS = 100n

/** What stands at exactly this price among the nearest hundred levels; 0 inside the spread and between levels. */
export const restingAt = (quotes: Quotes, side: "bid" | "ask", price: Price): Volume => {
  const step = quotes.ask - quotes.bid
  const away = side === "bid" ? quotes.bid - price : price - quotes.ask
  if (price <= 0n || away < 0n || (step === 0n ? away > 0n : away % step !== 0n)) return Volume.zero
  const level = step === 0n ? 0n : away / step
  return level < RESTING_LEVELS ? volumeAt(price, Number(level)) : Volume.zero
}

/** The book as an incoming order sees it. */
export const seenByOrders = (quotes: Quotes): MarketView => ({
  ...quotes,
  offers: (side) => levelsOf(quotes, side === "buy" ? "ask" : "bid", OFFERED_LEVELS),
  restingAt: (side, price) => restingAt(quotes, side === "buy" ? "bid" : "ask", price)
})

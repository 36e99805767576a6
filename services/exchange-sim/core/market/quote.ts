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
export const levels = (quotes: Quotes, side: "bid" | "ask", depth: number): ReadonlyArray<Level> => {
  const step = quotes.ask - quotes.bid
  const best = side === "bid" ? quotes.bid : quotes.ask
  const made: Array<Level> = []
  for (let i = 0; i < depth; i++) {
    const price = (side === "bid" ? best - step * BigInt(i) : best + step * BigInt(i)) as Price
    if (price <= 0n) break
    made.push({ price, volume: volumeAt(price, i) })
  }
  return made
}

const volumeAt = (price: Price, distance: number): Volume => {
  const key = Number((price / 1_000n) % 4_294_967_296n)
  const units = 500 + (hash2(key, 17) % 19_501)
  return Volume.fromNumber(units * (1 + Math.min(distance, 90) / 10), 0)
}

/** What stands at exactly this price among the nearest hundred levels; 0 inside the spread and between levels. */
export const restingAt = (quotes: Quotes, side: "bid" | "ask", price: Price): Volume =>
  levels(quotes, side, 100).find((level) => level.price === price)?.volume ?? Volume.zero

/** The book as an incoming order sees it. */
export const seenByOrders = (quotes: Quotes): MarketView => ({
  ...quotes,
  offers: (side) => levels(quotes, side === "buy" ? "ask" : "bid", OFFERED_LEVELS),
  restingAt: (side, price) => restingAt(quotes, side === "buy" ? "bid" : "ask", price)
})

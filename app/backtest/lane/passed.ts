/** Prices and clock facts that nobody had to hear: the last of them, for those who hear something else next. Changed in place. */
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"

/** A price or a clock fact of the lane. */
export type Heard = EventOf<"PriceObserved"> | EventOf<"ClockTicked">

/** What has passed since the market's first price. */
export class Passed {
  /** Rises with each fact that passes: who has seen this one has missed nothing. */
  version = 0
  /** Rises with each thing that an actor hears, so that what its quiet comes to may be another. */
  stirs = 0
  price: Price = Price.zero
  priceNumber = 0
  /** Null before the first price. */
  priceAtMs: number | null = null
  priceSeq = 0
  /** The last clock fact after that price; null: none since. */
  tick: { readonly timeMs: number; readonly priceAgeSec: number | null } | null = null

  /** A price that nobody answered. */
  notePrice(price: Price, timeMs: number, seq: number): void {
    this.version++
    this.price = price
    this.priceNumber = Price.toNumber(price)
    this.priceAtMs = timeMs
    this.priceSeq = seq
    this.tick = null
  }

  /** A clock fact, likewise. */
  noteTick(timeMs: number): void {
    this.version++
    this.tick = { timeMs, priceAgeSec: this.ageSec(timeMs) }
  }

  /** Age of the last price, seconds; null before the first. */
  ageSec(nowMs: number): number | null {
    return this.priceAtMs === null ? null : (nowMs - this.priceAtMs) / 1_000
  }
}

/** A trade's price as the feed tells it here: nobody quotes beside it. */
export const priceFact = (price: Price): EventOf<"PriceObserved"> => ({
  _tag: "PriceObserved",
  last: price,
  bid: price,
  ask: price
})

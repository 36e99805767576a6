/**
 * Where closed candles come from: one port for every public source. A source answers a page at a time and says how to
 * go on; how fast it may be asked is its `rate`, which the caller keeps.
 */
import { type Effect, Schema } from "effect"
import type { Candle, CandleVenue } from "./core/candle.ts"
import type { Dropped } from "./core/normalise.ts"
import type { Rate } from "./core/tokenBucket.ts"

/**
 * A page that did not come, sorted by what the caller may do:
 * - `wait`: asked too fast; ask again after `retryAfterMs` of the wall, or after a growing pause where that is null.
 * - `retry`: no answer, or one from something in between; ask again with back-off, a bounded number of times.
 * - `unknown_symbol`: the source does not have this symbol under this name.
 * - `rejected`: the request makes no sense to it, such as a timeframe it does not have.
 * - `stop`: a key is missing or wrong; only a person can help.
 */
export class CandleSourceError extends Schema.TaggedError<CandleSourceError>()("CandleSourceError", {
  source: Schema.String,
  /** What was asked for: `XDGUSD 1m`. */
  asked: Schema.String,
  advice: Schema.Literals(["wait", "retry", "unknown_symbol", "rejected", "stop"]),
  /** The source's own words, or what happened to the connection. Never holds a key. */
  detail: Schema.String,
  retryAfterMs: Schema.NullOr(Schema.Finite)
}) {
  override get message(): string {
    return `${this.source}: ${this.asked}: ${this.detail}`
  }
}

/** One page of a symbol and timeframe. */
export interface CandleRequest {
  /** As the source names it: `XDGUSD`, `DOGEUSDT`, `AAPL`. */
  readonly symbol: string
  readonly intervalMin: number
  /** What the page before returned, unchanged; null for the first one. Opaque: never made from a time by the caller. */
  readonly cursor: string | null
  /** First start wanted, Unix seconds, on a first page. Absent: the newest page. A source without history ignores it. */
  readonly sinceSec?: number
}

/** One page of closed candles, and how to go on. */
export interface CandlePage {
  /** Closed, oldest first, each start once. May repeat candles of the page before. */
  readonly candles: ReadonlyArray<Candle>
  readonly dropped: Dropped
  /** Where to go on, now or later; null: the source gave none. */
  readonly cursor: string | null
  /** Whether a further page can be had now. */
  readonly more: boolean
}

/** A public source of candles; cursor and rate are the caller's to keep. */
export interface CandleSource {
  /** Names the source in errors and jobs. */
  readonly name: string
  /** Whose market its candles are of. */
  readonly venue: CandleVenue
  readonly rate: Rate
  /** The most closed candles the source can ever give of one timeframe, the newest ones; null: as far back as it goes. */
  readonly reachable: number | null
  /** Sends once. The caller retries, and keeps `rate`. */
  readonly fetchPage: (request: CandleRequest) => Effect.Effect<CandlePage, CandleSourceError>
}

/**
 * A market process: who trades what and when, from the market's beginning to its end. It is a pure function of its own
 * small state, so that any stretch of it can be made again, and the exchange never has to store a tick.
 */
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"

/** Where the market traded last. `takerSide` buy prints at the ask. */
export interface MarketPrint {
  readonly timeMs: number
  readonly price: Price
  readonly takerSide: "buy" | "sell"
}

/** One trade of the market. */
export interface MarketTrade extends MarketPrint {
  readonly volume: Volume
}

/** A stretch of market time: a minute of a synthetic market, a candle or a minute of trades of a recorded one. */
export interface Step {
  /** Unix milliseconds; the next step begins where this one ends, or later. */
  readonly fromMs: number
  readonly untilMs: number
  /** In [fromMs, untilMs), oldest first; empty in a quiet stretch. */
  readonly trades: ReadonlyArray<MarketTrade>
  /** Where the next step starts. Plain numbers: goes into the exchange's records as JSON. */
  readonly next: ProcessState
}

/** What a process must remember between two steps. Plain finite numbers, in an order of its own. */
export type ProcessState = ReadonlyArray<number>

/** A market as steps from one state to the next. */
export interface MarketProcess {
  readonly initial: ProcessState
  /** Null after the end of a recording. */
  readonly step: (state: ProcessState) => Step | null
}

/** Milliseconds of a minute: a synthetic market's step, and the tape's candle. */
export const MINUTE_MS = 60_000

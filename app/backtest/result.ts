/** What a backtest gives. */
import type { EventOf } from "../../shared/events/event.ts"
import type { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"

/** A cycle as it was booked. */
export type Cycle = EventOf<"CycleBooked"> & { readonly slot: number }

/** One fill at the exchange. */
export interface BacktestFill {
  readonly timeMs: number
  readonly slot: number
  readonly side: "buy" | "sell"
  readonly price: Price
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
  readonly liquidity: "maker" | "taker"
}

/** The account at a moment; values in the quote currency. */
export interface CurvePoint {
  readonly timeMs: number
  readonly price: number
  readonly equity: number
  /** Part of the equity that is in the base currency. */
  readonly exposure: number
}

/** What a result rests on. */
export interface Assumed {
  /** Through a candle; `trades` where the recording is of trades. */
  readonly way: string
  /** Percent, for the whole time. */
  readonly makerFeePct: number
  readonly takerFeePct: number
  /** On the account at the start. */
  readonly base: Volume
  readonly quote: Quote
}

/** What came of it. */
export interface BacktestResult {
  readonly assumed: Assumed
  readonly fromMs: number
  readonly untilMs: number
  readonly candles: number
  readonly trades: number
  /** One point an hour, and one at the end. */
  readonly curve: ReadonlyArray<CurvePoint>
  readonly cycles: ReadonlyArray<Cycle>
  readonly fills: ReadonlyArray<BacktestFill>
  /** Simulated milliseconds in each mode. */
  readonly modes: Readonly<Record<string, number>>
  /** Exits that became recoveries. */
  readonly recoveries: number
  readonly openOrders: number
  readonly base: Volume
  readonly quote: Quote
  /** What a plain grid's account was worth at the curve's times; null where none was played. */
  readonly plainGrid: ReadonlyArray<number> | null
  /** SHA-256 over fills, cycles, modes and balances: whether anything was proven on the way does not change it. */
  readonly hash: string
}

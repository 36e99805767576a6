/** Candles of the pair as a chart wants them: the closed ones that the journal holds, and the one that is forming. */
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"

/** Timeframes that are kept, in minutes, by the names people give them. */
export const CHART_TIMEFRAMES = { "1m": 1, "15m": 15 } as const
/** The name of one. */
export type ChartTimeframe = keyof typeof CHART_TIMEFRAMES

/** Closed candles kept of each timeframe: a day of minutes, 15 days of quarters. As text they are a quarter of a megabyte. */
export const MAX_CANDLES = 1_440

/** A closed candle, and the record that said so. */
export interface ChartCandle {
  readonly timeSec: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Volume
  readonly trades: number
  readonly provenance: EventOf<"CandleClosed">["provenance"]
  readonly seq: number
}

/** What the prices heard since `timeSec` come to. */
export interface FormingCandle {
  readonly timeSec: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  /** How many prices were heard. */
  readonly prices: number
  /** The record of the last of them. */
  readonly seq: number
}

/** One timeframe. */
export interface ChartSeries {
  /** Oldest first, each time once, at most `MAX_CANDLES`. */
  readonly closed: ReadonlyArray<ChartCandle>
  readonly forming: FormingCandle | null
  /** Older ones have been dropped. */
  readonly cut: boolean
}

/** Both timeframes. */
export type ChartState = Readonly<Record<ChartTimeframe, ChartSeries>>

const NO_SERIES: ChartSeries = { closed: [], forming: null, cut: false }

/** Before the first record. */
export const initialChart: ChartState = { "1m": NO_SERIES, "15m": NO_SERIES }

/** What `/api/candles` answers, from the fold. Pure. */
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { CHART_TIMEFRAMES, type ChartState, type ChartTimeframe } from "./state.ts"

/** Which candles are asked for. */
export interface CandlesAsked {
  readonly timeframe: ChartTimeframe
  /** Only those that begin before it, Unix seconds; null: up to now. */
  readonly before: number | null
  readonly limit: number
}

/** The newest `limit` of them, oldest first. */
export const candlesView = (state: ChartState, { timeframe, before, limit }: CandlesAsked) => {
  const { closed, forming, cut } = state[timeframe]
  const older = before === null ? closed : closed.filter(({ timeSec }) => timeSec < before)
  return {
    timeframe,
    interval_sec: CHART_TIMEFRAMES[timeframe] * 60,
    candles: older.slice(-limit).map((candle) => ({
      time: candle.timeSec,
      open: Price.format(candle.open),
      high: Price.format(candle.high),
      low: Price.format(candle.low),
      close: Price.format(candle.close),
      volume: Volume.format(candle.volume),
      trades: candle.trades,
      provenance: candle.provenance,
      seq: candle.seq
    })),
    forming:
      forming === null || before !== null
        ? null
        : {
            time: forming.timeSec,
            open: Price.format(forming.open),
            high: Price.format(forming.high),
            low: Price.format(forming.low),
            close: Price.format(forming.close),
            prices: forming.prices,
            seq: forming.seq
          },
    more: older.length > limit,
    cut
  }
}

/** From stored candles to what the features take. */
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import type { FeatureCandles } from "./features.ts"

/** A stretch of candles without a hole, with the time of its ends. */
export interface Series extends FeatureCandles {
  /** Starts of the first and the last candle, Unix seconds; null when it is empty. */
  readonly fromSec: number | null
  readonly toSec: number | null
}

/** Candles of two origins as one list, oldest first; of two with the same start the latter's counts. */
export const merged = (some: ReadonlyArray<Candle>, better: ReadonlyArray<Candle>): ReadonlyArray<Candle> =>
  [...new Map([...some, ...better].map((candle) => [candle.timeSec, candle])).values()].toSorted(
    (a, b) => a.timeSec - b.timeSec
  )

/**
 * The newest stretch without a hole: a missing candle is not a small move, so what lies before one is left out. Candles are
 * oldest first.
 */
export const newestStretch = (candles: ReadonlyArray<Candle>, intervalMin: number): Series => {
  let start = Math.max(0, candles.length - 1)
  while (start > 0 && (candles[start]?.timeSec ?? 0) - (candles[start - 1]?.timeSec ?? 0) === intervalMin * 60) start--
  const stretch = candles.slice(start)
  return {
    closes: Float64Array.from(stretch, ({ close }) => Price.toNumber(close)),
    volumes: Float64Array.from(stretch, ({ volume }) => Volume.toNumber(volume)),
    fromSec: stretch[0]?.timeSec ?? null,
    toSec: stretch.at(-1)?.timeSec ?? null
  }
}

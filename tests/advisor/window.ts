/** An advisor of small windows, and the candles it is given. */
import type { AdvisorOptions } from "../../services/hmm-advisor/service.ts"
import { candles as madeUp, SETTINGS } from "../../services/hmm-advisor/testing/rows.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"

export const subjects = marketSubjects("XDGUSD")
export const SEED = 11
/** Candles of a training. */
export const COUNT = 240
/** When the markets of these tests stand. */
export const NOW_MS = 1_790_000_000_000

const detector = (intervalMin: number) => ({ intervalMin, trainingCandles: COUNT, minimumRows: 200 })
/** How the advisor of these tests is set. */
export const advisorOptions: Omit<AdvisorOptions, "epoch"> = {
  subjects,
  market: { venue: "simulated", symbol: "XDGUSD" },
  fast: detector(1),
  slow: detector(15),
  recentCandles: 100,
  training: SETTINGS,
  inference: { inferenceWindow: 50, confidenceThreshold: 0.15, biasGain: 1, dampWeakModels: true },
  answerEveryMs: 60_000,
  retrainEveryMs: 86_400_000
}

/** A full window of closed candles of this interval, the last one just over. */
export const windowOf = (intervalMin: number): ReadonlyArray<Candle> => {
  const { closes, volumes } = madeUp(SEED + intervalMin, COUNT)
  const stepSec = intervalMin * 60
  const firstSec = Math.floor(NOW_MS / 1_000 / stepSec - COUNT) * stepSec
  return Array.from(closes, (close, at) => {
    const price = Price.fromNumber(close, 7)
    const volume = Volume.fromNumber(volumes[at] ?? 0, 8)
    return { timeSec: firstSec + at * stepSec, open: price, high: price, low: price, close: price, volume, trades: 1 }
  })
}

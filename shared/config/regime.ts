/** What the regime advisor, its candles, the governor, the rebalancer and the page all go by. */
import { choice, flag, integer, number } from "./setting.ts"

const advisor = "Regime advisor"
const candles = "Candles"

/** The intervals that Kraken has candles of, in minutes. */
const INTERVALS_MIN = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600] as const

export const REGIME_SETTINGS = {
  hmmEnabled: flag("HMM_ENABLED", {
    group: advisor,
    default: "false",
    reason: "Train the regime models and let them speak. False: no worker, no work, and the trend decides alone."
  }),
  hmmBlendWithTrend: number("HMM_BLEND_WITH_TREND", {
    group: advisor,
    default: "0.5",
    min: 0,
    max: 1,
    reason:
      "The trend's part of the signal; the regime has the rest. 1: shadow mode, the regime is kept score of and moves nothing."
  }),

  candleIntervalMin: choice("HMM_OHLCV_INTERVAL_MIN", {
    group: candles,
    unit: "min",
    default: "1",
    of: INTERVALS_MIN,
    reason: "The primary timeframe."
  }),
  candleSecondaryIntervalMin: choice("HMM_SECONDARY_INTERVAL_MIN", {
    group: candles,
    unit: "min",
    default: "15",
    of: INTERVALS_MIN,
    reason: "The secondary timeframe, which sets the direction of the regime. The same as the primary: there is none."
  }),
  trainingCandles: integer("HMM_TRAINING_CANDLES", {
    group: candles,
    default: "720",
    min: 1,
    max: 100_000,
    reason:
      "Target window of the primary timeframe. Kraken gives no more than the newest 720 bars; more takes patience."
  }),
  secondaryTrainingCandles: integer("HMM_SECONDARY_TRAINING_CANDLES", {
    group: candles,
    default: "720",
    min: 1,
    max: 100_000,
    reason: "The same of the secondary timeframe."
  }),
  minTrainSamples: integer("HMM_MIN_TRAIN_SAMPLES", {
    group: candles,
    default: "500",
    min: 1,
    max: 100_000,
    reason: "Fewer candles of the primary timeframe train no model."
  }),
  secondaryMinTrainSamples: integer("HMM_SECONDARY_MIN_TRAIN_SAMPLES", {
    group: candles,
    default: "200",
    min: 1,
    max: 100_000,
    reason: "The same of the secondary timeframe."
  })
} as const

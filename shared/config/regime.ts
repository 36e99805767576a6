/** What the regime advisor, its candles, the governor, the rebalancer and the page all go by. */
import { SettingGroup } from "./setting.ts"

const advisor = new SettingGroup("Regime advisor")
const candles = new SettingGroup("Candles")

/** The intervals that Kraken has candles of, in minutes. */
const INTERVALS_MIN = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600] as const

export const REGIME_SETTINGS = {
  hmmEnabled: advisor.flag("HMM_ENABLED", {
    default: "false",
    reason: "Train the regime models and let them speak. False: no worker, no work, and the trend decides alone."
  }),
  hmmBlendWithTrend: advisor.number("HMM_BLEND_WITH_TREND", {
    default: "0.5",
    within: [0, 1],
    reason:
      "The trend's part of the signal; the regime has the rest. 1: shadow mode, the regime is kept score of and moves nothing."
  }),

  candleIntervalMin: candles.choice("HMM_OHLCV_INTERVAL_MIN", {
    unit: "min",
    default: "1",
    of: INTERVALS_MIN,
    reason: "The primary timeframe."
  }),
  candleSecondaryIntervalMin: candles.choice("HMM_SECONDARY_INTERVAL_MIN", {
    unit: "min",
    default: "15",
    of: INTERVALS_MIN,
    reason: "The secondary timeframe, which sets the direction of the regime. The same as the primary: there is none."
  }),
  trainingCandles: candles.integer("HMM_TRAINING_CANDLES", {
    default: "720",
    within: [1, 100_000],
    reason:
      "Target window of the primary timeframe. Kraken gives no more than the newest 720 bars; more takes patience."
  }),
  secondaryTrainingCandles: candles.integer("HMM_SECONDARY_TRAINING_CANDLES", {
    default: "720",
    within: [1, 100_000],
    reason: "The same of the secondary timeframe."
  }),
  minTrainSamples: candles.integer("HMM_MIN_TRAIN_SAMPLES", {
    default: "500",
    within: [1, 100_000],
    reason: "Fewer candles of the primary timeframe train no model."
  }),
  secondaryMinTrainSamples: candles.integer("HMM_SECONDARY_MIN_TRAIN_SAMPLES", {
    default: "200",
    within: [1, 100_000],
    reason: "The same of the secondary timeframe."
  })
} as const

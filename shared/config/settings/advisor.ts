/** The regime advisor's part of the settings: its models, when they are fitted, and how much of what they say counts. */
import { choice, flag, integer, number } from "../setting.ts"

const advisor = "Regime advisor"

export const ADVISOR_SETTINGS = {
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
  hmmStates: integer("HMM_N_STATES", {
    group: advisor,
    default: "3",
    min: 2,
    max: 8,
    reason: "Hidden states of a model: bearish, ranging, bullish."
  }),
  hmmIterations: integer("HMM_N_ITER", {
    group: advisor,
    default: "100",
    min: 1,
    max: 10_000,
    reason: "Most Baum-Welch iterations of one start."
  }),
  hmmCovarianceType: choice("HMM_COVARIANCE_TYPE", {
    group: advisor,
    default: "diag",
    of: ["diag", "full", "spherical", "tied"],
    reason: "Shape of a state's Gaussian. The features are nearly uncorrelated: diagonal needs the fewest candles."
  }),
  hmmInferenceWindow: integer("HMM_INFERENCE_WINDOW", {
    group: advisor,
    default: "50",
    min: 1,
    max: 10_000,
    reason: "Observations the answer is read from."
  }),
  hmmRecentCandles: integer("HMM_RECENT_CANDLES", {
    group: advisor,
    default: "100",
    min: 50,
    max: 10_000,
    reason: "Fewest candles fetched for one answer; never fewer than the window and 100 for its indicators to settle."
  }),
  hmmConfidenceThreshold: number("HMM_CONFIDENCE_THRESHOLD", {
    group: advisor,
    default: "0.15",
    min: 0,
    max: 1,
    reason: "Below this confidence a regime has no bias."
  }),
  hmmBiasGain: number("HMM_BIAS_GAIN", {
    group: advisor,
    default: "1.0",
    min: 0,
    max: 100,
    reason: "Scales the bias; it stays within ±1."
  }),
  hmmRetrainIntervalSec: number("HMM_RETRAIN_INTERVAL_SEC", {
    group: advisor,
    unit: "s",
    default: "86400",
    min: 60,
    max: 31_536_000,
    reason: "Exchange time between two trainings."
  }),
  hmmRegimeMaxAgeSec: number("HMM_REGIME_MAX_AGE_SEC", {
    group: advisor,
    unit: "s",
    default: "900",
    min: 1,
    max: 31_536_000,
    reason: "A regime older than this counts as none: an advisor that has died has no say."
  })
} as const

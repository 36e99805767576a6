/** The advisor's own settings: its models, when they are fitted, and what an answer is read from. */
import { choice, integer, number } from "../../shared/config/setting.ts"

const advisor = "Regime advisor"

export const ADVISOR_SETTINGS = {
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
  })
} as const

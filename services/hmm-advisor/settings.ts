/** The advisor's own settings: its models, when they are fitted, and what an answer is read from. */
import { SettingGroup } from "../../shared/config/setting.ts"

const advisor = new SettingGroup("Regime advisor")

export const ADVISOR_SETTINGS = {
  hmmStates: advisor.integer("HMM_N_STATES", {
    default: "3",
    within: [2, 8],
    reason: "Hidden states of a model: bearish, ranging, bullish."
  }),
  hmmIterations: advisor.integer("HMM_N_ITER", {
    default: "100",
    within: [1, 10_000],
    reason: "Most Baum-Welch iterations of one start."
  }),
  hmmCovarianceType: advisor.choice("HMM_COVARIANCE_TYPE", {
    default: "diag",
    of: ["diag", "full", "spherical", "tied"],
    reason: "Shape of a state's Gaussian. The features are nearly uncorrelated: diagonal needs the fewest candles."
  }),
  hmmInferenceWindow: advisor.integer("HMM_INFERENCE_WINDOW", {
    default: "50",
    within: [1, 10_000],
    reason: "Observations the answer is read from."
  }),
  hmmRecentCandles: advisor.integer("HMM_RECENT_CANDLES", {
    default: "100",
    within: [50, 10_000],
    reason: "Fewest candles fetched for one answer; never fewer than the window and 100 for its indicators to settle."
  }),
  hmmConfidenceThreshold: advisor.number("HMM_CONFIDENCE_THRESHOLD", {
    default: "0.15",
    within: [0, 1],
    reason: "Below this confidence a regime has no bias."
  }),
  hmmBiasGain: advisor.number("HMM_BIAS_GAIN", {
    default: "1.0",
    within: [0, 100],
    reason: "Scales the bias; it stays within ±1."
  }),
  hmmDampWeakModels: advisor.flag("HMM_DAMP_WEAK_MODELS", {
    default: "true",
    reason:
      "A model whose neighbouring states lie less than half a deviation apart in EMA spread leans less, in proportion; with equal means not at all."
  }),
  hmmRetrainIntervalSec: advisor.number("HMM_RETRAIN_INTERVAL_SEC", {
    unit: "s",
    default: "86400",
    within: [60, 31_536_000],
    reason: "Exchange time between two trainings."
  })
} as const

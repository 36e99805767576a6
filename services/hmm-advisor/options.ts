import { DEFAULT_TRAINING } from "./core/training/train.ts"
import type { AdvisorOptions } from "./service.ts"
import { type SharedSettings, venueOf } from "../../shared/config/shared.ts"
import type { REGIME_SETTINGS } from "../../shared/config/regime.ts"
import type { ValuesOf } from "../../shared/config/table.ts"
import type { ADVISOR_SETTINGS } from "./settings.ts"

/** Read before the rows of an answer: for so long the first value of each average shows, and a feature is not yet what it was in training. */
const SETTLING_CANDLES = 100

/** What the settings ask of the regime advisor, wherever it speaks. */
export const advisorOptions = (
  settings: Pick<SharedSettings, "live" | "pair" | "rebalancer"> &
    ValuesOf<typeof REGIME_SETTINGS> &
    ValuesOf<typeof ADVISOR_SETTINGS>
): Omit<AdvisorOptions, "subjects" | "epoch"> => ({
  market: { venue: venueOf(settings), symbol: settings.pair },
  fast: {
    intervalMin: settings.candleIntervalMin,
    trainingCandles: settings.trainingCandles,
    minimumRows: Math.min(settings.minTrainSamples, settings.trainingCandles)
  },
  slow: {
    intervalMin: settings.candleSecondaryIntervalMin,
    trainingCandles: settings.secondaryTrainingCandles,
    minimumRows: Math.min(settings.secondaryMinTrainSamples, settings.secondaryTrainingCandles)
  },
  recentCandles: Math.max(settings.hmmRecentCandles, settings.hmmInferenceWindow + SETTLING_CANDLES),
  training: {
    ...DEFAULT_TRAINING,
    maxIterations: settings.hmmIterations,
    states: settings.hmmStates,
    covarianceType: settings.hmmCovarianceType
  },
  inference: {
    inferenceWindow: settings.hmmInferenceWindow,
    confidenceThreshold: settings.hmmConfidenceThreshold,
    biasGain: settings.hmmBiasGain,
    dampWeakModels: settings.hmmDampWeakModels
  },
  answerEveryMs: settings.rebalancer.intervalSec * 1_000,
  retrainEveryMs: settings.hmmRetrainIntervalSec * 1_000
})

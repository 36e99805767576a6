/** What a trained model says of the newest candle. */
import { FEATURES } from "./features.ts"
import { filterLast } from "./hmm/filter.ts"
import { lastRows, type Rows } from "./hmm/linear/rows.ts"
import { type Regime, REGIMES } from "./labels.ts"
import { FULL_VOICE, voiceOf } from "./separation.ts"
import { isRefusal, type Refusal } from "./training/refusal.ts"
import { standardise } from "./training/scaling.ts"
import type { TrainedModel } from "./training/train.ts"

/** A probability per regime; they add up to 1. */
export interface RegimeProbabilities {
  readonly bearish: number
  readonly ranging: number
  readonly bullish: number
}

/** One detector's answer. */
export interface RegimeReading {
  /** Whether a model spoke; where not, the rest is the neutral answer. */
  readonly trained: boolean
  readonly regime: Regime
  /** They add up to 1. */
  readonly probabilities: RegimeProbabilities
  /** Largest probability less the second largest, 0 to 1. How sure the model is, not how often it is right. */
  readonly confidence: number
  /** −1 (bearish) to 1 (bullish); not derived from the label: a ranging market may well lean. */
  readonly biasSignal: number
  /** Why no model spoke, or why it did not speak at full voice; null where it did. */
  readonly reason: string | null
}

/** How probabilities become a regime and a bias. */
export interface InferenceSettings {
  /** `HMM_INFERENCE_WINDOW`: feature rows looked at, the newest last. */
  readonly inferenceWindow: number
  /** `HMM_CONFIDENCE_THRESHOLD`: less confidence than this gives no bias. */
  readonly confidenceThreshold: number
  /** `HMM_BIAS_GAIN`. */
  readonly biasGain: number
  /** `HMM_DAMP_WEAK_MODELS`: a model that hardly tells directions apart leans less. */
  readonly dampWeakModels: boolean
}

/** The answer of a detector that is not trained, stale or failed. */
export const neutralReading = (reason: string): RegimeReading => ({
  trained: false,
  regime: "RANGING",
  probabilities: { bearish: 0, ranging: 1, bullish: 0 },
  confidence: 0,
  biasSignal: 0,
  reason
})

/** Reads the last rows (raw features, as in training) with the forward filter only: no later candle has a say. */
export const readRegime = (
  trained: TrainedModel | null,
  rows: Rows | Refusal,
  settings: InferenceSettings
): RegimeReading => {
  if (trained === null) return neutralReading("not trained")
  if (isRefusal(rows)) return neutralReading(`${rows.reason}: ${rows.detail}`)
  if (rows.features !== FEATURES.length) return neutralReading(`rows have ${rows.features} features`)
  const belief = filterLast(trained.model, standardise(lastRows(rows, settings.inferenceWindow), trained.scaling))
  if (isRefusal(belief)) return neutralReading(`${belief.reason}: ${belief.detail}`)
  return spoken(trained, readingOf(probabilitiesOf(belief, trained.labels), settings), settings)
}

/**
 * What a model's reading counts for (docs/trading-contract.md §10): the bias of a weak one is scaled by its separation over
 * half a deviation. Where neighbours have equal means their labels say nothing: ranging, no bias, no confidence; the
 * probabilities stay as they are.
 */
export const spoken = (
  { separation }: Pick<TrainedModel, "separation">,
  reading: RegimeReading,
  { dampWeakModels }: Pick<InferenceSettings, "dampWeakModels">
): RegimeReading => {
  if (!dampWeakModels || separation >= FULL_VOICE) return reading
  const reason = weaknessOf(separation)
  const voice = voiceOf(separation)
  return voice === 0
    ? { ...reading, regime: "RANGING", confidence: 0, biasSignal: 0, reason }
    : { ...reading, biasSignal: reading.biasSignal * voice, reason }
}

/** What is wrong with a model of a separation below `FULL_VOICE`, and what comes of it. */
export const weaknessOf = (separation: number): string => {
  const voice = voiceOf(separation)
  return voice === 0
    ? "weak model: neighbouring states have equal EMA spreads and tell no direction; ranging, bias 0"
    : `weak model: neighbouring states lie ${separation.toFixed(2)} deviations apart, less than ${FULL_VOICE}; bias × ${voice.toFixed(2)}`
}

/** States of one label share its probability. */
export const probabilitiesOf = (belief: Float64Array, labels: ReadonlyArray<Regime>): RegimeProbabilities => {
  const of = (regime: Regime): number =>
    labels.reduce((sum, label, state) => (label === regime ? sum + belief[state]! : sum), 0)
  return { bearish: of("BEARISH"), ranging: of("RANGING"), bullish: of("BULLISH") }
}

/** Regime, confidence and bias from probabilities, whatever model they come from; of equal ones the lower id is the regime. */
export const readingOf = (
  probabilities: RegimeProbabilities,
  { confidenceThreshold, biasGain }: Pick<InferenceSettings, "confidenceThreshold" | "biasGain">
): RegimeReading => {
  const { bearish, ranging, bullish } = probabilities
  const inOrder = [bearish, ranging, bullish]
  const [best = 0, second = 0] = inOrder.toSorted((a, b) => b - a)
  const confidence = best - second
  const bias = (bullish - bearish) * biasGain
  return {
    trained: true,
    regime: REGIMES[inOrder.indexOf(best)]!,
    probabilities,
    confidence,
    biasSignal: confidence < confidenceThreshold ? 0 : Math.max(-1, Math.min(1, bias)),
    reason: null
  }
}

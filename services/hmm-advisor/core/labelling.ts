/** A whole series labelled candle by candle, for a quant: what the advisor would have said at each close, and never later. */
import { type FEATURES, type FeatureCandles, featureRows, WARM_UP_CANDLES } from "./features.ts"
import { filterAll } from "./hmm/filter.ts"
import { type InferenceSettings, probabilitiesOf, type RegimeReading, readingOf, spoken } from "./regime.ts"
import { isRefusal, type Refusal } from "./training/refusal.ts"
import { standardise } from "./training/scaling.ts"
import type { TrainedModel } from "./training/train.ts"

/** How beliefs are read; the whole series is the window. */
type ReadingSettings = Omit<InferenceSettings, "inferenceWindow">

/** What the model says at one candle's close. */
export interface LabelledCandle extends Pick<RegimeReading, "regime" | "probabilities" | "confidence" | "biasSignal"> {
  /** Place of the candle in the series. */
  readonly candle: number
  /** The likeliest state: with more than three, several states share a regime. */
  readonly state: number
}

/**
 * One label for every candle after the warm-up. The filter has seen all candles before and none after; the model may have
 * been trained on any of them: the caller says which.
 */
export const labelCandles = (
  trained: TrainedModel,
  candles: FeatureCandles,
  settings: ReadingSettings
): ReadonlyArray<LabelledCandle> | Refusal => {
  const rows = featureRows(candles)
  if (isRefusal(rows)) return rows
  const beliefs = filterAll(trained.model, standardise(rows, trained.scaling))
  if (isRefusal(beliefs)) return beliefs
  const { states } = trained.model
  return Array.from({ length: rows.count }, (_, row) => {
    const belief = beliefs.subarray(row * states, (row + 1) * states)
    const { regime, probabilities, confidence, biasSignal } = spoken(
      trained,
      readingOf(probabilitiesOf(belief, trained.labels), settings),
      settings
    )
    const state = belief.indexOf(Math.max(...belief))
    return { candle: row + WARM_UP_CANDLES, state, regime, probabilities, confidence, biasSignal }
  })
}

/** One line of `stateTable`. */
export interface StateSummary {
  readonly label: string
  /** Share of the labelled candles of which this state is the likeliest, 0 to 1. */
  readonly share: number
  /**
   * Candles this state is expected to last: 1 / (1 − the probability of staying). Null where that is longer than all the
   * training: then less than one end of it was seen there.
   */
  readonly duration: number | null
  /** Mean of each feature in its own units. */
  readonly means: Readonly<Record<(typeof FEATURES)[number], number>>
}

/** A model for people: one line per state, lowest EMA spread first. */
export const stateTable = (
  { model, labels, scaling, rowCount }: TrainedModel,
  labelled: ReadonlyArray<LabelledCandle>
): ReadonlyArray<StateSummary> =>
  labels.map((label, state) => {
    const stays = model.transition[state * model.states + state] ?? 0
    const duration = 1 / (1 - stays)
    const mean = (feature: number) =>
      (model.means[state * model.features + feature] ?? 0) * (scaling.deviation[feature] ?? 1) +
      (scaling.mean[feature] ?? 0)
    return {
      label,
      share: labelled.filter((candle) => candle.state === state).length / Math.max(1, labelled.length),
      duration: duration > rowCount ? null : duration,
      means: { macdHistogramSlope: mean(0), emaSpread: mean(1), rsiZone: mean(2), volumeRatio: mean(3) }
    }
  })

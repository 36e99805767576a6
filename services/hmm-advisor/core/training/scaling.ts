/** Putting features on one scale. The numbers come from the training rows, go with the model, and serve every later row. */
import type { Rows } from "../hmm/linear/rows.ts"
import { refuse, type Refusal } from "./refusal.ts"

/** One entry per feature. */
export interface Scaling {
  readonly mean: ReadonlyArray<number>
  /** Population standard deviation; 1 for a feature that did not vary, so that nothing is divided by 0. */
  readonly deviation: ReadonlyArray<number>
}

/** Deviations relative to the largest value below this are rounding: the feature is constant. */
const ROUNDING = 1e-14

/**
 * Mean and deviation of every feature over the rows. Summed in the order of the rows, without a package: one that carries the
 * rounding along (`simple-statistics`) answers otherwise in the last bit, and `regime verify` fits recorded models again and holds
 * them to the last bit.
 */
export const scalingOf = ({ count, features, values }: Rows): Scaling | Refusal => {
  const mean: Array<number> = []
  const deviation: Array<number> = []
  for (let d = 0; d < features; d++) {
    let sum = 0
    let largest = 0
    for (let at = d; at < values.length; at += features) {
      sum += values[at]!
      largest = Math.max(largest, Math.abs(values[at]!))
    }
    const centre = sum / count
    let squares = 0
    for (let at = d; at < values.length; at += features) squares += (values[at]! - centre) ** 2
    const spread = Math.sqrt(squares / count)
    if (!Number.isFinite(centre) || !Number.isFinite(spread)) {
      return refuse("overflow", `feature ${d} is too large to take its mean and deviation; scale it`)
    }
    mean.push(centre)
    deviation.push(spread > ROUNDING * largest ? spread : 1)
  }
  return { mean, deviation }
}

/** (x − mean) / deviation for every feature of every row. */
export const standardise = ({ count, features, values }: Rows, { mean, deviation }: Scaling): Rows => ({
  count,
  features,
  values: values.map((value, at) => (value - mean[at % features]!) / deviation[at % features]!)
})

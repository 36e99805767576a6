/**
 * How well a model's states tell directions apart, and what that leaves of its bias. The likeliest model of a window may part
 * bursts of volume instead of directions; then its labels are right about an order and wrong about a meaning.
 */
import { EMA_SPREAD } from "./features.ts"
import type { HmmModel } from "./hmm/model.ts"
import { labelsInOrder } from "./labels.ts"

/** Separated by this or more a model speaks at full voice; below it is called weak. */
export const FULL_VOICE = 0.5
/** Means closer than this are equal but for rounding. */
const EQUAL = 1e-6

/**
 * d′ of a model whose states stand in label order: the distance of the mean EMA spreads of two neighbours over their pooled
 * deviation √((v₁ + v₂) / 2), the smallest over neighbours of different labels. 0 for a single state, which separates nothing.
 */
export const separationOf = (model: HmmModel): number => {
  const { states, features, means } = model
  const labels = labelsInOrder(states)
  let smallest = Number.POSITIVE_INFINITY
  for (let k = 1; k < states; k++) {
    if (labels[k] === labels[k - 1]) continue
    const distance = means[k * features + EMA_SPREAD]! - means[(k - 1) * features + EMA_SPREAD]!
    smallest = Math.min(smallest, distance / Math.sqrt((spreadVariance(model, k - 1) + spreadVariance(model, k)) / 2))
  }
  return states === 1 ? 0 : smallest
}

/** Variance of the EMA spread in a state. */
const spreadVariance = ({ features, covarianceType: type, covariances }: HmmModel, state: number): number => {
  const diagonal = EMA_SPREAD * features + EMA_SPREAD
  const at = {
    diag: state * features + EMA_SPREAD,
    spherical: state,
    full: state * features * features + diagonal,
    tied: diagonal
  }[type]
  return covariances[at]!
}

/** The share of its bias that a model of this separation keeps, 0 to 1: in proportion up to `FULL_VOICE`, 0 for equal means. */
export const voiceOf = (separation: number): number => (separation < EQUAL ? 0 : Math.min(1, separation / FULL_VOICE))

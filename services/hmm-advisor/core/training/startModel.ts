/** Models to begin a climb with, from groups of rows or from what is guessed of the states. */
import { covarianceSize, type CovarianceType, type HmmModel } from "../hmm/model.ts"
import type { Rows } from "../hmm/linear/rows.ts"
import type { Scaling } from "./scaling.ts"

/** Probability of staying in a state, to begin with: regimes last. */
const STAYING = 0.9
/** Added to every group's variance, so that a group of equal rows is no needle. */
const EXTRA_VARIANCE = 1e-3

/** Means and variances, K × D each. */
export interface Moments {
  readonly means: Float64Array
  readonly variances: Float64Array
}

/** Mean and variance of every group of rows, or null where one is empty. */
export const momentsOfGroups = (
  { count, features, values }: Rows,
  groups: Uint8Array,
  states: number
): Moments | null => {
  const sizes = new Float64Array(states)
  for (const group of groups) sizes[group]! += 1
  if (sizes.includes(0)) return null
  const means = new Float64Array(states * features)
  for (let t = 0; t < count; t++) {
    for (let d = 0; d < features; d++)
      means[groups[t]! * features + d]! += values[t * features + d]! / sizes[groups[t]!]!
  }
  const variances = new Float64Array(states * features).fill(EXTRA_VARIANCE)
  for (let t = 0; t < count; t++) {
    const group = groups[t]!
    for (let d = 0; d < features; d++) {
      variances[group * features + d]! +=
        (values[t * features + d]! - means[group * features + d]!) ** 2 / sizes[group]!
    }
  }
  return { means, variances }
}

/** A model of states with these moments, all equally likely at first, each likely to last. */
export const startModel = (
  { means, variances }: Moments,
  states: number,
  features: number,
  covarianceType: CovarianceType
): HmmModel => {
  const moving = states === 1 ? 0 : (1 - STAYING) / (states - 1)
  return {
    states,
    features,
    covarianceType,
    start: Array.from({ length: states }, () => 1 / states),
    transition: Array.from({ length: states * states }, (_, at) =>
      at % (states + 1) === 0 ? 1 - moving * (states - 1) : moving
    ),
    means: Array.from(means),
    covariances: covariancesFrom(variances, states, features, covarianceType)
  }
}

/** Variances per state and feature in the layout of another covariance type. */
const covariancesFrom = (
  variances: Float64Array,
  states: number,
  features: number,
  type: CovarianceType
): ReadonlyArray<number> => {
  const overStates = (d: number): number => {
    let sum = 0
    for (let k = 0; k < states; k++) sum += variances[k * features + d]!
    return sum / states
  }
  if (type === "diag") return Array.from(variances)
  if (type === "spherical") {
    return Array.from(
      { length: states },
      (_, k) => variances.subarray(k * features, (k + 1) * features).reduce((sum, value) => sum + value, 0) / features
    )
  }
  return Array.from({ length: covarianceSize(type, states, features) }, (_, at) => {
    const d = at % features
    if (Math.floor(at / features) % features !== d) return 0
    return type === "tied" ? overStates(d) : variances[Math.floor(at / (features * features)) * features + d]!
  })
}

/** A model made on one scale, restated on another: the previous model as a start for rows standardised anew. */
export const rescaled = (model: HmmModel, from: Scaling, to: Scaling): HmmModel => {
  const { states, features, covarianceType: type } = model
  const ratio = from.deviation.map((deviation, d) => deviation / to.deviation[d]!)
  const meanRatio = ratio.reduce((sum, value) => sum + value * value, 0) / features
  return {
    ...model,
    means: Array.from({ length: states * features }, (_, at) => {
      const d = at % features
      return (from.mean[d]! + from.deviation[d]! * model.means[at]! - to.mean[d]!) / to.deviation[d]!
    }),
    covariances: model.covariances.map((value, at) => {
      if (type === "spherical") return value * meanRatio
      const across = ratio[at % features]!
      return value * across * (type === "diag" ? across : ratio[Math.floor(at / features) % features]!)
    })
  }
}

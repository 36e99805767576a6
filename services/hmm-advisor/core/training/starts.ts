/**
 * Where fits begin. Climbing finds the nearest optimum only, so several fixed starts are tried: on real windows they
 * reach the best known likelihood more often than random ones, and they are the same every time.
 */
import { covarianceSize, type CovarianceType, type HmmModel } from "../hmm/model.ts"
import type { Rows } from "../hmm/linear/rows.ts"
import type { Scaling } from "./scaling.ts"

/** Names a start in a model's record. `previous` is the model in use before this training. */
export const START_NAMES = [
  "previous",
  "emaSpreadThirds",
  "rsiZoneThirds",
  "emaSpreadTails",
  "macdSlopeSizeThirds",
  "volumeRatioThirds"
] as const
/** One of `START_NAMES`. */
export type StartName = (typeof START_NAMES)[number]

/** A start cuts the rows by the quantiles of one column into as many groups as there are states. */
interface Cut {
  readonly name: StartName
  readonly column: number
  /** Cut by the distance from 0. */
  readonly absolute?: true
  /** Share of the rows in each outer group; equal groups where it is left out. */
  readonly tail?: number
}

const CUTS: ReadonlyArray<Cut> = [
  { name: "emaSpreadThirds", column: 1 },
  { name: "rsiZoneThirds", column: 2 },
  { name: "emaSpreadTails", column: 1, tail: 0.15 },
  { name: "macdSlopeSizeThirds", column: 0, absolute: true },
  { name: "volumeRatioThirds", column: 3 }
]

/** Probability of staying in a state, to begin with: regimes last. */
const STAYING = 0.9
/** Added to every group's variance, so that a group of equal rows is no needle. */
const EXTRA_VARIANCE = 1e-3

/** The fixed starts that the rows allow, in order: a flat feature gives none. `rows` hold standardised features. */
export const fixedStarts = (
  rows: Rows,
  states: number,
  covarianceType: CovarianceType
): ReadonlyArray<{ readonly name: StartName; readonly model: HmmModel }> =>
  CUTS.flatMap((cut) => {
    const model = startFrom(rows, groupsOf(rows, states, cut), states, covarianceType)
    return model === null ? [] : [{ name: cut.name, model }]
  })

/** The group of each row. */
const groupsOf = ({ count, features, values }: Rows, states: number, cut: Cut): Uint8Array => {
  const column = new Float64Array(count)
  for (let t = 0; t < count; t++) {
    const value = values[t * features + cut.column]!
    column[t] = cut.absolute === true ? Math.abs(value) : value
  }
  const sorted = column.toSorted()
  const cuts = Array.from({ length: states - 1 }, (_, i) => quantile(sorted, cutShare(i + 1, states, cut.tail)))
  return Uint8Array.from(column, (value) => cuts.filter((edge) => value > edge).length)
}

/** Share of the rows below the `index`th of the cuts that make `states` groups. */
const cutShare = (index: number, states: number, tail: number | undefined): number =>
  tail === undefined || states < 3 ? index / states : tail + ((index - 1) * (1 - 2 * tail)) / (states - 2)

/** Linear between neighbours. */
const quantile = (sorted: Float64Array, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  return low + (place - below) * ((sorted[below + 1] ?? low) - low)
}

/** Mean and variance of every group, or null where one is empty. */
const startFrom = (
  { count, features, values }: Rows,
  groups: Uint8Array,
  states: number,
  covarianceType: CovarianceType
): HmmModel | null => {
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

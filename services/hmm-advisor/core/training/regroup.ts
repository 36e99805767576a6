/**
 * Other partings of what a climb has found: two states made one, and a third parted. A climb that ends with two states for what is one
 * regime never frees one of them by itself (Ueda, Nakano, Ghahramani and Hinton, *SMEM Algorithm for Mixture Models*, 2000).
 */
import type { HmmModel } from "../hmm/model.ts"
import { type Moments, startModel } from "./startModel.ts"

/** How far the halves of a state that is parted along a feature lie from its mean, in its deviations, and their share of its variance. */
const APART = 0.8
const HALF_VARIANCE = 1 - APART * APART
/** A state parted by how widely its rows lie: these shares of its variances. */
const NARROW = 0.4
const WIDE = 1.8

/** The mean and the variances of one state. */
interface State {
  readonly mean: ReadonlyArray<number>
  readonly variance: ReadonlyArray<number>
}

/**
 * For each state, with the two that lie nearest to each other among the rest made one: the state parted by width, and along each
 * feature. None where there are fewer than three states.
 */
export const regrouped = (model: HmmModel): ReadonlyArray<HmmModel> => {
  const { states: count, features, covarianceType } = model
  const states = Array.from({ length: count }, (_, state) => stateOf(model, state))
  return states.flatMap((parted, at) => {
    const rest = states.filter((_, state) => state !== at)
    const pair = nearest(rest)
    if (pair === null) return []
    const kept = rest.filter((state) => !pair.includes(state))
    return halvesOf(parted).map((halves) =>
      startModel(momentsOf([...kept, united(...pair), ...halves]), count, features, covarianceType)
    )
  })
}

const stateOf = ({ means, covariances, features, covarianceType }: HmmModel, state: number): State => ({
  mean: means.slice(state * features, (state + 1) * features),
  variance: Array.from({ length: features }, (_, d) => {
    if (covarianceType === "diag") return covariances[state * features + d]!
    if (covarianceType === "spherical") return covariances[state]!
    const matrix = covarianceType === "tied" ? 0 : state * features * features
    return covariances[matrix + d * features + d]!
  })
})

/** The two whose means lie nearest to each other, in their pooled deviations; null: there are no two. */
const nearest = (states: ReadonlyArray<State>): readonly [State, State] | null => {
  let found: readonly [State, State] | null = null
  let least = Number.POSITIVE_INFINITY
  for (const [at, one] of states.entries()) {
    for (const other of states.slice(at + 1)) {
      const distance = one.mean.reduce(
        (sum, mean, d) => sum + (mean - other.mean[d]!) ** 2 / (one.variance[d]! + other.variance[d]!),
        0
      )
      if (distance < least) [least, found] = [distance, [one, other]]
    }
  }
  return found
}

/** Two states as one in which each has half of the rows. */
const united = (one: State, other: State): State => ({
  mean: one.mean.map((mean, d) => (mean + other.mean[d]!) / 2),
  variance: one.variance.map(
    (variance, d) => (variance + other.variance[d]!) / 2 + ((one.mean[d]! - other.mean[d]!) / 2) ** 2
  )
})

const halvesOf = ({ mean, variance }: State): ReadonlyArray<readonly [State, State]> => [
  [
    { mean, variance: variance.map((value) => NARROW * value) },
    { mean, variance: variance.map((value) => WIDE * value) }
  ],
  ...mean.map((_, along): readonly [State, State] => {
    const half = (side: number): State => ({
      mean: mean.map((value, d) => (d === along ? value + side * APART * Math.sqrt(variance[d]!) : value)),
      variance: variance.map((value, d) => (d === along ? HALF_VARIANCE * value : value))
    })
    return [half(-1), half(1)]
  })
]

const momentsOf = (states: ReadonlyArray<State>): Moments => ({
  means: Float64Array.from(states.flatMap(({ mean }) => mean)),
  variances: Float64Array.from(states.flatMap(({ variance }) => variance))
})

/** The M step: the parameters under which the posteriors of the E step are most likely. */
import { raisePivots } from "./linear/cholesky.ts"
import type { Rows } from "./linear/rows.ts"
import type { Workspace } from "./workspace.ts"

/** How much the variances are held up. Both in squared units of the features. */
export interface VariancePrior {
  /** Added to every sum of squares (hmmlearn's `covars_prior`; on the diagonal of matrices): a mild pull, 0 for none. */
  readonly covariancePrior: number
  /** No variance, and no pivot of a covariance matrix, ends below this; 0 for none. */
  readonly varianceFloor: number
}

/** A state whose rows weigh less than this in all has lost them: dividing by it would give noise or NaN. */
const STARVED_WEIGHT = 1e-300
/** hmmlearn's guard: sums of squares are divided by at least this. */
const SMALLEST_DIVISOR = 1e-5
/** Share of the squares about the old mean below which the variance is what cancellation left over, and is summed afresh. */
const CANCELLED = 1e-6

/**
 * Updates start, transitions, means and covariances in place. Returns the starved states, in order: they keep their
 * mean, their covariance and their transitions.
 */
export const maximise = (work: Workspace, rows: Rows, prior: VariancePrior): ReadonlyArray<number> => {
  const { states, posterior } = work
  const weights = stateWeights(work, rows.count)
  const starved: Array<number> = []
  for (let k = 0; k < states; k++) if (!(weights[k]! >= STARVED_WEIGHT)) starved.push(k)
  work.start.set(normalised(posterior.subarray(0, states)))
  updateTransitions(work)
  if (work.covarianceType === "diag" || work.covarianceType === "spherical") {
    updateDiagonal(work, rows, weights, prior)
  } else {
    updateMatrices(work, rows, weights, prior)
  }
  return starved
}

/** Σ γ per state: all expected moves out of it, and the last row, from which none goes on. */
const stateWeights = ({ states, moves, posterior }: Workspace, rowCount: number): Float64Array => {
  const weights = posterior.slice((rowCount - 1) * states, rowCount * states)
  for (let at = 0; at < moves.length; at++) weights[Math.floor(at / states)]! += moves[at]!
  return weights
}

const normalised = (weights: Float64Array): Float64Array => {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** A state that is never left, because it holds the last row alone or none, keeps its row. */
const updateTransitions = ({ states, moves, transition }: Workspace): void => {
  for (let from = 0; from < states; from++) {
    const row = moves.subarray(from * states, (from + 1) * states)
    if (row.reduce((total, move) => total + move, 0) >= STARVED_WEIGHT) transition.set(normalised(row), from * states)
  }
}

const updateDiagonal = (work: Workspace, rows: Rows, weights: Float64Array, prior: VariancePrior): void => {
  const { states, features, means, covariances, covarianceType } = work
  const moments = new Float64Array(2 * features)
  for (let k = 0; k < states; k++) {
    const weight = weights[k]!
    if (!(weight >= STARVED_WEIGHT)) continue
    momentsAboutMeans(work, rows, k, moments)
    let total = 0
    for (let d = 0; d < features; d++) {
      const [sum, squares] = [moments[2 * d]!, moments[2 * d + 1]!]
      const shift = sum / weight
      const mean = means[k * features + d]! + shift
      means[k * features + d] = mean
      let spread = squares - sum * shift
      if (spread < CANCELLED * squares) spread = squaresAbout(work, rows, k, d, mean)
      const variance = (prior.covariancePrior + spread) / Math.max(weight, SMALLEST_DIVISOR)
      total += variance
      if (covarianceType === "diag") covariances[k * features + d] = Math.max(variance, prior.varianceFloor)
    }
    if (covarianceType === "spherical") covariances[k] = Math.max(total / features, prior.varianceFloor)
  }
}

/**
 * Σ γ (x − μ) and Σ γ (x − μ)² of each feature in turn, about the state's mean before the update: it is close to the
 * new one, so few digits cancel. Two features a round, because one alone waits for its own additions.
 */
const momentsAboutMeans = (work: Workspace, rows: Rows, state: number, into: Float64Array): void => {
  const { posterior, states, means } = work
  const { values, features, count } = rows
  for (let d = 0; d < features; d += 2) {
    const next = Math.min(d + 1, features - 1)
    const mean = means[state * features + d]!
    const nextMean = means[state * features + next]!
    let sum = 0
    let squares = 0
    let nextSum = 0
    let nextSquares = 0
    for (let t = 0, x = d, y = next, g = state; t < count; t++, x += features, y += features, g += states) {
      const weight = posterior[g]!
      const off = values[x]! - mean
      const nextOff = values[y]! - nextMean
      const weighted = weight * off
      const nextWeighted = weight * nextOff
      sum += weighted
      squares += weighted * off
      nextSum += nextWeighted
      nextSquares += nextWeighted * nextOff
    }
    into[2 * next] = nextSum
    into[2 * next + 1] = nextSquares
    into[2 * d] = sum
    into[2 * d + 1] = squares
  }
}

/** Σ γ (x − centre)² of one feature. */
const squaresAbout = (work: Workspace, rows: Rows, state: number, feature: number, centre: number): number => {
  const { posterior, states } = work
  let squares = 0
  for (let t = 0; t < rows.count; t++) {
    const off = rows.values[t * rows.features + feature]! - centre
    squares += posterior[t * states + state]! * off * off
  }
  return squares
}

const updateMatrices = (work: Workspace, rows: Rows, weights: Float64Array, prior: VariancePrior): void => {
  const { states, features, means, covariances, covarianceType } = work
  const size = features * features
  const scratch = new Float64Array(size)
  const moments = new Float64Array(2 * features)
  const tied = new Float64Array(size)
  let tiedWeight = 0
  for (let k = 0; k < states; k++) {
    const weight = weights[k]!
    if (!(weight >= STARVED_WEIGHT)) continue
    momentsAboutMeans(work, rows, k, moments)
    for (let d = 0; d < features; d++) means[k * features + d]! += moments[2 * d]! / weight
    const spread = covarianceType === "tied" ? tied : covariances.subarray(k * size, (k + 1) * size)
    if (covarianceType === "full") spread.fill(0)
    addSquares(work, rows, k, spread)
    tiedWeight += weight
    if (covarianceType === "full") finishMatrix(spread, weight, features, prior, scratch)
  }
  if (covarianceType === "tied") {
    finishMatrix(tied, tiedWeight, features, prior, scratch)
    covariances.set(tied)
  }
}

const finishMatrix = (
  matrix: Float64Array,
  weight: number,
  features: number,
  { covariancePrior, varianceFloor }: VariancePrior,
  scratch: Float64Array
): void => {
  for (let d = 0; d < features; d++) matrix[d * features + d]! += covariancePrior
  for (let at = 0; at < matrix.length; at++) matrix[at]! /= Math.max(weight, SMALLEST_DIVISOR)
  if (varianceFloor > 0) raisePivots(matrix, features, varianceFloor, scratch)
}

/** Adds Σ γ (x − μ)(x − μ)ᵀ of one state to a matrix. */
const addSquares = ({ states, means, posterior }: Workspace, rows: Rows, state: number, into: Float64Array): void => {
  const { count, features, values } = rows
  const off = new Float64Array(features)
  for (let t = 0, x = 0; t < count; t++, x += features) {
    const weight = posterior[t * states + state]!
    for (let d = 0; d < features; d++) off[d] = values[x + d]! - means[state * features + d]!
    for (let i = 0; i < features; i++) {
      const weighted = weight * off[i]!
      for (let j = 0; j <= i; j++) into[i * features + j]! += weighted * off[j]!
    }
  }
  for (let i = 0; i < features; i++) for (let j = 0; j < i; j++) into[j * features + i] = into[i * features + j]!
}

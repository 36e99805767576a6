/** Gaussian log densities of rows: ln b(k, x) = logHeight(k) − ½ (x − μ)ᵀ Σ⁻¹ (x − μ). */
import { refuse, type Refusal } from "../training/refusal.ts"
import { invertLower, lowerCholesky } from "./linear/cholesky.ts"
import type { Rows } from "./linear/rows.ts"
import type { Workspace } from "./workspace.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)

/** Prepares `precision` and `logHeight` from the covariances at work; refuses a variance that is not positive. */
export const prepareDensities = (work: Workspace): Refusal | null =>
  work.covarianceType === "diag" || work.covarianceType === "spherical" ? prepareDiagonal(work) : prepareMatrices(work)

const prepareDiagonal = (work: Workspace): Refusal | null => {
  const { states, features, covarianceType, covariances, precision, logHeight } = work
  const perFeature = covarianceType === "diag"
  for (let k = 0; k < states; k++) {
    let logVolume = features * LOG_TWO_PI
    for (let d = 0; d < features; d++) {
      const variance = covariances[perFeature ? k * features + d : k]!
      const half = 0.5 / variance
      if (!(variance > 0) || half === Number.POSITIVE_INFINITY) return collapsed(k, `feature ${d}`, variance)
      precision[k * features + d] = half
      logVolume += Math.log(variance)
    }
    logHeight[k] = -0.5 * logVolume
  }
  return null
}

const prepareMatrices = (work: Workspace): Refusal | null => {
  const { states, features, covarianceType, covariances, precision, logHeight } = work
  const size = features * features
  for (let k = 0; k < states; k++) {
    const inverse = precision.subarray(k * size, (k + 1) * size)
    inverse.set(covarianceType === "tied" ? covariances : covariances.subarray(k * size, (k + 1) * size))
    const pivot = lowerCholesky(inverse, features)
    if (!(pivot > 0)) return collapsed(k, "the covariance matrix", pivot)
    let logVolume = features * LOG_TWO_PI
    for (let d = 0; d < features; d++) logVolume += 2 * Math.log(inverse[d * features + d]!)
    logHeight[k] = -0.5 * logVolume
    invertLower(inverse, features)
  }
  return null
}

const collapsed = (state: number, what: string, value: number): Refusal =>
  refuse(
    "collapsed-variance",
    `state ${state}, ${what}: a variance of ${value}; use a variance floor or a prior above 0`
  )

/** Writes T × K log densities into `into`; −∞ where a distance overflows. */
export const logDensities = (work: Workspace, rows: Rows, into: Float64Array): void => {
  if (work.covarianceType === "diag" || work.covarianceType === "spherical") diagonalDensities(work, rows, into)
  else matrixDensities(work, rows, into)
}

/** State by state, two features a round: their parameters stay in registers over all rows. */
const diagonalDensities = (work: Workspace, { count, values }: Rows, into: Float64Array): void => {
  const { states, features, means, precision, logHeight } = work
  for (let k = 0; k < states; k++) {
    const height = logHeight[k]!
    for (let out = k; out < count * states; out += states) into[out] = height
    for (let d = 0; d < features; d += 2) {
      const next = Math.min(d + 1, features - 1)
      const mean = means[k * features + d]!
      const nextMean = means[k * features + next]!
      // An odd last feature is paired with itself, each taking half: a share of 0 would make NaN of an infinite distance.
      const share = next === d ? 0.5 : 1
      const half = precision[k * features + d]! * share
      const nextHalf = precision[k * features + next]! * share
      for (let t = 0, x = d, y = next, out = k; t < count; t++, x += features, y += features, out += states) {
        const off = values[x]! - mean
        const nextOff = values[y]! - nextMean
        into[out] = into[out]! - off * off * half - nextOff * nextOff * nextHalf
      }
    }
  }
}

const matrixDensities = (work: Workspace, { count, values }: Rows, into: Float64Array): void => {
  const { states, features, means, precision, logHeight } = work
  const off = new Float64Array(features)
  for (let t = 0, x = 0, out = 0; t < count; t++, x += features) {
    for (let k = 0, row = 0; k < states; k++, out++) {
      for (let d = 0; d < features; d++) off[d] = values[x + d]! - means[k * features + d]!
      let squares = 0
      for (let i = 0; i < features; i++, row += features) {
        let white = 0
        for (let j = 0; j <= i; j++) white += precision[row + j]! * off[j]!
        squares += white * white
      }
      into[out] = logHeight[k]! - 0.5 * squares
    }
  }
}

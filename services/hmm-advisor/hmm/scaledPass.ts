/**
 * Forward and backward pass with scaled probabilities, for any size and covariance (Rabiner §V-A, Bishop 13.2.4).
 * Densities are taken relative to the row's largest, so that a row far from every state still has weights to compare.
 */
import { logDensities } from "./density.ts"
import { exponentials } from "./exp.ts"
import type { Rows } from "./rows.ts"
import type { Workspace } from "./workspace.ts"

/** A row's scale below this means that the transitions forbid what explains the row: the weights left are not to be trusted. */
export const SMALLEST_SCALE = 1e-200
/** Scales are multiplied up and their logarithm taken once the product is below this: one logarithm for many rows. */
export const SMALLEST_PRODUCT = 1e-100
/** A forward weight below this may have lost its meaning to underflow … */
export const SMALLEST_WEIGHT = 1e-290
/** … which matters once the rows together are less likely than e^−600: what was lost could have mattered after all. */
export const TRUSTED_LOG_SCALE = -600

/**
 * Fills `density`, `scale` and forward weights; returns the log-likelihood, or NaN where only the log-space pass can
 * tell: a row nearly impossible after those before it, or underflow that later rows could have made good.
 */
export const scaledForward = (work: Workspace, rows: Rows): number => {
  const { states, transition, density, posterior, scale } = work
  logDensities(work, rows, density)
  let logPeaks = 0
  for (let row = 0; row < rows.count * states; row += states) logPeaks += subtractPeak(density, row, states)
  exponentials(density, rows.count * states)
  let logScales = 0
  let product = 1
  let smallest = 1
  for (let t = 0, row = 0; t < rows.count; t++, row += states) {
    let sum = 0
    for (let j = 0; j < states; j++) {
      let arriving = 0
      if (t === 0) arriving = work.start[j]!
      else for (let i = 0; i < states; i++) arriving += posterior[row - states + i]! * transition[i * states + j]!
      const weight = arriving * density[row + j]!
      posterior[row + j] = weight
      sum += weight
    }
    if (!(sum >= SMALLEST_SCALE)) return Number.NaN
    const inverse = 1 / sum
    scale[t] = inverse
    for (let j = 0; j < states; j++) {
      const weight = posterior[row + j]! * inverse
      posterior[row + j] = weight
      if (weight < smallest) smallest = weight
    }
    product *= sum
    if (product < SMALLEST_PRODUCT) {
      logScales += Math.log(product)
      product = 1
    }
  }
  logScales += Math.log(product)
  if (smallest < SMALLEST_WEIGHT && logScales < TRUSTED_LOG_SCALE) return Number.NaN
  return logScales + logPeaks
}

/** Makes a row's log densities relative to the largest; returns that one. */
const subtractPeak = (density: Float64Array, row: number, states: number): number => {
  let peak = density[row]!
  for (let j = 1; j < states; j++) if (density[row + j]! > peak) peak = density[row + j]!
  for (let j = 0; j < states; j++) density[row + j]! -= peak
  return peak
}

/** Turns the forward weights into posteriors and counts the expected moves. Needs `scaledForward` before it. */
export const scaledBackward = (work: Workspace, rowCount: number): void => {
  const { states, transition, density, posterior, scale, moves } = work
  const backward = new Float64Array(states).fill(1)
  const ahead = new Float64Array(states)
  moves.fill(0)
  for (let t = rowCount - 1, row = t * states; t > 0; t--, row -= states) {
    const inverse = scale[t]!
    for (let j = 0; j < states; j++) ahead[j] = density[row + j]! * backward[j]! * inverse
    for (let i = 0; i < states; i++) {
      const forward = posterior[row - states + i]!
      let sum = 0
      for (let j = 0; j < states; j++) {
        sum += transition[i * states + j]! * ahead[j]!
        moves[i * states + j]! += forward * ahead[j]!
      }
      backward[i] = sum
      posterior[row - states + i] = forward * sum
    }
  }
  for (let at = 0; at < moves.length; at++) moves[at]! *= transition[at]!
}

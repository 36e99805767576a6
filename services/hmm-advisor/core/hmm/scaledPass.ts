/**
 * Forward and backward pass with scaled probabilities, for any size and covariance (Rabiner §V-A, Bishop 13.2.4).
 * Densities are taken relative to the row's largest, so that a row far from every state still has weights to compare.
 */
import { logDensities } from "./density.ts"
import { exponentials } from "./linear/exp.ts"
import type { Rows } from "./linear/rows.ts"
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
  const { states, density, posterior, scale } = work
  logDensities(work, rows, density)
  let logPeaks = 0
  for (let row = 0; row < rows.count * states; row += states) logPeaks += subtractPeak(density, row, states)
  exponentials(density, rows.count * states)
  let logScales = 0
  let product = 1
  let smallest = 1
  for (let t = 0, row = 0; t < rows.count; t++, row += states) {
    if (t === 0) posterior.set(work.start)
    else arrive(work, row)
    let sum = 0
    for (let j = row; j < row + states; j++) {
      const weight = posterior[j]! * density[j]!
      posterior[j] = weight
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

/** Σ forward(t − 1, i) a(i, j) for each state j of a row. Two sums a round share their loads and do not wait for each other. */
const arrive = ({ states, transition, posterior }: Workspace, row: number): void => {
  for (let j = 0; j < states; j += 2) {
    const next = Math.min(j + 1, states - 1)
    let sum = 0
    let nextSum = 0
    for (let i = 0; i < states; i++) {
      const forward = posterior[row - states + i]!
      sum += forward * transition[i * states + j]!
      nextSum += forward * transition[i * states + next]!
    }
    posterior[row + j] = sum
    posterior[row + next] = nextSum
  }
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
  const { states, transition, density, posterior, scale, backward } = work
  const last = (rowCount - 1) * states
  backward.fill(1, last, last + states)
  for (let t = rowCount - 1, row = last; t > 0; t--, row -= states) {
    const inverse = scale[t]!
    for (let j = row; j < row + states; j++) density[j] = density[j]! * backward[j]! * inverse
    for (let i = 0; i < states; i += 2) {
      const next = Math.min(i + 1, states - 1)
      let sum = 0
      let nextSum = 0
      for (let j = 0; j < states; j++) {
        const ahead = density[row + j]!
        sum += transition[i * states + j]! * ahead
        nextSum += transition[next * states + j]! * ahead
      }
      backward[row - states + i] = sum
      backward[row - states + next] = nextSum
    }
  }
  countMoves(work, rowCount)
  for (let at = 0; at < last; at++) posterior[at]! *= backward[at]!
}

/**
 * Σ forward(t − 1, i) a(i, j) ahead(t, j) over the rows; `density` holds the weights ahead. Two states by two a round: four
 * sums stay in registers over all rows, where a whole table of them would be read and written back at each.
 */
const countMoves = ({ states, transition, density, posterior, moves }: Workspace, rowCount: number): void => {
  const end = (rowCount - 1) * states
  for (let i = 0; i < states; i += 2) {
    const nextI = Math.min(i + 1, states - 1)
    for (let j = 0; j < states; j += 2) {
      const nextJ = Math.min(j + 1, states - 1)
      let sum = 0
      let sumNextJ = 0
      let sumNextI = 0
      let sumNextBoth = 0
      for (let row = 0; row < end; row += states) {
        const forward = posterior[row + i]!
        const nextForward = posterior[row + nextI]!
        const ahead = density[row + states + j]!
        const nextAhead = density[row + states + nextJ]!
        sum += forward * ahead
        sumNextJ += forward * nextAhead
        sumNextI += nextForward * ahead
        sumNextBoth += nextForward * nextAhead
      }
      moves[i * states + j] = sum
      moves[i * states + nextJ] = sumNextJ
      moves[nextI * states + j] = sumNextI
      moves[nextI * states + nextJ] = sumNextBoth
    }
  }
  for (let at = 0; at < moves.length; at++) moves[at]! *= transition[at]!
}

/**
 * Forward and backward pass in log space: about ten times slower than the scaled one and right for any input whose
 * densities are finite. It takes over where scaled probabilities underflow, and is their yardstick in tests.
 */
import { logDensities } from "./density.ts"
import type { Rows } from "./linear/rows.ts"
import type { Workspace } from "./workspace.ts"

/** ln(eᵃ + eᵇ), where either may be −∞. */
export const logAdd = (a: number, b: number): number => {
  const larger = a > b ? a : b
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp((a > b ? b : a) - larger))
}

/** Fills `posterior` and `moves`; returns the log-likelihood, −∞ or NaN where a density overflows. */
export const logPass = (work: Workspace, rows: Rows): number => {
  const { states, density, posterior, backward } = work
  const size = rows.count * states
  const logTransition = work.transition.map(Math.log)
  logDensities(work, rows, density)

  let likelihood = Number.NEGATIVE_INFINITY
  for (let row = 0; row < size; row += states) {
    for (let j = 0; j < states; j++) {
      let arriving = row === 0 ? Math.log(work.start[j]!) : Number.NEGATIVE_INFINITY
      for (let i = 0; row > 0 && i < states; i++) {
        arriving = logAdd(arriving, posterior[row - states + i]! + logTransition[i * states + j]!)
      }
      posterior[row + j] = arriving + density[row + j]!
    }
  }
  for (let j = 0; j < states; j++) likelihood = logAdd(likelihood, posterior[size - states + j]!)
  if (!Number.isFinite(likelihood)) return likelihood

  // Each row is weighed against its own total, which is the likelihood but for rounding: of a likelihood of e^(−10¹³) the
  // last digit is worth a percent, and probabilities would add up to 1.01.
  work.moves.fill(0)
  backward.fill(0, size - states, size)
  weighRow(work, backward, size - states)
  for (let row = size - states; row > 0; row -= states) {
    const before = row - states
    for (let i = 0; i < states; i++) {
      let leaving = Number.NEGATIVE_INFINITY
      for (let j = 0; j < states; j++) {
        leaving = logAdd(leaving, logTransition[i * states + j]! + density[row + j]! + backward[row + j]!)
      }
      backward[before + i] = leaving
    }
    const forward = posterior.slice(before, row)
    const total = weighRow(work, backward, before)
    for (let i = 0; i < states; i++) {
      for (let j = 0; j < states; j++) {
        const move = logTransition[i * states + j]! + density[row + j]! + backward[row + j]!
        work.moves[i * states + j]! += Math.exp(forward[i]! + move - total)
      }
    }
  }
  return likelihood
}

/** Turns a row's forward logarithms into posteriors; returns the logarithm of their total before that. */
const weighRow = ({ states, posterior }: Workspace, backward: Float64Array, row: number): number => {
  let total = Number.NEGATIVE_INFINITY
  for (let at = row; at < row + states; at++) total = logAdd(total, posterior[at]! + backward[at]!)
  for (let at = row; at < row + states; at++) posterior[at] = Math.exp(posterior[at]! + backward[at]! - total)
  return total
}

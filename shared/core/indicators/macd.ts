/** Moving average convergence/divergence over closes, 12/26/9, in price units. */
import { emaFromAverage, emaFromFirst } from "./movingAverage.ts"

const FAST = 12
const SLOW = 26
const SIGNAL = 9

/** Three series as long as the closes: `line` = fast − slow average, `signal` = average of the line, `histogram` = line − signal. */
export interface Macd {
  readonly line: Float64Array
  readonly signal: Float64Array
  readonly histogram: Float64Array
}

/** Every average starts at its first value: defined from index 0, its first 35 or so values carry the seed. */
export const macdFromFirst = (closes: Float64Array): Macd => {
  const line = difference(emaFromFirst(closes, FAST), emaFromFirst(closes, SLOW))
  const signal = emaFromFirst(line, SIGNAL)
  return { line, signal, histogram: difference(line, signal) }
}

/**
 * TA-Lib's seeding: both averages start at index 25, the fast one with the mean of closes 14 to 25, and all three
 * series are NaN before index 33, where the signal begins.
 */
export const macdFromAverage = (closes: Float64Array): Macd => {
  const slowFrom = SLOW - 1
  const line = difference(emaFromAverage(closes, FAST, SLOW - FAST), emaFromAverage(closes, SLOW))
  const signal = emaFromAverage(line, SIGNAL, slowFrom)
  line.fill(Number.NaN, 0, slowFrom + SIGNAL - 1)
  return { line, signal, histogram: difference(line, signal) }
}

const difference = (a: Float64Array, b: Float64Array): Float64Array => {
  const result = new Float64Array(a.length)
  for (let i = 0; i < a.length; i++) result[i] = a[i]! - b[i]!
  return result
}

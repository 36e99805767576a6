/**
 * Exponential moving averages, `e += (x − e) · 2 / (n + 1)`. The two differ in their first value only, and that shows
 * for about three times `n` values, so each use names the one it wants.
 *
 * Series are oldest first; the result has the input's length, with NaN where the average is not defined yet.
 */

/** Starts at the first value and is defined from index 0 (pandas `ewm(span=n, adjust=False)`). The regime features use it. */
export const emaFromFirst = (values: Float64Array, length: number): Float64Array => {
  const averages = new Float64Array(values.length)
  const step = 2 / (length + 1)
  let average = values[0] ?? Number.NaN
  for (let i = 0; i < values.length; i++) {
    average += (values[i]! - average) * step
    averages[i] = average
  }
  return averages
}

/**
 * Starts with the simple average of the `length` values from index `first` on (TA-Lib, chart packages), so that the
 * first defined value stands at `first + length − 1`.
 */
export const emaFromAverage = (values: Float64Array, length: number, first = 0): Float64Array => {
  const averages = new Float64Array(values.length).fill(Number.NaN)
  const seedAt = first + length - 1
  if (seedAt >= values.length) return averages
  let sum = 0
  for (let i = first; i <= seedAt; i++) sum += values[i]!
  let average = sum / length
  averages[seedAt] = average
  const step = 2 / (length + 1)
  for (let i = seedAt + 1; i < values.length; i++) {
    average += (values[i]! - average) * step
    averages[i] = average
  }
  return averages
}

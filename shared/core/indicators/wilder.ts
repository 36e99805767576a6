/**
 * Indicators on Wilder's smoothing, `w += (x − w) / n` (New Concepts in Technical Trading Systems, 1978). Series are
 * oldest first; results have the input's length, with NaN where the indicator is not defined yet.
 */

/** Wilder's own length, and the one every regime rule here is written for. */
export const WILDER_LENGTH = 14

/** High, low and close of candles of one interval, oldest first, equally long. */
export interface PriceBars {
  readonly highs: Float64Array
  readonly lows: Float64Array
  readonly closes: Float64Array
}

/**
 * Relative strength index, 0 to 100, from index `length` on. Without any fall 100; a market that did not move at all
 * is neutral, 50 (libraries answer 0 or NaN, which reads as oversold or breaks a feature row).
 */
export const rsi = (closes: Float64Array, length = WILDER_LENGTH): Float64Array => {
  const values = new Float64Array(closes.length).fill(Number.NaN)
  let gain = 0
  let loss = 0
  for (let i = 1; i < closes.length; i++) {
    const move = closes[i]! - closes[i - 1]!
    const up = move > 0 ? move : 0
    const down = move < 0 ? -move : 0
    if (i <= length) {
      gain += up / length
      loss += down / length
    } else {
      gain += (up - gain) / length
      loss += (down - loss) / length
    }
    if (i >= length) values[i] = loss === 0 ? (gain === 0 ? 50 : 100) : (100 * gain) / (gain + loss)
  }
  return values
}

/** Average true range in price units, from index `length` on: the mean of the ranges 1 … `length`, then Wilder's smoothing. */
export const averageTrueRange = (bars: PriceBars, length = WILDER_LENGTH): Float64Array => {
  const values = new Float64Array(bars.closes.length).fill(Number.NaN)
  let average = 0
  for (let i = 1; i < values.length; i++) {
    const range = trueRange(bars, i)
    average += i <= length ? range / length : (range - average) / length
    if (i >= length) values[i] = average
  }
  return values
}

/** The bar's range, the close before it included; `index` is at least 1. */
export const trueRange = ({ highs, lows, closes }: PriceBars, index: number): number => {
  const before = closes[index - 1]!
  const high = highs[index]!
  const low = lows[index]!
  return Math.max(high - low, Math.abs(high - before), Math.abs(low - before))
}

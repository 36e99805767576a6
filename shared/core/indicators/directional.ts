/** Wilder's directional movement: which way a market moves, and how steadily. */
import { type PriceBars, trueRange, WILDER_LENGTH } from "./wilder.ts"

/** All 0 to 100, NaN before they are defined: `plusDi` and `minusDi` from index `length`, `adx` from `2 · length − 1`. */
export interface DirectionalMovement {
  readonly plusDi: Float64Array
  readonly minusDi: Float64Array
  /** The strength of the movement whatever its direction; 25 and more is a trend. */
  readonly adx: Float64Array
}

/**
 * Sums of the bars 1 … `length − 1`, from then on `S ← S − S/length + x`; ADX starts as the mean of `length` values of
 * `100 · |plusDi − minusDi| / (plusDi + minusDi)`, which is 0 where both are 0 (TA-Lib's arithmetic).
 */
export const directionalMovement = (bars: PriceBars, length = WILDER_LENGTH): DirectionalMovement => {
  const { highs, lows } = bars
  const size = highs.length
  const plusDi = new Float64Array(size).fill(Number.NaN)
  const minusDi = new Float64Array(size).fill(Number.NaN)
  const adx = new Float64Array(size).fill(Number.NaN)
  let range = 0
  let plus = 0
  let minus = 0
  let strength = 0
  for (let i = 1; i < size; i++) {
    const up = highs[i]! - highs[i - 1]!
    const down = lows[i - 1]! - lows[i]!
    const kept = i < length ? 1 : 1 - 1 / length
    range = range * kept + trueRange(bars, i)
    plus = plus * kept + (up > down && up > 0 ? up : 0)
    minus = minus * kept + (down > up && down > 0 ? down : 0)
    if (i < length) continue
    const toPlus = range === 0 ? 0 : (100 * plus) / range
    const toMinus = range === 0 ? 0 : (100 * minus) / range
    const both = toPlus + toMinus
    const index = both === 0 ? 0 : (100 * Math.abs(toPlus - toMinus)) / both
    plusDi[i] = toPlus
    minusDi[i] = toMinus
    strength += i < 2 * length ? index / length : (index - strength) / length
    if (i >= 2 * length - 1) adx[i] = strength
  }
  return { plusDi, minusDi, adx }
}

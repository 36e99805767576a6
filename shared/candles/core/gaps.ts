/** Holes between candles that should follow each other. Pure. */
import { intervalSec } from "./candle.ts"

/** Candles that are missing in a row. */
export interface Gap {
  /** Starts of the first and the last one, Unix seconds. */
  readonly fromSec: number
  readonly toSec: number
  readonly missing: number
}

/**
 * The holes between the starts given, which ascend. What lies before the first and after the last is no hole: that is
 * coverage and freshness. A market that closes at night has one every night.
 */
export const findGaps = (timesSec: ReadonlyArray<number>, intervalMin: number): ReadonlyArray<Gap> => {
  const step = intervalSec(intervalMin)
  const gaps: Array<Gap> = []
  for (let at = 1; at < timesSec.length; at++) {
    const [before = 0, after = 0] = [timesSec[at - 1], timesSec[at]]
    // Bars of stock markets are not always a multiple apart (a change to summer time): only whole intervals are missing.
    const missing = Math.floor((after - before) / step) - 1
    if (missing > 0) gaps.push({ fromSec: before + step, toSec: before + missing * step, missing })
  }
  return gaps
}

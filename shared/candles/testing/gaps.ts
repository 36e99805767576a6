/** Holes between candles, found in the plainest way: what a store's own answer is compared with. */
import { intervalSec } from "../core/candle.ts"
import type { Gap } from "../core/gaps.ts"

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

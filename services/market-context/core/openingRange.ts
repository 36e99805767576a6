/** The opening range: high and low of the trades from 08:00:00.000 until just before 08:10:00.000 UTC (docs/trading-contract.md §12). */
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"

/** Its window, milliseconds since midnight: from the first and before the second. */
export const OPENS_MS = 8 * 3_600_000
/** As above. */
export const CLOSES_MS = OPENS_MS + 600_000

/** The day's range so far, in the quote currency. */
export interface OpeningRange {
  /** Null without a trade in the window. */
  readonly high: number | null
  readonly low: number | null
  /** Whether the window of the day is over: nothing can change the range any more. */
  readonly complete: boolean
}

/** The range of the UTC day that `nowMs` lies in; trades may come in any order and from other days. */
export const openingRange = (
  trades: ReadonlyArray<{ readonly timeMs: number; readonly price: number }>,
  nowMs: number
): OpeningRange => {
  const dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  let high: number | null = null
  let low: number | null = null
  for (const { timeMs, price } of trades) {
    if (timeMs < dayMs + OPENS_MS || timeMs >= dayMs + CLOSES_MS) continue
    if (high === null || price > high) high = price
    if (low === null || price < low) low = price
  }
  return { high, low, complete: nowMs >= dayMs + CLOSES_MS }
}

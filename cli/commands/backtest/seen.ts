/** What of the store's candles a backtest sees. The store gets new candles all the time, and older ones with a backfill: neither makes a sweep another one. Pure but for the hash. */
import { createHash } from "node:crypto"
import { type CandleColumns, sliceOf } from "../../../shared/candles/core/columns.ts"
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"

/** Where a backtest ends that is not told: with the last whole day (UTC), so that the same command means the same until midnight; within one day with its last candle. */
export const endOfStored = (startMs: number, endMs: number): number => {
  const midnightMs = endMs - (endMs % DAY_MS)
  return midnightMs > startMs ? midnightMs : endMs
}

/** A hash over the candles that are not over at `fromMs` and begin before `untilMs`, and over their length. */
export const hashOfSeen = (columns: CandleColumns, intervalMs: number, fromMs: number, untilMs: number): string => {
  const placeOf = (ms: number): number => {
    const place = columns.timeSec.findIndex((timeSec) => timeSec * 1_000 >= ms)
    return place === -1 ? columns.length : place
  }
  const { timeSec, values } = sliceOf(columns, placeOf(fromMs - intervalMs + 1), placeOf(untilMs))
  const hash = createHash("sha256").update(`${intervalMs} `).update(timeSec)
  for (const { low, high } of Object.values(values)) {
    // Whether there is a part above 64 bits at all may be for a candle that is not seen.
    const above = high?.some((part) => part !== 0) === true ? high : ""
    hash.update(low).update(above)
  }
  return hash.digest("hex")
}

/** Which times a candle can have. Pure. */

/** 2009-01-01, Unix seconds: nothing traded for a coin before. */
export const EARLIEST_SEC = 1_230_768_000
/** A clock may be behind the one that stamped the rows. */
export const AHEAD_SEC = 86_400

const HOUR_SEC = 3_600
const QUARTER_SEC = 900

/** Whether a candle can begin then (Unix seconds): in 2009 or later, at most a day ahead of now. */
export const isPlausible = (timeSec: number, nowSec: number): boolean =>
  timeSec >= EARLIEST_SEC && timeSec <= nowSec + AHEAD_SEC

/**
 * Whether a bar of this length (seconds) can begin then (Unix seconds). From an hour on any quarter of an hour will do: stock
 * markets open at half past, and days begin at midnight somewhere, which a change to summer time moves.
 */
export const isOnGrid = (timeSec: number, intervalSec: number): boolean =>
  timeSec % (intervalSec < HOUR_SEC ? intervalSec : QUARTER_SEC) === 0

/** From rows as a source wrote them to candles one can rely on. Pure. */
import { type BarProblem, problemOf } from "./bar.ts"
import { type Candle, intervalSec } from "./candle.ts"
import { countOf, priceOf, volumeOf } from "./fields.ts"
import { isOnGrid, isPlausible } from "./when.ts"

/**
 * One row before anything in it is believed: start in Unix seconds, open, high, low, close, volume, number of trades,
 * each as the text of a decimal. A source that promises more fields brings them into this order.
 */
export type RawCandle = ReadonlyArray<unknown>

/** Fields of a row. */
const FIELDS = 7

/** Rows that were left out, by reason. */
export type Dropped = Readonly<Record<BarProblem["kind"], number>> & {
  /** Fewer than seven fields, or one that is no number. */
  readonly malformed: number
  /** Starts before 2009 or more than a day from now, or between two bars. */
  readonly time: number
  /** Not over yet: starts less than one interval ago. */
  readonly forming: number
  /** A later row has the same start. */
  readonly repeated: number
}

/** Nothing was left out. */
export const NOTHING_DROPPED: Dropped = {
  malformed: 0,
  time: 0,
  price: 0,
  volume: 0,
  impossible: 0,
  large: 0,
  forming: 0,
  repeated: 0
}

const REASONS = Object.keys(NOTHING_DROPPED) as ReadonlyArray<keyof Dropped>

/** What was left out of two pages. */
export const droppedTogether = (a: Dropped, b: Dropped): Dropped => {
  const both = { ...a }
  for (const reason of REASONS) both[reason] += b[reason]
  return both
}

/** What a source is expected to send, and what says nothing about it. */
const EXPECTED: ReadonlySet<string> = new Set(["forming", "repeated"])

/** `2 malformed, 1 impossible`, in words of `Dropped`: rows that a source should not have sent; null when there are none. */
export const droppedText = (dropped: Dropped): string | null => {
  const parts = Object.entries(dropped).filter(([reason, count]) => count > 0 && !EXPECTED.has(reason))
  return parts.length === 0 ? null : parts.map(([reason, count]) => `${count} ${reason}`).join(", ")
}

/** The sound, closed candles of some rows, and how many rows were left out and why. */
export interface Normalised {
  /** Oldest first, each start once. */
  readonly candles: ReadonlyArray<Candle>
  readonly dropped: Dropped
}

/**
 * Keeps the rows that are closed at `nowSec` and can have been, oldest first; of two with the same start the later row wins,
 * because sources repeat a bar when they correct it. Gaps are left as they are: an invented bar would train a model.
 */
export const normalise = (rows: ReadonlyArray<RawCandle>, intervalMin: number, nowSec: number): Normalised => {
  const length = intervalSec(intervalMin)
  const byTime = new Map<number, Candle>()
  const dropped = { ...NOTHING_DROPPED }
  for (const row of rows) {
    const candle = readCandle(row)
    const problem = candle === null ? null : problemOf(candle)
    if (candle === null) dropped.malformed++
    else if (problem !== null) dropped[problem.kind]++
    else if (!isPlausible(candle.timeSec, nowSec) || !isOnGrid(candle.timeSec, length)) dropped.time++
    else if (candle.timeSec + length > nowSec) dropped.forming++
    else {
      if (byTime.has(candle.timeSec)) dropped.repeated++
      byTime.set(candle.timeSec, candle)
    }
  }
  return { candles: [...byTime.values()].sort((a, b) => a.timeSec - b.timeSec), dropped }
}

/** The row as a candle, or null when it is too short or a field is no number. Whether it can have been is not looked at. */
const readCandle = (row: RawCandle): Candle | null => {
  if (row.length < FIELDS) return null
  const timeSec = countOf(row[0])
  const open = priceOf(row[1])
  const high = priceOf(row[2])
  const low = priceOf(row[3])
  const close = priceOf(row[4])
  const volume = volumeOf(row[5])
  const trades = countOf(row[6])
  if (timeSec === null || open === null || high === null || low === null || close === null) return null
  return volume === null || trades === null ? null : { timeSec, open, high, low, close, volume, trades }
}

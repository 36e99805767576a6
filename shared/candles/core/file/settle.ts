/** From what stands in a file to what is used of it: oldest first, each candle once, on its grid, and over. Pure. */
import type { Candle } from "../candle.ts"
import { type FileRows, nothingUsable } from "./fileReader.ts"
import type { LeftOut } from "./leftOut.ts"
import type { Row } from "./records.ts"
import { orderBy } from "./order.ts"
import { CandleFileRefused } from "./refused.ts"
import { slackMs, spanText, startsOnGrid } from "./spacing.ts"

/** What the rows of a file are judged by. */
export interface SettleOptions {
  /** Length of a candle in seconds where the file's name says it; null: the commonest distance of two rows. */
  readonly namedSec: number | null
  /** The clock, Unix seconds: candles that are not over then are left out. */
  readonly nowSec: number
}

/** Rows that can be relied on, oldest first; of candles each start once. */
export interface SettledRows {
  readonly file: string
  /** Milliseconds of a candle; of trades 0. */
  readonly intervalMs: number
  /** At least 1. */
  readonly length: number
  /** `place` is at least 0 and below `length`. */
  readonly at: (place: number) => Row
  readonly leftOut: ReadonlyArray<LeftOut>
  /** How the file was read where that is not what one would expect, a sentence each. */
  readonly remarks: ReadonlyArray<string>
}

/**
 * Of two rows with one time the later line stands. Throws `CandleFileRefused` when not one row can be used, or when the rows belie
 * the length that their candles are said to have.
 */
export const settle = (found: FileRows, { namedSec, nowSec }: SettleOptions): SettledRows => {
  const { file, kind, records, tally } = found
  const order = orderOf(found)
  const intervalMs = kind === "trades" ? 0 : intervalOf(found, namedSec)
  const places = kind === "trades" ? order : usable(found, order, intervalMs, nowSec)
  const length = places?.length ?? records.length
  if (length === 0) throw nothingUsable(file, tally)
  const conflicts = tally.all.find(({ reason }) => reason === "conflicting")
  if (conflicts !== undefined && conflicts.count > 1 && conflicts.count >= length) {
    const problem = `${conflicts.count} of ${records.length} rows repeat a time with other values`
    throw new CandleFileRefused(file, conflicts.line, `${problem}; is part of the time in another column?`)
  }
  return {
    file,
    intervalMs,
    length,
    at: (place) => records.at(places?.[place] ?? place),
    leftOut: tally.all,
    remarks: remarksOn(found)
  }
}

/** A row of a file of candles as a candle. */
export const candleOf = ({ timeMs, open, high, low, close, volume, count }: Row): Candle => ({
  timeSec: timeMs / 1_000,
  open,
  high,
  low,
  close,
  volume,
  trades: count
})

const remarksOn = ({ unit, spacing }: FileRows): ReadonlyArray<string> => [
  ...(unit === "seconds" ? [] : [unit === "dates" ? "times are dates, taken as UTC" : `times are ${unit}`]),
  ...(spacing.ascending
    ? []
    : [spacing.descending ? "the newest row stands first" : "rows do not stand in order of time"])
]

/** Places of the records, oldest first, of equal times the later line last; null: as they stand. */
const orderOf = ({ records, spacing }: FileRows): Uint32Array | null => {
  if (spacing.ascending) return null
  const { earliestMs, latestMs, stepMs } = spacing
  const timeOf = (place: number): number => (records.timeAt(place) - earliestMs) / stepMs
  return orderBy(records.length, (latestMs - earliestMs) / stepMs, timeOf)
}

/** Places of the candles that are used, oldest first; null: all, as they stand. The others are tallied. */
const usable = (found: FileRows, order: Uint32Array | null, intervalMs: number, nowSec: number): Uint32Array | null => {
  const { records, tally } = found
  const isCandle = candleFilter(found, intervalMs, nowSec)
  // In place: what is written never overtakes what is read.
  const places = order ?? new Uint32Array(records.length)
  let used = 0
  let next = records.length === 0 ? null : records.at(order?.[0] ?? 0)
  for (let at = 0; at < records.length; at++) {
    const row = next
    next = at + 1 < records.length ? records.at(order?.[at + 1] ?? at + 1) : null
    if (row === null) break
    if (next !== null && next.timeMs === row.timeMs) {
      const again = next
      const reason = sameValues(row, again) ? "repeated" : "conflicting"
      const values = reason === "repeated" ? "equal values" : "other values, which count"
      tally.add(reason, row.line, () => `${time(row)} stands again in line ${again.line} with ${values}`)
    } else if (isCandle(row)) places[used++] = order?.[at] ?? at
  }
  return used === records.length ? order : places.subarray(0, used)
}

const VALUES = ["open", "high", "low", "close", "volume", "count"] as const
const sameValues = (a: Row, b: Row): boolean => VALUES.every((value) => a[value] === b[value])

const time = ({ timeMs }: Row): string => `time ${timeMs / 1_000}`

/** Whether a candle is on the grid and over, asked oldest first; tallies it where not. */
const candleFilter = ({ spacing, tally }: FileRows, intervalMs: number, nowSec: number) => {
  const { phaseMs } = spacing
  const leastMs = intervalMs - slackMs(intervalMs)
  let lastMs = Number.NEGATIVE_INFINITY
  return (row: Row): boolean => {
    const { timeMs, line } = row
    if (!startsOnGrid(timeMs, intervalMs, phaseMs) || timeMs - lastMs < leastMs) {
      tally.add("offGrid", line, () => `${time(row)} is no start of a candle of ${spanText(intervalMs)}`)
      return false
    }
    lastMs = timeMs
    if (timeMs + intervalMs <= nowSec * 1_000) return true
    tally.add("unclosed", line, () => `${time(row)} and ${spanText(intervalMs)} lie after now`)
    return false
  }
}

const intervalOf = ({ file, spacing }: FileRows, namedSec: number | null): number => {
  const { commonestMs, onlyMs } = spacing
  if (namedSec === null) {
    if (commonestMs !== null) return commonestMs
    throw new CandleFileRefused(file, null, "needs two rows at different times: they say how long a candle is")
  }
  const namedMs = namedSec * 1_000
  const differs = (rowsMs: number): CandleFileRefused => {
    const problem = `rows are ${spanText(rowsMs)} apart, the name says ${spanText(namedMs)}`
    return new CandleFileRefused(file, null, `${problem}; name it after what it holds, …_<minutes>.csv`)
  }
  const closer =
    commonestMs !== null &&
    commonestMs < namedMs - slackMs(namedMs) &&
    spacing.countOf(commonestMs) > spacing.countOf(namedMs)
  if (closer) throw differs(commonestMs)
  // A quiet market leaves candles out, but hardly ever so that all are the same multiple apart.
  if (onlyMs !== null && onlyMs >= 2 * namedMs) throw differs(onlyMs)
  return namedMs
}

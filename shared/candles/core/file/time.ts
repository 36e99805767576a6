/** Times as files write them: a number of seconds or of thousandths, millionths, billionths, or a date. Pure. */
import { utcDayOf, utcDayText } from "../../../core/time/utcDay.ts"
import { AHEAD_SEC, EARLIEST_SEC } from "../when.ts"

/** How a file writes times. */
export type TimeUnit = "seconds" | "milliseconds" | "microseconds" | "nanoseconds" | "dates"

/** A time that was read (Unix milliseconds), or why there is none. */
export type TimeRead =
  | { readonly timeMs: number; readonly unit: TimeUnit }
  | { readonly timeMs: null; readonly problem: string }

/** Whatever a column is called, at most one unit puts a number between 2009 and now: the next is a thousand times away. */
const UNITS: ReadonlyArray<readonly [TimeUnit, toMs: (value: number) => number]> = [
  ["seconds", (value) => value * 1_000],
  ["milliseconds", (value) => value],
  ["microseconds", (value) => value / 1_000],
  ["nanoseconds", (value) => value / 1_000_000]
]
/** More than the last bit of a double of this size, less than a thousandth of what is kept. */
const LAST_BIT_MS = 0.000_5
const EARLIEST_MS = EARLIEST_SEC * 1_000
/** 2100-01-01: what lies between now and then is a time, but not of a candle that has been. */
const LATEST_MS = 4_102_444_800_000

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/

/** The time of a cell. `nowSec` is the clock, Unix seconds: what lies more than a day after it is no time of a row. */
export const readTime = (text: string, nowSec: number): TimeRead => {
  const untilMs = (nowSec + AHEAD_SEC) * 1_000
  const read = numberTime(text, untilMs) ?? dateTime(text, untilMs)
  if (read !== null) return read
  const later = numberTime(text, LATEST_MS) ?? dateTime(text, LATEST_MS)
  if (later !== null) {
    return { timeMs: null, problem: `lies after now: ${utcDayText(utcDayOf(later.timeMs))}, taken as ${later.unit}` }
  }
  return NUMBER.test(text) || dateOf(text) !== null
    ? { timeMs: null, problem: NOT_OURS }
    : { timeMs: null, problem: NO_TIME }
}

const NO_TIME = "is no time; write Unix seconds, or a date such as 2024-01-31 10:15"
const NOT_OURS = "lies between 2009 and now neither as a date nor in seconds or any thousandth of them"

type Found = Extract<TimeRead, { readonly unit: TimeUnit }>

const numberTime = (text: string, untilMs: number): Found | null => {
  if (!NUMBER.test(text)) return null
  const value = Number(text)
  for (const [unit, toMs] of UNITS) {
    const timeMs = Math.floor(toMs(value) + LAST_BIT_MS)
    if (timeMs >= EARLIEST_MS && timeMs <= untilMs) return { timeMs, unit }
  }
  return null
}

const dateTime = (text: string, untilMs: number): Found | null => {
  const timeMs = dateOf(text)
  return timeMs !== null && timeMs >= EARLIEST_MS && timeMs <= untilMs ? { timeMs, unit: "dates" } : null
}

const DATE =
  /^(\d{4})[-./]?(\d{2})[-./]?(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2})(?:\.(\d{1,9}))?)?)?\s*(?:Z|UTC|([+-])(\d{2}):?(\d{2}))?$/i

/** Unix milliseconds of a date, in UTC unless it names a zone; null: no date. */
const dateOf = (text: string): number | null => {
  const match = DATE.exec(text)
  if (match === null) return null
  const part = (group: number): number => Number(match[group] ?? 0)
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)]
  if (hour > 23 || minute > 59 || second > 59) return null
  const midnightMs = Date.UTC(year, month - 1, day)
  // The calendar moves a 31st of February on to March.
  if (utcDayText(utcDayOf(midnightMs)) !== [match[1], match[2], match[3]].join("-")) return null
  const ofDayMs = ((hour * 60 + minute) * 60 + second) * 1_000 + Number((match[7] ?? "").padEnd(3, "0").slice(0, 3))
  const aheadMs = (part(9) * 60 + part(10)) * 60_000
  return midnightMs + ofDayMs + (match[8] === "-" ? aheadMs : -aheadMs)
}

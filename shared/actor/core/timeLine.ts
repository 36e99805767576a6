/**
 * Which times can be. The exchange's clock runs a known number of times as fast as the clock of whoever stores the records, so a
 * record's time is held to those before it and to what has passed since between the storing of both: both stand in the journal, so
 * every replay judges alike. A record outside changes nothing (`defineActor`); the governor says so. Pure.
 *
 * Only market-feed's facts move the line: it speaks for the exchange's clock. Judged from the first start on that says how fast that
 * clock runs (`EpochRaised.speed`).
 */
import { DAY_MS, utcDayText } from "../../core/time/utcDay.ts"
import type { MarketEvent } from "../../events/event.ts"

/** What is known of the exchange's clock at a place of the journal. */
export interface TimeLine {
  /** Exchange milliseconds in one of the journal's. */
  readonly speed: number
  /** What `timeMs - speed * storedMs` of the feed's records is about; null before the first. It would stand still but for latencies, drifts and pauses. */
  readonly offsetMs: number | null
  /** The newest time that was believed of the feed. */
  readonly latestMs: number
  /** When that record was stored. */
  readonly storedMs: number
  /** The feed has started and has told no time yet: what the storing clock shows is as good as the line. */
  readonly fresh: boolean
  /** When a refusal was last to be told, by the storing clock; 0: never. */
  readonly toldMs: number
}

/** Why a record's time cannot be, and whether this refusal is to be told: one a minute is. */
export interface Untimely {
  readonly problem: string
  readonly tell: boolean
  /** The newest time that was believed: what is said of the record bears it. */
  readonly believedMs: number
}

/** A record, as much of it as is judged. */
interface Timed {
  readonly timeMs: number
  /** When the journal stored it; 0 where no journal did. */
  readonly storedMs: number
  readonly family: string
}

/**
 * Wall time by which a record may be early or late: a disk or a server that stood still for so long, and a clock that was put right.
 * What is stamped before and stored after a longer standstill is late, and only a fact of the feed is refused for that.
 */
const SLACK_MS = 60_000
/** A gap between two records counts at most so long: nothing is known of what happened in it. */
const MAX_STEP_MS = 60_000
/** The line follows earlier times by a hundredth of what has passed: clocks drift by less, and slack does not add up to a jump. */
const MAX_RISE = 0.01
/** … and later ones by a tenth: a simulated exchange that was down has stood still. */
const MAX_FALL = 0.1
/** The first time of all: a recording may be of any day that has been, and a simulation run ahead for years. */
const FIRST_AHEAD_MS = 3_650 * DAY_MS
const TELL_EVERY_MS = 60_000

/** Who speaks for the exchange's clock. */
const CLOCK_FAMILIES: ReadonlySet<string> = new Set(["price", "clock"])

/** The line after this event: a start of the feed says how fast the exchange's clock runs. */
export const lineAfter = (line: TimeLine | null, event: MarketEvent): TimeLine | null => {
  if (event._tag !== "EpochRaised" || event.speed === undefined) return line
  const { speed } = event
  if (line === null) return { speed, offsetMs: null, latestMs: 0, storedMs: 0, fresh: true, toldMs: 0 }
  return line.speed === speed
    ? { ...line, fresh: true }
    : {
        ...line,
        speed,
        offsetMs: line.offsetMs === null ? null : offset(line.latestMs, line.storedMs, speed),
        fresh: true
      }
}

const offset = (timeMs: number, storedMs: number, speed: number): number => timeMs - speed * storedMs

/** Holds the next record to the line: the line after it, and what is wrong with its time, if anything. */
export const judge = (
  line: TimeLine,
  record: Timed
): { readonly line: TimeLine; readonly untimely: Untimely | null } => {
  const { timeMs, storedMs, family } = record
  // 0: its writer has not heard the exchange's clock; nobody's now moves by it.
  if (timeMs === 0 || storedMs === 0) return { line, untimely: null }
  const problem = objection(line, record)
  if (problem === null) return { line: CLOCK_FAMILIES.has(family) ? moved(line, record) : line, untimely: null }
  const tell = line.toldMs === 0 || storedMs - line.toldMs >= TELL_EVERY_MS
  return { line: tell ? { ...line, toldMs: storedMs } : line, untimely: { problem, tell, believedMs: line.latestMs } }
}

const objection = (
  { speed, offsetMs, latestMs, fresh }: TimeLine,
  { timeMs, storedMs, family }: Timed
): string | null => {
  const slackMs = SLACK_MS * speed
  if (CLOCK_FAMILIES.has(family) && timeMs < latestMs - slackMs) {
    return `its time${shown(timeMs)} is ${seconds(latestMs - timeMs)} before one that the feed has told`
  }
  const byLine = offsetMs === null ? storedMs + FIRST_AHEAD_MS : offsetMs + speed * storedMs + slackMs
  const mostMs = fresh && offsetMs !== null ? Math.max(byLine, storedMs + slackMs) : byLine
  if (timeMs <= mostMs) return null
  return `its time${shown(timeMs)} is ${seconds(timeMs - mostMs)} beyond what can have passed at the exchange`
}

const moved = (line: TimeLine, { timeMs, storedMs }: Timed): TimeLine => {
  const { speed, offsetMs, latestMs, fresh } = line
  const found = offset(timeMs, storedMs, speed)
  const stepMs = speed * Math.min(MAX_STEP_MS, Math.max(0, storedMs - line.storedMs))
  const next =
    fresh || offsetMs === null
      ? found
      : Math.min(offsetMs + MAX_RISE * stepMs, Math.max(offsetMs - MAX_FALL * stepMs, found))
  return { ...line, offsetMs: next, latestMs: Math.max(latestMs, timeMs), storedMs, fresh: false }
}

const seconds = (ms: number): string => `${Math.ceil(ms / 1_000)} s`
/** The last day that a date can be of. */
const LAST_MS = 8.64e15
const shown = (ms: number): string =>
  Math.abs(ms) > LAST_MS ? ` (${ms})` : ` (of ${utcDayText(Math.floor(ms / DAY_MS))})`

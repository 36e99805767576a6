/** What a history job has to fetch: from when, in how many pages, or nothing. Pure. */
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import type { Gap } from "../../../shared/candles/core/gaps.ts"
import type { JobOrder, SeriesCoverage } from "../../../shared/store/port.ts"

/** What the store holds of a symbol's timeframe inside the span. */
export type Held = Pick<SeriesCoverage, "count" | "newestSec">

/** What of the span a source was asked for and did not give: it is not asked for again while nothing changes. */
export interface Barren {
  /** From where on it was asked, Unix seconds, and where its candles began. */
  readonly fromSec: number
  readonly oldestSec: number
  /** Holes that stayed. */
  readonly holes: number
}

/**
 * Where the missing begins that lies before the newest candle: the past that the source can give and the store does not have, or
 * the first hole; null: nothing is missing, or the source is known not to have it.
 */
export const missingFrom = (
  input: PlanInput,
  oldestSec: number | null,
  gaps: ReadonlyArray<Gap>,
  barren: Barren | null
): number | null => {
  if (oldestSec === null) return null
  const step = intervalSec(input.intervalMin)
  const start = spanStartSec(input)
  const reach = input.reachable === null ? start : input.nowSec - input.reachable * step
  const beginSec = Math.max(start, Math.ceil(reach / step) * step)
  // A step of room: the bar at the very edge passes out of reach while one asks.
  const pastMissing = oldestSec > beginSec + step
  const known = barren !== null && barren.fromSec <= beginSec && barren.oldestSec === oldestSec
  if (pastMissing && !known) return beginSec
  const holes = gaps.filter(({ fromSec }) => fromSec >= beginSec)
  const [first] = holes
  return first === undefined || (barren !== null && holes.length <= barren.holes) ? null : first.fromSec
}

/** One history job, and what source and retention make of it. */
export interface PlanInput {
  /** `incremental` fetches what is new, and from the first on what is missing; `full` fetches the whole span again; `missing` skips what is filled. */
  readonly mode: JobOrder["mode"]
  readonly intervalMin: number
  /** How far back from `nowSec` the span begins. */
  readonly days: number
  /** Older candles of this timeframe are deleted; null: kept for ever. */
  readonly retentionDays: number | null
  /** Closed candles the source can give at most; null: all. */
  readonly reachable: number | null
  readonly nowSec: number
}

/** What to fetch. `wanted` candles lie in the span, `reachable` of them can be had from the source. */
export interface FetchPlan {
  readonly fetch: boolean
  /** First start to ask for, Unix seconds. */
  readonly sinceSec: number
  readonly wanted: number
  readonly reachable: number
  /** Pages of `PLANNED_PAGE` candles. */
  readonly chunks: number
  /** Why nothing is fetched, or from where on. */
  readonly reason: string
}

/** Candles of a page, for the estimate of how many there will be. */
export const PLANNED_PAGE = 1_000
/** With this share of the span in the store it counts as filled: 200 of 250 daily candles carry a 200-day average. */
const FILLED_SHARE = 0.8

const DAY_SEC = 86_400

/** The first start of the span that is worth having: what retention would delete the same day is not asked for. */
export const spanStartSec = ({ days, retentionDays, intervalMin, nowSec }: PlanInput): number => {
  const kept = retentionDays === null ? days : Math.min(days, retentionDays)
  const step = intervalSec(intervalMin)
  return Math.ceil((nowSec - kept * DAY_SEC) / step) * step
}

/** Plans one job; `held` counts inside the span. `missingFromSec`: an incremental job begins there (`missingFrom`). */
export const planFetch = (input: PlanInput, held: Held, missingFromSec: number | null = null): FetchPlan => {
  const step = intervalSec(input.intervalMin)
  const startSec = spanStartSec(input)
  const wanted = Math.max(0, Math.floor((input.nowSec - startSec) / step))
  const reachable = input.reachable === null ? wanted : Math.min(wanted, input.reachable)
  const from = (sinceSec: number, reason: string): FetchPlan => {
    const candles = Math.max(0, Math.floor((input.nowSec - sinceSec) / step))
    const asked = input.reachable === null ? candles : Math.min(candles, input.reachable)
    return { fetch: true, sinceSec, wanted, reachable, chunks: Math.max(1, Math.ceil(asked / PLANNED_PAGE)), reason }
  }
  const nothing = (reason: string): FetchPlan => ({
    fetch: false,
    sinceSec: input.nowSec,
    wanted,
    reachable,
    chunks: 0,
    reason
  })

  const next = held.newestSec === null ? startSec : Math.max(startSec, held.newestSec + step)
  switch (input.mode) {
    case "full":
      return from(startSec, "full")
    case "incremental":
      if (missingFromSec !== null && missingFromSec < next)
        return from(missingFromSec, "from the first that is missing")
      return next + step > input.nowSec ? nothing("up to date") : from(next, "after the newest candle")
    case "missing":
      return wanted > 0 && held.count >= reachable * FILLED_SHARE
        ? nothing(`has ${held.count} of ${reachable}`)
        : from(startSec, `has ${held.count} of ${reachable}`)
  }
}

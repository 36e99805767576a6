/** What a history job has to fetch: from when, in how many pages, or nothing. Pure. */
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import type { JobOrder, SeriesCoverage } from "../../../shared/store/port.ts"

/** What the store holds of a symbol's timeframe inside the span. */
export type Held = Pick<SeriesCoverage, "count" | "newestSec">

/** One history job, and what source and retention make of it. */
export interface PlanInput {
  /** `incremental` goes on after the newest candle; `full` fetches the whole span again; `missing` skips what is filled. */
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

/** Plans one job; `held` counts inside the span. */
export const planFetch = (input: PlanInput, held: Held): FetchPlan => {
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
      return next + step > input.nowSec ? nothing("up to date") : from(next, "after the newest candle")
    case "missing":
      return wanted > 0 && held.count >= reachable * FILLED_SHARE
        ? nothing(`has ${held.count} of ${reachable}`)
        : from(startSec, `has ${held.count} of ${reachable}`)
  }
}

/**
 * One history job: a symbol's timeframe, page by page. Every page is stored before the job's place is, and both before the
 * next page: a process that is killed asks at most for the page again that it was storing, and stores it over itself.
 */
import { Effect, Option, Schema } from "effect"
import { timeframeName } from "../../shared/candles/core/candle.ts"
import { droppedText, droppedTogether, NOTHING_DROPPED } from "../../shared/candles/core/normalise.ts"
import type { CandleSourceError } from "../../shared/candles/source.ts"
import type { Job, JobOrder, JobPlace, StoreError } from "../../shared/store/port.ts"
import type { IngestorStore } from "./store.ts"
import type { LimitedSource } from "./limiter.ts"
import { type Barren, missingFrom, planFetch, spanStartSec } from "./core/plan.ts"

/** What a history job works with. */
export interface HistoryParts {
  readonly source: LimitedSource
  readonly store: Pick<IngestorStore, "candles" | "jobs" | "state">
  /** The source's clock, Unix seconds. */
  readonly nowSec: Effect.Effect<number>
  /** Days that candles of a timeframe are kept; null: for ever. */
  readonly retentionDays: (intervalMin: number) => number | null
}

/** How a job ended well. */
export interface HistoryDone {
  readonly phase: "complete" | "skipped" | "cancelled"
  readonly message: string
  readonly pages: number
  /** Candles the store did not have. */
  readonly fresh: number
  /** Whether the store still has fewer candles than lie in the span: the source gave no more. */
  readonly short: boolean
}

/** What a worker says of a job that is not its own any more. */
export const LOST = "cancelled, or taken on by another worker"

const barrenIn = Schema.decodeUnknownOption(
  Schema.Struct({ fromSec: Schema.Finite, oldestSec: Schema.Finite, holes: Schema.Finite })
)

/** A source that answers for ever without getting anywhere is stopped: 1 m candles of ten years are 5,300 pages. */
const MAX_PAGES = 10_000

/**
 * Runs `job` to its end, from its place if it has one. `onPage` is told the place after every page that is stored, and
 * must keep it; false ends the job here, because it is no longer this worker's.
 */
export const runHistoryJob = Effect.fn("runHistoryJob")(function* (
  job: Job,
  { source, store, nowSec, retentionDays }: HistoryParts,
  onPage: (place: JobPlace) => Effect.Effect<boolean, StoreError>
): Effect.fn.Return<HistoryDone, CandleSourceError | StoreError> {
  const series = { venue: source.venue, symbol: job.symbol, intervalMin: job.intervalMin }
  const input = {
    mode: job.mode,
    days: job.days,
    intervalMin: job.intervalMin,
    retentionDays: retentionDays(job.intervalMin),
    reachable: source.reachable,
    nowSec: yield* nowSec
  }
  const fromSec = spanStartSec(input)
  const held = yield* store.candles.coverage(series, fromSec)
  const key = `history.${source.name}.${series.symbol}.${series.intervalMin}`
  const missingSec =
    job.mode === "incremental" && held.oldestSec !== null
      ? missingFrom(
          input,
          held.oldestSec,
          yield* store.candles.gaps(series, fromSec),
          Option.getOrNull(barrenIn(yield* store.state.get(key)))
        )
      : null
  const plan = planFetch(input, held, missingSec)
  const begun = job.place !== null && job.place.cursor !== null
  if (!plan.fetch && !begun) return { phase: "skipped", message: plan.reason, pages: 0, fresh: 0, short: false }

  let place: JobPlace =
    job.place !== null && begun ? job.place : { cursor: null, chunksDone: 0, chunksTotal: plan.chunks, fresh: 0 }
  let dropped = NOTHING_DROPPED
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const page = yield* source.fetchPage({ ...series, cursor: place.cursor, sinceSec: plan.sinceSec })
    // A page may begin before the span: a source without history ignores where one wants to begin.
    const wanted = page.candles.filter(({ timeSec }) => timeSec >= fromSec)
    const fresh = yield* store.candles.upsert(series, wanted, "backfill")
    dropped = droppedTogether(dropped, page.dropped)
    const more = page.more && page.cursor !== null && page.cursor !== place.cursor
    const chunksDone = place.chunksDone + 1
    place = {
      cursor: page.cursor,
      chunksDone,
      chunksTotal: more ? Math.max(place.chunksTotal, chunksDone + 1) : chunksDone,
      fresh: place.fresh + fresh
    }
    if (!(yield* onPage(place))) return { ...ended(place), phase: "cancelled", message: LOST, short: false }
    if (!more) break
  }
  const { count, oldestSec } = yield* store.candles.coverage(series, fromSec)
  // What is still missing where it was asked for, the source does not have.
  if (oldestSec !== null && (missingSec !== null || plan.sinceSec <= oldestSec)) {
    const holes = (yield* store.candles.gaps(series, fromSec)).length
    const barren: Barren = { fromSec: Math.min(plan.sinceSec, oldestSec), oldestSec, holes }
    yield* store.state.put(key, barren)
  }
  const message = summary(place, count, plan, droppedText(dropped))
  return { ...ended(place), phase: "complete", message, short: count < plan.wanted }
})

const ended = ({ chunksDone, fresh }: JobPlace) => ({ pages: chunksDone, fresh })

/** `new=719 have=719/6000 reachable=719/6000 (left out: 2 impossible)`: what came, what is there, and what this source can give at all. */
const summary = (
  place: JobPlace,
  held: number,
  plan: { readonly wanted: number; readonly reachable: number },
  leftOut: string | null
): string =>
  `new=${place.fresh} have=${held}/${plan.wanted}` +
  (plan.reachable < plan.wanted ? ` reachable=${plan.reachable}/${plan.wanted}` : "") +
  (leftOut === null ? "" : ` (left out: ${leftOut})`)

/** `XDGUSD 1h` */
export const jobName = ({ symbol, intervalMin }: JobOrder): string => `${symbol} ${timeframeName(intervalMin)}`

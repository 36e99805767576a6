/** Fetches what is missing of the days that are counted: page by page, in its turn, and only what is missing. */
import type { BackfillPhase } from "../../shared/core/backfillPhase.ts"
import { Clock, Duration, Effect, Ref } from "effect"
import type { MarketTrades, PageStart, TradePage } from "../../shared/exchange/marketTrades.ts"
import type { ExchangeError } from "../../shared/exchange/port.ts"
import type { MarketDays } from "./core/day/marketDays.ts"
import type { Stretch } from "./core/day/stretches.ts"
import { TradeTooLarge } from "./core/day/tape.ts"

/** How far a backfill is. */
export interface FillStatus {
  readonly phase: BackfillPhase
  /** Share of the missing time that was fetched, 0 to 100. */
  readonly percent: number
  /** When this stretch of work began, wall Unix milliseconds; null: none has. */
  readonly startedMs: number | null
  /** What it said last; empty: nothing. */
  readonly message: string
}

/** What a backfill works with. */
export interface FillParts {
  readonly days: MarketDays
  readonly trades: MarketTrades["Service"]
  /** Exchange Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
  /** Most wall time at a stretch. */
  readonly timeoutMs: number
  readonly status: Ref.Ref<FillStatus>
}

/** Pages of one backfill: 3,000,000 trades are more than any two days of the pair have had. A source that answers for ever is stopped. */
const MAX_PAGES = 3_000
/** Asked again so often where the exchange did not answer, or said that it was too fast. */
const MAX_ATTEMPTS = 5

const lengthOf = (missing: ReadonlyArray<Stretch>): number => missing.reduce((sum, { from, to }) => sum + to - from, 0)

/** Fetches all that is missing, or until its time is up; says how it went in the status. Never fails. */
export const fillMissing = Effect.fn("fillMissing")(function* (parts: FillParts) {
  const { days, status, timeoutMs, nowMs } = parts
  const total = lengthOf(days.allMissing(yield* nowMs))
  const say = (said: Partial<FillStatus>) => Ref.update(status, (before) => ({ ...before, ...said }))
  if (total === 0) return yield* say({ phase: "complete", percent: 100, message: "" })
  const startedMs = yield* Clock.currentTimeMillis
  yield* say({ phase: "in_progress", percent: 0, startedMs, message: "" })
  const progress = Effect.gen(function* () {
    const left = lengthOf(days.allMissing(yield* nowMs))
    yield* say({ percent: Math.max(0, Math.round((1 - left / total) * 1_000) / 10) })
  })
  const ended = yield* fetchAll(parts, progress).pipe(
    Effect.timeoutOrElse({
      duration: Duration.millis(timeoutMs),
      orElse: () => Effect.succeed(`goes on after ${timeoutMs / 1_000} s`)
    }),
    Effect.result
  )
  if (ended._tag === "Failure") return yield* say({ phase: "error", message: ended.failure.message })
  if (ended.success !== null) return yield* say({ phase: "pending", message: ended.success })
  yield* say({ phase: "complete", percent: 100, message: "" })
})

/** Every hole that there is now, in order. Null: all were asked for. */
const fetchAll = Effect.fnUntraced(function* (parts: FillParts, progress: Effect.Effect<void>) {
  let pages = 0
  let after = 0
  for (;;) {
    const hole = parts.days.allMissing(yield* parts.nowMs).find(({ to }) => to > after)
    if (hole === undefined) return null
    const used = yield* fetchHole(parts, { from: Math.max(hole.from, after), to: hole.to }, MAX_PAGES - pages, progress)
    pages += used
    if (pages >= MAX_PAGES) return `goes on after ${MAX_PAGES} pages`
    after = hole.to
  }
})

/** Fails with what has no place in a day: what was told there would else be missing without a word. */
const counted = (take: () => number) =>
  Effect.try({
    try: take,
    catch: (error) => {
      if (error instanceof TradeTooLarge) return error
      throw error
    }
  })

/** Returns how many pages it took. */
const fetchHole = Effect.fnUntraced(function* (
  { days, trades }: FillParts,
  hole: Stretch,
  most: number,
  progress: Effect.Effect<void>
) {
  let start: PageStart = { fromMs: hole.from }
  let coveredMs = hole.from
  for (let pages = 1; ; pages++) {
    const { trades: found, cursor }: TradePage = yield* pageInTurn(trades, start)
    yield* counted(() => days.take(found))
    const newestMs = found.at(-1)?.timeMs ?? null
    // Of the newest one's millisecond the next page may have more.
    const reachedMs = newestMs ?? (days.isStreaming ? hole.to : coveredMs)
    if (reachedMs > coveredMs) {
      days.cover(coveredMs, Math.min(reachedMs, hole.to))
      coveredMs = reachedMs
    }
    yield* progress
    // A cursor that stands still would bring the same page for ever.
    const stands = "cursor" in start && start.cursor === cursor
    if (newestMs === null || newestMs >= hole.to || stands || pages >= most) return pages
    start = { cursor }
  }
})

const pageInTurn = Effect.fnUntraced(function* ({ page, budget }: MarketTrades["Service"], start: PageStart) {
  for (let attempt = 1; ; attempt++) {
    yield* budget.turn
    const result = yield* Effect.result(page(start))
    if (result._tag === "Success") {
      yield* budget.wentWell
      return result.success
    }
    const error: ExchangeError = result.failure
    if (attempt >= MAX_ATTEMPTS || (error.advice !== "wait" && error.advice !== "unknown")) return yield* error
    // Without an answer the address may be overloaded: the same pause for all who ask it.
    yield* budget.tooFast(null)
    yield* Effect.logInfo(`market-context: ${error.message}; slowing down`)
  }
})

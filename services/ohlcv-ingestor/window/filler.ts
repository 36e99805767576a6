/** Fills a window from the exchange's newest page on when it falls short, unless the breaker is open. */
import { Clock, Duration, Effect } from "effect"
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import type { CandlePage } from "../../../shared/candles/source.ts"
import type { StoreError } from "../../../shared/store/port.ts"
import type { LimitedSource } from "../limiter.ts"
import { afterBackfill, decideBackfill } from "../core/stalls.ts"
import type { BackfillStatus } from "../core/status.ts"
import type { CandleCounter, CandleKeeper } from "./candles.ts"
import type { WindowMemory } from "./memory.ts"

/** A source pages forward from where it was; a window is filled by a few pages or not at all. */
const MAX_PAGES = 20

/** Returns the backfill: what it does and says is in `TrainingWindow.backfill`. */
export const makeFiller = (
  memory: WindowMemory,
  source: LimitedSource,
  counter: CandleCounter,
  keeper: CandleKeeper
): ((byHand: boolean) => Effect.Effect<BackfillStatus, StoreError>) => {
  const { series, target, maxStalls, timeoutMs } = memory.options
  const name = `${series.symbol} ${timeframeName(series.intervalMin)}`
  const show = memory.showBackfill

  const attempt = Effect.fnUntraced(function* () {
    const before = yield* counter.count
    const { memory: past } = yield* memory.now
    const window = { samples: before.samples, target, ready: before.readyForTargetWindow }
    const decision = decideBackfill(past, window, maxStalls)
    if (!decision.go) {
      yield* memory.rememberBackfill({ ...past, message: decision.message })
      if (decision.why === "already_ready") return yield* show({ phase: "skipped", message: decision.message })
      // Not done, and nobody works on it: only a person goes on from here.
      const missing = `${decision.message} have=${before.samples}/${target}`
      return yield* show({ phase: "error", message: `${missing}: the action backfill_ohlcv asks again` })
    }
    const startedMs = yield* Clock.currentTimeMillis
    yield* show({ phase: "in_progress", chunksDone: 0, chunksTotal: 1, startedMs, message: "" })
    const outcome = yield* fetchPages(memory, source, keeper, before.samples)
    const next = afterBackfill(past, outcome, yield* Clock.currentTimeMillis)
    yield* memory.rememberPlace({ cursor: outcome.cursor })
    yield* memory.rememberBackfill(next)
    yield* counter.count
    return yield* show({ phase: "complete", message: withCeiling(next.message, outcome, source.reachable) })
  })

  return Effect.fn("TrainingWindow.backfill")(function* (byHand: boolean) {
    yield* memory.beginBackfill(byHand)
    const status = yield* attempt().pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(timeoutMs),
        orElse: () => show({ phase: "error", message: `not done within ${timeoutMs / 1_000} s` })
      }),
      Effect.catchTag("CandleSourceError", ({ message }) => show({ phase: "error", message })),
      Effect.tapError(({ message }) => show({ phase: "error", message })),
      Effect.onInterrupt(() => Effect.asVoid(show({ phase: "cancelled", message: "the process is stopping" })))
    )
    yield* Effect.logInfo(`ohlcv-ingestor: ${name}: backfill ${status.phase}: ${status.message}`)
    return status
  })
}

/** First page without a cursor, then only with what came back; as long as there is more and it helps. */
const fetchPages = Effect.fnUntraced(function* (
  { options: { series, target }, showBackfill }: WindowMemory,
  source: LimitedSource,
  keeper: CandleKeeper,
  samples: number
) {
  let cursor: string | null = null
  let queued = 0
  let fresh = 0
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const page: CandlePage = yield* source.fetchPage({ ...series, cursor })
    const news = yield* keeper.keep(page.candles, "backfill")
    queued += page.candles.length
    fresh += news
    cursor = page.cursor
    yield* showBackfill({ chunksDone: pages })
    if (!page.more || cursor === null || news === 0 || samples + fresh >= target) break
  }
  return { cursor, queued, fresh, samples: samples + fresh, target }
})

/** A window that a source cannot fill says so, instead of leaving people to wait for it. */
const withCeiling = (
  message: string,
  { samples, target }: { readonly samples: number; readonly target: number },
  reachable: number | null
): string =>
  reachable !== null && samples < target && reachable < target ? `${message} reachable=${reachable}/${target}` : message

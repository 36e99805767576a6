/**
 * One timeframe of the traded pair: kept in step by polling, and filled from the exchange's newest page when it falls
 * short. What it needs to go on after a restart (cursor, stalls) is in the store.
 */
import { Clock, Duration, Effect, Option, Ref, Schema, Semaphore } from "effect"
import { type Candle, intervalSec, timeframeName } from "../../shared/candles/core/candle.ts"
import type { CandlePage, CandleSourceError } from "../../shared/candles/source.ts"
import type { CandleProvenance, CandleSeries, StoreError } from "../../shared/store/port.ts"
import { withoutHole } from "./core/closing.ts"
import type { IngestorStore } from "./store.ts"
import type { LimitedSource } from "./limiter.ts"
import { assessReadiness, type Readiness } from "./core/readiness.ts"
import { afterBackfill, type BackfillMemory, decideBackfill, noBackfillYet, resetStalls } from "./core/stalls.ts"
import { type BackfillStatus, idle, NO_STREAM, type StreamStatus } from "./core/status.ts"

export interface WindowOptions {
  readonly series: CandleSeries
  /** Candles of a full training window. */
  readonly target: number
  /** Fewer train no model. */
  readonly minimum: number
  readonly maxStalls: number
  /** Most wall time of a backfill. */
  readonly timeoutMs: number
  /** Least exchange time between two looks for new candles. */
  readonly syncIntervalSec: number
  /** How old a count of the stored candles may be, wall time. */
  readonly readinessCacheMs: number
}

/** What a window works with. */
export interface WindowParts {
  readonly source: LimitedSource
  readonly store: IngestorStore
  /** The exchange's clock, Unix seconds. */
  readonly nowSec: Effect.Effect<number>
}

type WindowError = CandleSourceError | StoreError

/** What is known of a window without asking anyone. */
export interface WindowNow {
  readonly options: WindowOptions
  readonly memory: BackfillMemory
  readonly status: BackfillStatus
  /** What the next page is asked with; null: the newest page. */
  readonly cursor: string | null
  /** Exchange Unix seconds; 0: never in this process. */
  readonly lastSyncSec: number
  readonly lastSyncRows: number
  /** Null before the store has been asked once. */
  readonly readiness: Readiness | null
  /** Start of the newest candle known to be stored; null: none is. */
  readonly newestSec: number | null
  readonly stream: StreamStatus
}

export interface TrainingWindow {
  readonly now: Effect.Effect<WindowNow>
  /** Fetches the window if it falls short and the breaker is closed. `byHand` closes the breaker first. */
  readonly backfill: (byHand: boolean) => Effect.Effect<BackfillStatus, StoreError>
  /** Fetches what is new, if something can be. Returns how many candles the store did not have. */
  readonly sync: Effect.Effect<number, WindowError>
  /**
   * Stores bars that the exchange's stream gave and that are over, oldest first, up to the first that would leave a hole:
   * a stream leaves out bars without trades, and polling, which asks for all of them anyway, brings those too. What is stored
   * already stays as it is: a poll that has brought a bar never asks for it again.
   */
  readonly keepStreamed: (candles: ReadonlyArray<Candle>) => Effect.Effect<void, StoreError>
  readonly showStream: (change: (before: StreamStatus) => Partial<StreamStatus>) => Effect.Effect<void>
  /** What the store holds, at most `readinessCacheMs` old. */
  readonly readiness: Effect.Effect<Readiness, StoreError>
}

/** A source pages forward from where it was; a window is filled by a few pages or not at all. */
const MAX_PAGES = 20

const Place = Schema.Struct({ cursor: Schema.NullOr(Schema.String) })
const decodePlace = Schema.decodeUnknownOption(Place)
const Memory = Schema.Struct({
  stalls: Schema.Int,
  message: Schema.String,
  lastRunMs: Schema.Finite
})
const decodeMemory = Schema.decodeUnknownOption(Memory)

/** Keys in the store: of the cursor, written at every poll; and of the breaker, which another process may close meanwhile. */
const placeKey = ({ symbol, intervalMin }: CandleSeries): string => `candles.${symbol}.${intervalMin}`
const memoryKey = ({ symbol, intervalMin }: CandleSeries): string => `backfill.${symbol}.${intervalMin}`

/** Closes a series' breaker by hand, whether or not a process keeps it in step; a series without a memory has none. */
export const closeBreaker = Effect.fn("closeBreaker")(function* (
  store: IngestorStore,
  series: CandleSeries
): Effect.fn.Return<void, StoreError> {
  const key = memoryKey(series)
  const stored = decodeMemory(yield* store.state.get(key))
  if (stored._tag === "Some") yield* store.state.put(key, { ...stored.value, stalls: 0 })
})

/** Opens a window: reads its memory. A memory that cannot be read is begun anew, which costs one page. */
export const openWindow = Effect.fn("openWindow")(function* (
  options: WindowOptions,
  { source, store, nowSec }: WindowParts
): Effect.fn.Return<TrainingWindow, StoreError> {
  const { series } = options
  const name = `${series.symbol} ${timeframeName(series.intervalMin)}`
  const { cursor } = Option.getOrElse(decodePlace(yield* store.state.get(placeKey(series))), () => ({ cursor: null }))
  const memory = Option.getOrElse(decodeMemory(yield* store.state.get(memoryKey(series))), () => noBackfillYet)
  const state = yield* Ref.make<WindowNow>({
    options,
    memory,
    status: { ...idle, phase: "pending" },
    cursor,
    lastSyncSec: 0,
    lastSyncRows: 0,
    readiness: null,
    newestSec: null,
    stream: NO_STREAM
  })
  const countedMs = yield* Ref.make(-Infinity)
  /** One writer at a time: what the stream finds missing must not be brought by a poll before it is stored. */
  const turn = yield* Semaphore.make(1)
  /** Start of the newest candle that polling has brought, Unix seconds; null until it is first asked. */
  const polled = yield* Ref.make<number | null>(null)

  const rememberBackfill = Effect.fnUntraced(function* (memory: BackfillMemory) {
    yield* Ref.update(state, (current) => ({ ...current, memory }))
    yield* store.state.put(memoryKey(series), memory)
  })
  const rememberPlace = Effect.fnUntraced(function* (change: Partial<WindowNow>) {
    const { cursor: place } = yield* Ref.updateAndGet(state, (current) => ({ ...current, ...change }))
    yield* store.state.put(placeKey(series), { cursor: place })
  })
  const show = (change: Partial<BackfillStatus>) =>
    Effect.map(
      Ref.updateAndGet(state, (current) => ({ ...current, status: { ...current.status, ...change } })),
      ({ status }) => status
    )

  const count = Effect.fnUntraced(function* () {
    const coverage = yield* store.candles.coverage(series, 0)
    const gaps = yield* store.candles.gaps(series, 0, options.target)
    const wanted = { intervalMin: series.intervalMin, target: options.target, minimum: options.minimum }
    const readiness = assessReadiness({ coverage, gaps }, wanted, yield* nowSec)
    yield* Ref.update(state, (current) => ({ ...current, readiness, newestSec: coverage.newestSec }))
    yield* Ref.set(countedMs, yield* Clock.currentTimeMillis)
    return readiness
  })

  const readiness = Effect.gen(function* () {
    const known = (yield* Ref.get(state)).readiness
    const ageMs = (yield* Clock.currentTimeMillis) - (yield* Ref.get(countedMs))
    return known !== null && ageMs < options.readinessCacheMs ? known : yield* count()
  })

  /** Stores candles; returns how many the store did not have. */
  const keep = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>, provenance: CandleProvenance) {
    const fresh = yield* store.candles.upsert(series, candles, provenance)
    const newestSec = candles.at(-1)?.timeSec
    if (newestSec !== undefined) {
      yield* Ref.update(state, (now) => ({ ...now, newestSec: Math.max(newestSec, now.newestSec ?? newestSec) }))
    }
    // A count older than the last candle is a wrong one.
    if (fresh > 0) yield* Ref.set(countedMs, -Infinity)
    return fresh
  })

  /** First page without a cursor, then only with what came back; as long as there is more and it helps. */
  const fill = Effect.fnUntraced(function* (samples: number) {
    let cursor: string | null = null
    let queued = 0
    let fresh = 0
    for (let pages = 1; pages <= MAX_PAGES; pages++) {
      const page: CandlePage = yield* source.fetchPage({ ...series, cursor })
      const news = yield* turn.withPermit(keep(page.candles, "backfill"))
      queued += page.candles.length
      fresh += news
      cursor = page.cursor
      yield* show({ chunksDone: pages })
      if (!page.more || cursor === null || news === 0 || samples + fresh >= options.target) break
    }
    return { cursor, queued, fresh, samples: samples + fresh, target: options.target }
  })

  const attempt = Effect.fnUntraced(function* () {
    const before = yield* count()
    const { memory } = yield* Ref.get(state)
    const window = { samples: before.samples, target: options.target, ready: before.readyForTargetWindow }
    const decision = decideBackfill(memory, window, options.maxStalls)
    if (!decision.go) {
      yield* rememberBackfill({ ...memory, message: decision.message })
      return yield* show({ phase: "skipped", message: decision.message })
    }
    const startedMs = yield* Clock.currentTimeMillis
    yield* show({ phase: "in_progress", chunksDone: 0, chunksTotal: 1, startedMs, message: "" })
    const outcome = yield* fill(before.samples)
    const next = afterBackfill(memory, outcome, yield* Clock.currentTimeMillis)
    yield* rememberPlace({ cursor: outcome.cursor })
    yield* rememberBackfill(next)
    yield* count()
    return yield* show({ phase: "complete", message: withCeiling(next.message, outcome.samples) })
  })

  /** A window that a source cannot fill says so, instead of leaving people to wait for it. */
  const withCeiling = (message: string, samples: number): string =>
    source.reachable !== null && samples < options.target && source.reachable < options.target
      ? `${message} reachable=${source.reachable}/${options.target}`
      : message

  const backfill = Effect.fn("TrainingWindow.backfill")(function* (byHand: boolean) {
    yield* Ref.update(state, (current) => ({
      ...current,
      status: { ...idle, phase: "pending" as const },
      memory: byHand ? resetStalls(current.memory) : current.memory
    }))
    const status = yield* attempt().pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(options.timeoutMs),
        orElse: () => show({ phase: "error", message: `not done within ${options.timeoutMs / 1_000} s` })
      }),
      Effect.catchTag("CandleSourceError", ({ message }) => show({ phase: "error", message })),
      Effect.tapError(({ message }) => show({ phase: "error", message })),
      Effect.onInterrupt(() => Effect.asVoid(show({ phase: "cancelled", message: "the process is stopping" })))
    )
    yield* Effect.logInfo(`ohlcv-ingestor: ${name}: backfill ${status.phase}: ${status.message}`)
    return status
  })

  const sync = Effect.gen(function* () {
    const { cursor, lastSyncSec, newestSec } = yield* Ref.get(state)
    // What the stream has stored since does not count: polling has the last word on every bar.
    const polledSec = yield* Ref.updateAndGet(polled, (known) => known ?? newestSec)
    const exchangeSec = yield* nowSec
    // Nothing new can be there before the bar after the newest one has closed. A newest one of the future is a stray.
    const closedSec =
      polledSec === null || polledSec > exchangeSec ? 0 : polledSec + 2 * intervalSec(series.intervalMin)
    if (exchangeSec < Math.max(closedSec, lastSyncSec + options.syncIntervalSec)) return 0
    const page = yield* source.fetchPage({ ...series, cursor })
    const fresh = yield* turn.withPermit(keep(page.candles, "poll"))
    const newest = page.candles.at(-1)
    if (newest !== undefined) yield* Ref.set(polled, newest.timeSec)
    yield* rememberPlace({ cursor: page.cursor, lastSyncSec: exchangeSec, lastSyncRows: fresh })
    return fresh
  }).pipe(Effect.withSpan("TrainingWindow.sync"))

  const showStream = (change: (before: StreamStatus) => Partial<StreamStatus>) =>
    Ref.update(state, (current) => ({ ...current, stream: { ...current.stream, ...change(current.stream) } }))

  const keepStreamed = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>) {
    const { newestSec } = yield* Ref.get(state)
    const whole = newestSec === null ? [] : withoutHole(candles, newestSec, series.intervalMin)
    const [first, last] = [whole[0], whole.at(-1)]
    if (first === undefined || last === undefined) return
    const there = new Set(yield* store.candles.times(series, first.timeSec, last.timeSec))
    const missing = whole.filter(({ timeSec }) => !there.has(timeSec))
    const newest = missing.at(-1)
    if (newest === undefined) return
    yield* keep(missing, "stream")
    yield* showStream(() => ({ newestSec: newest.timeSec }))
  }, turn.withPermit)

  return { now: Ref.get(state), backfill, sync, keepStreamed, showStream, readiness }
})

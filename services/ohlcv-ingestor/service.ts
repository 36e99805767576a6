/**
 * The candle ingestor: keeps the pair's candles in step with the exchange, fills the training windows at start, works on
 * history jobs, and deletes what is too old. Its only home is the store, so it may be stopped at any moment.
 */
import { Clock, Context, Duration, Effect, Layer, Queue, Ref, Stream } from "effect"
import type { CallBudget } from "../../shared/callBudget.ts"
import type { CandleSource } from "../../shared/candles/source.ts"
import type { Rate } from "../../shared/candles/core/tokenBucket.ts"
import type { EventOf } from "../../shared/events/event.ts"
import {
  type CandleSeries,
  type JobCounts,
  type JobOrder,
  NO_JOBS,
  Store,
  type StoreError
} from "../../shared/store/port.ts"
import type { HistoryParts } from "./history.ts"
import { ordersOf } from "./core/job.ts"
import type { IngestorStore } from "./store.ts"
import { followBars, type LiveBars } from "./live.ts"
import { type LimitedSource, limitedSource } from "./limiter.ts"
import { type JobRound, NO_ROUND, roundOf } from "./core/outstanding.ts"
import { type IngestorView, viewOf } from "./core/view.ts"
import { makeTroubles, type Troubles } from "./troubles.ts"
import type { WindowOptions } from "./window/memory.ts"
import { openWindow, type TrainingWindow } from "./window/window.ts"
import { type JobEnd, workForEver } from "./worker.ts"

/** What is kept in the store, where it comes from, and how long it stays. */
export interface IngestorOptions {
  /** False: nothing is fetched and nothing deleted. */
  readonly enabled: boolean
  /** Fill windows at start and work on jobs. */
  readonly backfill: boolean
  /** The traded pair. */
  readonly pair: string
  /** The pair's own source: its exchange. */
  readonly source: CandleSource
  /** What the pair's exchange is asked by, shared with whoever else asks it in this process; absent: nobody else does. */
  readonly budget?: CallBudget | undefined
  /** The exchange's bars as they form, for the windows; null: polling alone. */
  readonly live: LiveBars | null
  /** The exchange's clock, Unix seconds. */
  readonly nowSec: Effect.Effect<number>
  /** Primary first, then the secondary if there is one. */
  readonly windows: ReadonlyArray<WindowOptions>
  /** How long candles of up to `FORGOTTEN_UP_TO_MIN` minutes stay; longer ones stay for ever. */
  readonly retentionDays: number
  readonly history: HistoryOptions
}

/** Which histories are fetched beside the pair's own windows, and by how many workers. */
export interface HistoryOptions {
  readonly source: CandleSource
  /** Its clock, Unix seconds. */
  readonly nowSec: Effect.Effect<number>
  /** Instead of the source's own. */
  readonly rate: Rate
  /** Fetched besides those enabled in the store; as the source names them. */
  readonly symbols: ReadonlyArray<string>
  /** Minutes. */
  readonly timeframes: ReadonlyArray<number>
  /** How far back a history goes. */
  readonly days: number
  /** When a round of jobs is queued, beside the one at the start. */
  readonly rounds: Rounds
  /** How many work on the queue in this process. */
  readonly workers: number
  /** Most wall time of a job at a stretch. */
  readonly timeoutMs: number
  /** Unique among all processes on the store, such as host and process id. */
  readonly worker: string
}

/** A schedule of the wall's clock. */
export interface Rounds {
  /** For people. */
  readonly text: string
  /** The first time after `nowMs`; both Unix milliseconds. */
  readonly nextMs: (nowMs: number) => number
}

/** A history job that will not be tried again by itself before the next round. */
export type FailedJob = Pick<JobOrder, "source" | "symbol" | "intervalMin"> & { readonly detail: string }

/** Failed jobs that wait to be told; more than a round's are the same trouble. */
const MOST_FAILED = 100

/** The ingestor as status pages and commands see it. */
export class CandleIngestor extends Context.Service<
  CandleIngestor,
  {
    /** For the status pages; asks nobody. */
    readonly view: Effect.Effect<IngestorView>
    /** The training windows that are kept in step; none while collecting is switched off. */
    readonly windows: ReadonlyArray<CandleSeries>
    /** History jobs as they fail, from now on. */
    readonly failed: Stream.Stream<FailedJob>
    /** By hand: closes the breakers and fills every window that falls short; null: of every timeframe. Returns what came of each. */
    readonly backfillNow: (intervalMin: number | null) => Effect.Effect<EventOf<"BackfillAnswered">["outcomes"]>
  }
>()("kennel/ohlcv-ingestor/CandleIngestor") {
  /** Runs as long as the layer. Fails to start only when the store cannot be read. */
  static readonly layer = (options: IngestorOptions): Layer.Layer<CandleIngestor, StoreError, Store> =>
    Layer.effect(CandleIngestor, start(options))
}

/** Candles up to this length are deleted when they are old; 15 minutes and shorter make nearly all the rows. */
const FORGOTTEN_UP_TO_MIN = 15

/** Days that candles of a timeframe are kept; null: for ever. */
export const retentionOf =
  (days: number) =>
  (intervalMin: number): number | null =>
    intervalMin <= FORGOTTEN_UP_TO_MIN ? days : null

/** Wall time between two looks at whether something new can be there. Two timeframes then ask at most once a second. */
const LOOK_MS = 2_000
const FORGET_EVERY_MS = 3_600_000
const COUNT_JOBS_EVERY_MS = 15_000

const start = Effect.fn("CandleIngestor.start")(function* (options: IngestorOptions) {
  const store = yield* Store
  const { history } = options
  yield* store.candles.adopt(options.pair, options.source.venue)
  const source = yield* limitedSource(
    options.source,
    history.source === options.source ? history.rate : options.source.rate,
    options.budget
  )
  const windows = yield* Effect.forEach(options.enabled ? options.windows : [], (window) =>
    openWindow(window, { source, store, nowSec: options.nowSec })
  )
  const troubles = yield* makeTroubles
  const failures = yield* Queue.sliding<FailedJob>(MOST_FAILED)
  const nextRound = yield* Ref.make<number | null>(null)
  const jobs = yield* Ref.make<{ readonly counts: JobCounts; readonly round: JobRound }>({
    counts: NO_JOBS,
    round: NO_ROUND
  })

  if (options.enabled) {
    yield* Effect.forkScoped(keepInStep(windows, options.backfill, troubles))
    const { live } = options
    if (live !== null) {
      yield* Effect.forEach(windows, (window) => Effect.forkScoped(followBars(window, live, options.nowSec)))
    }
    yield* Effect.forkScoped(troubles.endure("retention", forget(options, windows, store), FORGET_EVERY_MS))
    if (options.backfill) yield* runHistory(options, source, store, failures, nextRound)
    const countJobs = Effect.gen(function* () {
      const counts = yield* store.jobs.counts(null)
      const nowMs = yield* Clock.currentTimeMillis
      yield* Ref.update(jobs, (known) => ({ counts, round: roundOf(known.round, known.counts, counts, nowMs) }))
    })
    yield* Effect.forkScoped(troubles.endure("jobs", countJobs, COUNT_JOBS_EVERY_MS))
  }

  const view = Effect.gen(function* () {
    const now = yield* Effect.forEach(windows, (window) => window.now)
    const { counts, round } = yield* Ref.get(jobs)
    return viewOf({
      enabled: options.enabled,
      source,
      disabledBy: !options.enabled
        ? "HMM_OHLCV_ENABLED=false"
        : options.backfill
          ? null
          : "CONTEXT_BACKFILL_ENABLED=false",
      windows: now,
      jobs: counts,
      round,
      schedule: history.rounds.text,
      nextRoundMs: yield* Ref.get(nextRound),
      troubles: yield* troubles.now,
      nowMs: yield* Clock.currentTimeMillis
    })
  })
  return CandleIngestor.of({
    view,
    windows: windows.map(({ series }) => series),
    failed: Stream.fromQueue(failures),
    backfillNow: byHand(windows)
  })
})

/** Fills windows one after the other, whatever becomes of each. */
const byHand = (windows: ReadonlyArray<TrainingWindow>): CandleIngestor["Service"]["backfillNow"] =>
  Effect.fnUntraced(function* (intervalMin) {
    const wanted = windows.filter(({ series }) => intervalMin === null || series.intervalMin === intervalMin)
    return yield* Effect.forEach(wanted, ({ series, backfill }) =>
      backfill(true).pipe(
        Effect.map(({ phase, message }) => ({ asked: phase !== "error", detail: `${phase}: ${message}` })),
        Effect.catchTag("StoreError", ({ message }) => Effect.succeed({ asked: false, detail: message })),
        Effect.map((outcome) => ({ intervalMin: series.intervalMin, ...outcome }))
      )
    )
  })

/** Fills the windows one after the other, then polls all of them for ever. */
const keepInStep = Effect.fnUntraced(function* (
  windows: ReadonlyArray<TrainingWindow>,
  backfill: boolean,
  troubles: Troubles
) {
  if (backfill) yield* Effect.forEach(windows, (window) => Effect.ignore(window.backfill(false)), { discard: true })
  yield* Effect.forEach(
    windows,
    // Counted first: what the store holds decides whether anything new can be there, and grows stale while the source is away.
    (window, index) => troubles.endure(`window ${index}`, Effect.andThen(window.readiness, window.sync), LOOK_MS),
    { concurrency: "unbounded", discard: true }
  )
})

/** Deletes what is older than it is kept, of the pair and of every symbol whose history is kept; each by its own source's clock. */
const forget = Effect.fnUntraced(function* (
  { retentionDays, nowSec, history, pair, source }: IngestorOptions,
  windows: ReadonlyArray<TrainingWindow>,
  store: IngestorStore
) {
  const kept = (now: number) => now - retentionDays * 86_400
  const before = {
    [history.source.venue]: kept(yield* history.nowSec),
    [source.venue]: kept(yield* nowSec)
  }
  const short = history.timeframes.filter((intervalMin) => intervalMin <= FORGOTTEN_UP_TO_MIN)
  const symbols = short.length === 0 ? [] : [...history.symbols, ...(yield* store.symbols.enabled)]
  const own = yield* Effect.forEach(windows, (window) => Effect.map(window.now, ({ options }) => options.series))
  const all: ReadonlyArray<CandleSeries> = [
    ...own.filter(({ intervalMin }) => intervalMin <= FORGOTTEN_UP_TO_MIN),
    ...short.flatMap((intervalMin) => [
      { venue: source.venue, symbol: pair, intervalMin },
      ...symbols.map((symbol) => ({ venue: history.source.venue, symbol, intervalMin }))
    ])
  ]
  const deleted = yield* Effect.forEach(all, (series) =>
    store.candles.deleteOlderThan(series, before[series.venue] ?? 0)
  )
  const sum = deleted.reduce((a, b) => a + b, 0)
  if (sum > 0) yield* Effect.logInfo(`ohlcv-ingestor: ${sum} candles older than ${retentionDays} days deleted`)
})

/**
 * Queues a round now and then, and works on the queue. A simulated exchange gives its own pair's history alone; all others, and
 * the real market of the same name, come from the public source.
 */
const runHistory = Effect.fnUntraced(function* (
  { history, nowSec, retentionDays, source: own, pair }: IngestorOptions,
  ownLimited: LimitedSource,
  store: IngestorStore,
  failures: Queue.Queue<FailedJob>,
  nextRound: Ref.Ref<number | null>
) {
  // One address, one rate: the pair's polling and the history then wait for each other's turns.
  const source = history.source === own ? ownLimited : yield* limitedSource(history.source, history.rate)
  const common = { store, retentionDays: retentionOf(retentionDays) }
  const parts: HistoryParts = { ...common, source, nowSec: history.nowSec }
  const simulated = own.venue === "simulated" ? { ...common, source: ownLimited, nowSec } : null
  const queueRound = Effect.gen(function* () {
    const symbols = [...history.symbols, ...(yield* store.symbols.enabled)]
    const round = (of: ReadonlyArray<string>, { name }: LimitedSource) =>
      ordersOf(of, history.timeframes, { source: name, mode: "incremental", days: history.days })
    const orders = [
      ...round(symbols, source),
      ...(simulated === null ? [] : round(symbols.includes(pair) ? [pair] : [], ownLimited))
    ]
    const queued = orders.length === 0 ? 0 : yield* store.jobs.enqueue(orders)
    if (orders.length > 0) yield* Effect.logInfo(`ohlcv-ingestor: ${queued} of ${orders.length} history jobs queued`)
  })
  const untilNext = Effect.gen(function* () {
    const nowMs = yield* Clock.currentTimeMillis
    const next = history.rounds.nextMs(nowMs)
    yield* Ref.set(nextRound, next)
    yield* Effect.sleep(Duration.millis(next - nowMs))
  })
  const tell = ({ job: { source: name, symbol, intervalMin }, message: detail }: JobEnd) =>
    Queue.offer(failures, { source: name, symbol, intervalMin, detail })
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.andThen(
        queueRound.pipe(Effect.catch(({ message }) => Effect.logWarning(`ohlcv-ingestor: ${message}`))),
        untilNext
      )
    )
  )
  const work = (worker: string, on: HistoryParts) =>
    Effect.forkScoped(workForEver({ worker, timeoutMs: history.timeoutMs }, on, tell))
  for (let index = 1; index <= history.workers; index++) yield* work(`${history.worker}-${index}`, parts)
  if (simulated !== null) yield* work(`${history.worker}-${simulated.source.name}`, simulated)
})

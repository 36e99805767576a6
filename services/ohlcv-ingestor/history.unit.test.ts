/** History jobs on the queue, with a source made by hand and time moved by hand. */
import { expect, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { NOTHING_DROPPED } from "../../shared/candles/core/normalise.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import {
  type CandlePage,
  type CandleRequest,
  type CandleSource,
  CandleSourceError
} from "../../shared/candles/source.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { JobOrder } from "../../shared/store/port.ts"
import type { HistoryParts } from "./history.ts"
import { namesOf, ordersOf } from "./core/job.ts"
import { limitedSource } from "./limiter.ts"
import { memoryStore } from "./testing/memoryStore.ts"
import { type JobEnd, workForEver, workOnce } from "./worker.ts"

const HOUR = 3_600
/** On a full hour. */
const NOW_SEC = 1_790_359_200
const PAGE_ROWS = 10

const candle = (timeSec: number): Candle => {
  const price = Price.parse("0.2")
  return { timeSec, open: price, high: price, low: price, close: price, volume: Volume.parse("1"), trades: 1 }
}

/** Hourly candles from the day the market opened, ten a page, by a cursor that is the next start. */
const pagingSource = (
  openedSec: number,
  onCall: (call: number, request: CandleRequest) => Effect.Effect<void, CandleSourceError> = () => Effect.void
) => {
  const asked: Array<CandleRequest> = []
  const source: CandleSource = {
    name: "paging",
    venue: "real",
    rate: { burst: 5, perSec: 5 },
    reachable: null,
    fetchPage: (request) =>
      Effect.gen(function* () {
        asked.push(request)
        yield* onCall(asked.length, request)
        const from = Math.max(openedSec, request.cursor === null ? (request.sinceSec ?? 0) : Number(request.cursor))
        const count = Math.max(0, Math.min(PAGE_ROWS, Math.floor((NOW_SEC - from) / HOUR)))
        const page: CandlePage = {
          candles: Array.from({ length: count }, (_, i) => candle(from + i * HOUR)),
          dropped: NOTHING_DROPPED,
          cursor: String(from + count * HOUR),
          more: count === PAGE_ROWS
        }
        return page
      })
  }
  return { asked, source }
}

const ORDER: JobOrder = { source: "paging", symbol: "AAA", intervalMin: 60, mode: "full", days: 2 }
const SERIES = { venue: "real", symbol: "AAA", intervalMin: 60 } as const
const WORKER = { worker: "w1", timeoutMs: 3_600_000 }

const benchOf = Effect.fnUntraced(function* (source: CandleSource, orders: ReadonlyArray<JobOrder>) {
  const store = memoryStore()
  yield* store.jobs.enqueue(orders)
  const parts: HistoryParts = {
    source: yield* limitedSource(source),
    store,
    nowSec: Effect.succeed(NOW_SEC),
    retentionDays: () => null
  }
  return { store, parts }
})

it.effect("a job fetches page after page with the cursor that came back, and says what there is", () =>
  Effect.gen(function* () {
    const { asked, source } = pagingSource(0)
    const { store, parts } = yield* benchOf(source, [ORDER])
    const end = yield* workOnce(WORKER, parts)
    expect(end).toMatchObject({ phase: "complete", message: "new=48 have=48/48", pages: 5, fresh: 48 })
    expect(asked.map(({ cursor }) => cursor)).toStrictEqual([
      null,
      ...[10, 20, 30, 40].map((hours) => String(NOW_SEC - (48 - hours) * HOUR))
    ])
    expect(store.stored(SERIES).length).toBe(48)
    expect(yield* workOnce(WORKER, parts)).toBeNull()
  })
)

it.effect("what a source should not have sent is counted over all pages", () =>
  Effect.gen(function* () {
    const { source } = pagingSource(0)
    const spoiled: CandleSource = {
      ...source,
      fetchPage: (request) =>
        Effect.map(source.fetchPage(request), (page) => ({
          ...page,
          dropped: { ...NOTHING_DROPPED, impossible: 2, forming: 1 }
        }))
    }
    const { parts } = yield* benchOf(spoiled, [ORDER])
    expect(yield* workOnce(WORKER, parts)).toMatchObject({
      phase: "complete",
      message: "new=48 have=48/48 (left out: 10 impossible)"
    })
  })
)

it.effect("incremental fetches what is newer, and nothing when there is nothing newer", () =>
  Effect.gen(function* () {
    const { asked, source } = pagingSource(0)
    const { store, parts } = yield* benchOf(source, [{ ...ORDER, mode: "incremental" }])
    const whole = Array.from({ length: 45 }, (_, index) => candle(NOW_SEC - (48 - index) * HOUR))
    yield* store.candles.upsert(SERIES, whole, "poll")
    expect(yield* workOnce(WORKER, parts)).toMatchObject({ phase: "complete", fresh: 3 })
    expect(asked[0]?.sinceSec).toBe(NOW_SEC - 3 * HOUR)
    yield* store.jobs.enqueue([{ ...ORDER, mode: "incremental" }])
    expect(yield* workOnce(WORKER, parts)).toMatchObject({ phase: "skipped", message: "up to date" })
    expect(asked.length).toBe(1)
  })
)

it.effect("a job that a stopped process left behind goes on with the page after the last stored one", () =>
  Effect.gen(function* () {
    const { asked, source } = pagingSource(0, (call) => (call === 3 ? Effect.never : Effect.void))
    const { store, parts } = yield* benchOf(source, [ORDER])
    const first = yield* Effect.forkChild(workOnce(WORKER, parts))
    yield* TestClock.adjust("10 seconds")
    yield* Fiber.interrupt(first)
    expect(store.jobRows[0]).toMatchObject({ phase: "pending", message: "cancelled: the process stopped" })

    const end = yield* workOnce({ ...WORKER, worker: "w2" }, parts)
    expect(end).toMatchObject({ phase: "complete", message: "new=48 have=48/48" })
    expect(asked[3]?.cursor).toBe(String(NOW_SEC - 28 * HOUR))
    expect(asked.length).toBe(6)
  })
)

it.effect("a job that is taken up again sends a cursor beyond 2^53 as it came", () =>
  Effect.gen(function* () {
    const { source } = pagingSource(0)
    const asked: Array<string | null> = []
    const cursor = "1790352000123456789"
    const nanoseconds: CandleSource = {
      ...source,
      fetchPage: (request) =>
        Effect.suspend(() => {
          asked.push(request.cursor)
          if (asked.length === 2) return Effect.never
          return Effect.map(source.fetchPage({ ...request, cursor: null }), (page) => ({
            ...page,
            cursor,
            more: asked.length === 1
          }))
        })
    }
    const { store, parts } = yield* benchOf(nanoseconds, [ORDER])
    const first = yield* Effect.forkChild(workOnce(WORKER, parts))
    yield* TestClock.adjust("10 seconds")
    yield* Fiber.interrupt(first)
    expect(store.jobRows[0]?.place?.cursor).toBe(cursor)
    yield* workOnce({ ...WORKER, worker: "w2" }, parts)
    expect(asked).toStrictEqual([null, cursor, cursor])
  })
)

it.effect("a job whose worker was killed is taken on when its lease has run out, and not before", () =>
  Effect.gen(function* () {
    const { source } = pagingSource(0)
    const { store, parts } = yield* benchOf(source, [ORDER])
    yield* store.jobs.claim("paging", "killed", 900)
    yield* TestClock.adjust("899 seconds")
    expect(yield* workOnce(WORKER, parts)).toBeNull()
    yield* TestClock.adjust("1 second")
    expect(yield* workOnce(WORKER, parts)).toMatchObject({ phase: "complete" })
  })
)

it.effect("a cancelled job ends with the page at hand, and its worker goes on to the next", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    const { asked, source } = pagingSource(0, (call) =>
      call === 2 ? Effect.asVoid(Effect.orDie(store.jobs.cancel("1"))) : Effect.void
    )
    yield* store.jobs.enqueue([ORDER, { ...ORDER, symbol: "BBB" }])
    const parts = {
      source: yield* limitedSource(source),
      store,
      nowSec: Effect.succeed(NOW_SEC),
      retentionDays: () => null
    }
    expect(yield* workOnce(WORKER, parts)).toMatchObject({ phase: "cancelled", pages: 2 })
    expect(asked.length).toBe(2)
    expect(store.jobRows[0]?.phase).toBe("cancelled")
    const next = yield* Effect.forkChild(workOnce(WORKER, parts))
    yield* TestClock.adjust("5 seconds")
    expect(yield* Fiber.join(next)).toMatchObject({ phase: "complete" })
  })
)

const failure = (advice: CandleSourceError["advice"]) =>
  new CandleSourceError({ source: "paging", asked: "AAA 1h", advice, detail: advice, retryAfterMs: null })

it.effect("a symbol the source does not have is an error at once; a silent source is one after three turns", () =>
  Effect.gen(function* () {
    const unknown = pagingSource(0, () => failure("unknown_symbol"))
    const first = yield* benchOf(unknown.source, [ORDER])
    expect(yield* workOnce(WORKER, first.parts)).toMatchObject({ phase: "error" })
    expect(unknown.asked.length).toBe(1)

    const silent = pagingSource(0, () => failure("retry"))
    const { store, parts } = yield* benchOf(silent.source, [ORDER])
    const turns = yield* Effect.forkChild(
      Effect.all([workOnce(WORKER, parts), workOnce(WORKER, parts), workOnce(WORKER, parts)])
    )
    yield* TestClock.adjust("10 minutes")
    const phases = (yield* Fiber.join(turns)).map((end) => end?.phase)
    expect(phases).toStrictEqual(["pending", "pending", "error"])
    expect(store.jobRows[0]?.message).toBe("paging: AAA 1h: retry")
  })
)

it.effect("a job that takes too long goes back into the queue with its place", () =>
  Effect.gen(function* () {
    const { source } = pagingSource(0, (call) => (call === 3 ? Effect.never : Effect.void))
    const { store, parts } = yield* benchOf(source, [ORDER])
    const running = yield* Effect.forkChild(workOnce({ ...WORKER, timeoutMs: 60_000 }, parts))
    yield* TestClock.adjust("61 seconds")
    expect(yield* Fiber.join(running)).toMatchObject({ phase: "pending", message: "goes on after 60 s" })
    expect(store.jobRows[0]?.place).toMatchObject({ chunksDone: 2, fresh: 20 })
  })
)

it.effect("a source that repeats its cursor is not asked for ever", () =>
  Effect.gen(function* () {
    const { asked, source } = pagingSource(0)
    const stuck: CandleSource = {
      ...source,
      fetchPage: (request) => Effect.map(source.fetchPage(request), (page) => ({ ...page, cursor: "1", more: true }))
    }
    const { parts } = yield* benchOf(stuck, [ORDER])
    expect(yield* workOnce(WORKER, parts)).toMatchObject({ phase: "complete" })
    expect(asked.length).toBe(2)
  })
)

it.effect(
  "four workers share a hundred jobs: each is done once, and the source's rate is used to 95 % and never passed",
  () =>
    Effect.gen(function* () {
      const calls: Array<number> = []
      const { asked, source } = pagingSource(0, () =>
        Effect.map(Clock.currentTimeMillis, (nowMs) => void calls.push(nowMs))
      )
      const symbols = Array.from({ length: 100 }, (_, i) => `S${i}`)
      const orders = ordersOf(symbols, [60], { source: "paging", mode: "full", days: 1 })
      const { store, parts } = yield* benchOf(source, orders)
      const workers = yield* Effect.forkChild(
        Effect.all(
          ["a", "b", "c", "d"].map((worker) => workForEver({ ...WORKER, worker }, parts, () => Effect.void)),
          { concurrency: "unbounded" }
        )
      )
      for (let tick = 0; tick < 600; tick++) yield* TestClock.adjust("100 millis")
      yield* Fiber.interrupt(workers)

      expect((yield* store.jobs.counts(null)).complete).toBe(100)
      expect(store.jobRows.every(({ attempts }) => attempts === 1)).toBe(true)
      expect(asked.length).toBe(300)
      const busySec = ((calls.at(-1) ?? 0) - (calls[0] ?? 0)) / 1_000
      expect(busySec).toBeLessThanOrEqual(300 / 5 / 0.95)
      expect(busySec).toBeGreaterThanOrEqual((300 - 5 - 1) / 5)
    })
)

it("a round holds every symbol with every timeframe once, long timeframes first", () => {
  const common = { source: "kraken", mode: "incremental", days: 250 } as const
  const orders = ordersOf(["A", "B", "A"], [15, 1_440], common)
  expect(orders.map(({ symbol, intervalMin }) => `${symbol} ${intervalMin}`)).toStrictEqual([
    "A 1440",
    "B 1440",
    "A 15",
    "B 15"
  ])
  expect(namesOf(" XDGUSD, XBTUSD ,,XDGUSD")).toStrictEqual(["XDGUSD", "XBTUSD"])
})

it.effect(
  "a worker that waits for its source keeps its lease; one whose job was cancelled meanwhile lets go of it",
  () =>
    Effect.gen(function* () {
      const { source } = pagingSource(0, (call) => (call === 1 ? Effect.never : Effect.void))
      const { store, parts } = yield* benchOf(source, [ORDER])
      const waiting = yield* Effect.forkChild(workOnce(WORKER, parts))
      yield* TestClock.adjust("10 minutes")
      expect(yield* workOnce({ ...WORKER, worker: "w2" }, parts)).toBeNull()
      yield* store.jobs.cancel("1")
      yield* TestClock.adjust("30 seconds")
      expect(yield* Fiber.join(waiting)).toMatchObject({ phase: "cancelled" })
    })
)

it.live("a scheduled round fills holes and a missing past, and asks once for what the source does not have", () =>
  Effect.gen(function* () {
    // The source's first candle is 40 hours old: the eight before it in the span never were.
    const { asked, source } = pagingSource(NOW_SEC - 40 * HOUR)
    const round: JobOrder = { ...ORDER, mode: "incremental" }
    const { store, parts } = yield* benchOf(source, [round])
    const held = (from: number, to: number) =>
      Array.from({ length: from - to }, (_, index) => candle(NOW_SEC - (from - index) * HOUR))
    yield* store.candles.upsert(SERIES, [...held(30, 20), ...held(10, 1)], "backfill")
    const next = Effect.gen(function* () {
      asked.length = 0
      yield* store.jobs.enqueue([round])
      return [(yield* workOnce(WORKER, parts))?.phase, asked.length, store.stored(SERIES).length]
    })
    expect(yield* next).toStrictEqual(["complete", 5, 40])
    expect(yield* next).toStrictEqual(["skipped", 0, 40])
    // A hole of its own is found again.
    yield* store.candles.deleteOlderThan(SERIES, NOW_SEC - 5 * HOUR)
    yield* store.candles.upsert(SERIES, held(40, 30), "backfill")
    expect(yield* next).toStrictEqual(["complete", 4, 40])
  })
)

it.effect("a job that fails for good is told, one that is tried again is not", () =>
  Effect.gen(function* () {
    const { source } = pagingSource(0)
    const refusing: CandleSource = {
      ...source,
      fetchPage: () =>
        Effect.fail(
          new CandleSourceError({
            source: "paging",
            asked: "AAA 1h",
            advice: "unknown_symbol",
            detail: "no such symbol",
            retryAfterMs: null
          })
        )
    }
    const { parts } = yield* benchOf(refusing, [ORDER])
    const told = yield* Deferred.make<string>()
    const failed = ({ job, message }: JobEnd) => Deferred.succeed(told, `${job.symbol}: ${message}`)
    const worker = yield* Effect.forkChild(workForEver(WORKER, parts, failed))
    expect(yield* Deferred.await(told)).toBe("AAA: paging: AAA 1h: no such symbol")
    yield* Fiber.interrupt(worker)
  })
)

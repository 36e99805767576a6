/** Training windows against the simulated exchange over HTTP, with time moved by hand. */
import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { httpSource } from "../../shared/candles/http.ts"
import { Volume } from "../../shared/core/decimal/decimal.ts"
import type { CandleSource } from "../../shared/candles/source.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { memoryStore, type MemoryStore } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { countedSource } from "../../services/ohlcv-ingestor/testing/countedSource.ts"
import { MINUTE_WINDOW, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"
import { limitedSource } from "../../services/ohlcv-ingestor/limiter.ts"
import { precisionOf } from "../../services/ohlcv-ingestor/core/status.ts"
import { openWindow } from "../../services/ohlcv-ingestor/window/window.ts"
import { closeBreaker, type WindowOptions } from "../../services/ohlcv-ingestor/window/memory.ts"

const START_MS = 1_790_000_040_000
/** A window on the exchange, its store, and how many calls went out. */
interface Bench {
  readonly store: MemoryStore
  readonly calls: () => number
  readonly cursors: ReadonlyArray<string | null>
  readonly begun: (calls: number) => Effect.Effect<void>
  readonly open: (change?: Partial<WindowOptions>) => ReturnType<typeof openWindow>
  readonly source: CandleSource
}

const onExchange = (
  name: string,
  test: (bench: Bench) => Effect.Effect<void, unknown>,
  faults: ReadonlyArray<Fault> = []
) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const { restUrl, nowMs } = yield* ExchangeSim
      const { begun, calls, cursors, source } = countedSource(httpSource(KRAKEN, { url: restUrl, nowMs }))
      const limited = yield* limitedSource(source)
      const store = memoryStore()
      const nowSec = Effect.map(nowMs, (ms) => Math.floor(ms / 1_000))
      const open = (change: Partial<WindowOptions> = {}) =>
        openWindow({ ...MINUTE_WINDOW, ...change }, { source: limited, store, nowSec })
      yield* test({ store, begun, calls, cursors, open, source })
    }).pipe(Effect.provide(exchangeSimLayer({ startMs: START_MS, faults }).pipe(Layer.provide(MemoryJournal.layer()))))
  )

onExchange(
  "a cold start fills the window with one page but for the forming bar, and is ready when that closes",
  (bench) =>
    Effect.gen(function* () {
      const window = yield* bench.open()
      const status = yield* window.backfill(false)
      expect(status.phase).toBe("complete")
      expect(status.message).toBe("queued=719 new=719 est_total=719/720 reachable=719/720")
      expect(bench.calls()).toBe(1)
      const before = yield* window.readiness
      expect([before.readyForMinTrain, before.readyForTargetWindow]).toStrictEqual([true, false])

      yield* TestClock.adjust("1 minute")
      expect(yield* window.sync).toBe(1)
      const after = yield* window.readiness
      expect([after.samples, after.readyForTargetWindow]).toStrictEqual([720, true])
      // In some minutes of the simulated market nothing trades; but none is missing.
      expect(after.gaps.filter((gap) => !gap.startsWith("low_volume_coverage"))).toStrictEqual([])
      const stored = bench.store.stored(MINUTES)
      expect([stored[0]?.provenance, stored.at(-1)?.provenance]).toStrictEqual(["backfill", "poll"])
    })
)

onExchange("a target that one page covers is ready at once", (bench) =>
  Effect.gen(function* () {
    const window = yield* bench.open({ target: 719 })
    expect((yield* window.backfill(false)).message).toBe("queued=719 new=719 est_total=719/719")
    expect((yield* window.readiness).readyForTargetWindow).toBe(true)
    expect(bench.calls()).toBe(1)
  })
)

onExchange("fifteen-minute bars come from the same past", (bench) =>
  Effect.gen(function* () {
    const window = yield* bench.open({ series: { venue: "real", symbol: "XDGUSD", intervalMin: 15 }, minimum: 200 })
    expect((yield* window.backfill(false)).phase).toBe("complete")
    const { samples, readyForMinTrain } = yield* window.readiness
    expect([samples, readyForMinTrain]).toStrictEqual([719, true])
  })
)

onExchange("a full and fresh window is not asked for", (bench) =>
  Effect.gen(function* () {
    yield* (yield* bench.open({ target: 700 })).backfill(false)
    const again = yield* bench.open({ target: 700 })
    const status = yield* again.backfill(false)
    expect([status.phase, status.message]).toStrictEqual(["skipped", "already_ready:719/700"])
    expect(bench.calls()).toBe(1)
  })
)

onExchange("with 500 candles there, a page brings about 220 new ones and nothing twice", (bench) =>
  Effect.gen(function* () {
    const page = yield* bench.source.fetchPage({ ...MINUTES, cursor: null })
    yield* bench.store.candles.upsert(MINUTES, page.candles.slice(0, 500), "poll")
    const window = yield* bench.open({ target: 719 })
    expect((yield* window.backfill(false)).message).toBe("queued=719 new=219 est_total=719/719")
    expect((yield* window.readiness).readyForTargetWindow).toBe(true)
  })
)

onExchange(
  "an older target of 2000 stalls, the breaker opens and survives a restart, and a person closes it",
  (bench) =>
    Effect.gen(function* () {
      const legacy = { target: 2_000 }
      const window = yield* bench.open(legacy)
      const said = []
      for (let run = 0; run < 5; run++) {
        said.push((yield* window.backfill(false)).message)
        yield* TestClock.adjust("1 second")
      }
      expect(said).toStrictEqual([
        "queued=719 new=719 est_total=719/2000 reachable=719/2000",
        "queued=719 new=0 est_total=719/2000 stalls=1 reachable=719/2000",
        "queued=719 new=0 est_total=719/2000 stalls=2 reachable=719/2000",
        "queued=719 new=0 est_total=719/2000 stalls=3 reachable=719/2000",
        "backfill_circuit_open:stalls=3/3 have=719/2000: the action backfill_ohlcv asks again"
      ])
      // Neither done nor to be relied on: nobody works on it.
      const { status } = yield* window.now
      expect([status.phase, precisionOf(status)]).toStrictEqual(["error", "IMPRECISE (backfill error)"])
      expect(bench.calls()).toBe(4)

      const restarted = yield* bench.open(legacy)
      expect((yield* restarted.backfill(false)).message).toMatch(/^backfill_circuit_open:stalls=3\/3 /)
      expect(bench.calls()).toBe(4)

      yield* TestClock.adjust("10 seconds")
      expect((yield* restarted.backfill(true)).message).toContain("stalls=1")
      expect(bench.calls()).toBe(5)

      // By the command, in another process; this one goes on polling and knows nothing of it.
      yield* closeBreaker(bench.store, MINUTES)
      yield* TestClock.adjust("2 minutes")
      expect(yield* restarted.sync).toBe(2)
      expect((yield* (yield* bench.open(legacy)).now).memory.stalls).toBe(0)
    })
)

onExchange(
  "a stray candle of the future neither passes for fresh data nor keeps new ones from being asked for",
  (bench) =>
    Effect.gen(function* () {
      const page = yield* bench.source.fetchPage({ ...MINUTES, cursor: null })
      const stray = { ...page.candles[0]!, timeSec: START_MS / 1_000 + 86_400 }
      yield* bench.store.candles.upsert(MINUTES, [stray], "import")
      const window = yield* bench.open({ target: 700 })
      expect((yield* window.backfill(false)).phase).toBe("complete")
      expect((yield* window.readiness).freshnessOk).toBe(false)
      yield* TestClock.adjust("2 minutes")
      yield* window.readiness
      expect(yield* window.sync).toBe(2)
    })
)

onExchange("a window that is open waits for its backfill, it is not idle", (bench) =>
  Effect.gen(function* () {
    expect((yield* (yield* bench.open()).now).status.phase).toBe("pending")
  })
)

onExchange(
  "new candles are asked for when there can be some, with the cursor of before, also after a restart",
  (bench) =>
    Effect.gen(function* () {
      const first = yield* bench.open()
      yield* first.backfill(false)
      yield* TestClock.adjust("30 seconds")
      expect(yield* first.sync).toBe(0)
      expect(bench.calls()).toBe(1)

      yield* TestClock.adjust("5 minutes")
      const restarted = yield* bench.open()
      expect(yield* restarted.sync).toBe(5)
      expect(bench.calls()).toBe(2)
      expect(yield* restarted.sync).toBe(0)
      expect(bench.calls()).toBe(2)
      const times = bench.store.stored(MINUTES).map(({ timeSec }) => timeSec)
      // Kraken's cursor is the start of the last finished bar of the page before: the 719th.
      expect(bench.cursors).toStrictEqual([null, String(times[718])])
      expect((yield* restarted.now).cursor).toBe(String(times.at(-1)))
      expect(times.length).toBe(724)
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(723 * 60)
    })
)

onExchange(
  "an exchange that says 429, is busy and answers with an error page is asked again, slower",
  (bench) =>
    Effect.gen(function* () {
      const window = yield* bench.open()
      const running = yield* Effect.forkChild(window.backfill(false))
      yield* bench.begun(1)
      yield* TestClock.adjust("5 seconds")
      yield* bench.begun(2)
      yield* TestClock.adjust("10 seconds")
      yield* bench.begun(3)
      yield* TestClock.adjust("1 second")
      yield* bench.begun(4)
      const status = yield* Fiber.join(running)
      expect([status.phase, bench.calls()]).toStrictEqual(["complete", 4])
    }),
  [
    { kind: "http", status: 429, method: "OHLC", times: 1 },
    { kind: "error", error: "EAPI:Rate limit exceeded", method: "OHLC", times: 1 },
    { kind: "http", status: 520, method: "OHLC", times: 1 }
  ]
)

onExchange("a symbol the exchange does not have is an error in its words, and no stall", (bench) =>
  Effect.gen(function* () {
    const window = yield* bench.open({ series: { venue: "real", symbol: "NOPEUSD", intervalMin: 1 } })
    const status = yield* window.backfill(false)
    expect([status.phase, status.message]).toStrictEqual(["error", "kraken: NOPEUSD 1m: EQuery:Unknown asset pair"])
    expect((yield* window.now).memory.stalls).toBe(0)
  })
)

onExchange("a bar that the stream gave is stored, and polled all the same", (bench) =>
  Effect.gen(function* () {
    const window = yield* bench.open()
    yield* window.backfill(false)
    yield* TestClock.adjust("1 minute")
    yield* window.sync
    yield* TestClock.adjust("3 minutes")
    const [first, second, third] = (yield* bench.source.fetchPage({ ...MINUTES, cursor: null })).candles.slice(-3)
    if (first === undefined || second === undefined || third === undefined) return expect.fail("too few candles")
    yield* window.keepStreamed([first, { ...second, volume: Volume.parse("12345") }])
    expect((yield* window.readiness).samples).toBe(722)
    yield* TestClock.adjust("1 minute")
    const calls = bench.calls()
    expect(yield* window.sync).toBe(2)
    expect(bench.calls()).toBe(calls + 1)
    // What polling corrects is polling's.
    const stored = bench.store.stored(MINUTES).slice(-4)
    expect(stored.map(({ provenance }) => provenance)).toStrictEqual(["stream", "poll", "poll", "poll"])
    expect(stored[1]?.volume).toBe(second.volume)
  })
)

onExchange("with the stream up to date polling still asks for each bar", (bench) =>
  Effect.gen(function* () {
    const window = yield* bench.open()
    yield* window.backfill(false)
    yield* TestClock.adjust("1 minute")
    yield* window.sync
    yield* TestClock.adjust("1 minute")
    yield* window.keepStreamed((yield* bench.source.fetchPage({ ...MINUTES, cursor: null })).candles.slice(-1))
    yield* window.readiness
    const calls = bench.calls()
    expect(yield* window.sync).toBe(0)
    expect(bench.calls()).toBe(calls + 1)
  })
)

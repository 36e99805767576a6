/**
 * The test plan of the document about the regime model's candles (000), by its own numbers: five tests of one part each, on
 * prepared pages of the exchange, and three starts against the simulated exchange. Time is moved by hand.
 */
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { describe } from "vitest"
import { readSettings } from "../../app/settings.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { httpSource } from "../../shared/candles/http.ts"
import { type PreparedAnswer, replayedSource } from "../../shared/candles/testing/replayedSource.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import { featureRows } from "../../services/hmm-advisor/core/features.ts"
import { train } from "../../services/hmm-advisor/core/training/train.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { limitedSource } from "../../services/ohlcv-ingestor/limiter.ts"
import { ingestorOptions } from "../../services/ohlcv-ingestor/options.ts"
import { countedSource } from "../../services/ohlcv-ingestor/testing/countedSource.ts"
import { memoryStore } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { MINUTE_WINDOW, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"
import { openWindow } from "../../services/ohlcv-ingestor/window/window.ts"
import type { WindowOptions } from "../../services/ohlcv-ingestor/window/memory.ts"

/** On a full minute. */
const NOW_SEC = 1_790_000_040
const NANOSECONDS = "1790000039123456789"
/** What Kraken gives at most; the last of them is still forming. */
const PAGE_BARS = 720

/** A full page whose forming bar began at `nowSec`, and a cursor in nanoseconds. */
const pageAt = (nowSec: number): PreparedAnswer => {
  const bars = Array.from({ length: PAGE_BARS }, (_, index) => {
    const timeSec = nowSec - (PAGE_BARS - 1 - index) * 60
    return `[${timeSec},"0.2","0.2","0.2","0.2","0.2","5",1]`
  })
  return { body: `{"error":[],"result":{"XDGUSD":[${bars.join(",")}],"last":${NANOSECONDS}}}` }
}

/** The window's parts on prepared pages: what was asked, and windows over one store, as before and after a restart. */
const onPages = Effect.fnUntraced(function* (...answers: ReadonlyArray<PreparedAnswer>) {
  const server = yield* replayedSource(...answers)
  const store = memoryStore()
  const nowSec = yield* Effect.clockWith((clock) =>
    Effect.map(clock.currentTimeMillis, (startMs) =>
      Effect.map(clock.currentTimeMillis, (ms) => NOW_SEC + Math.floor((ms - startMs) / 1_000))
    )
  )
  const source = yield* limitedSource(
    httpSource(KRAKEN, { url: server.url, nowMs: Effect.map(nowSec, (sec) => sec * 1_000) })
  )
  const open = (change: Partial<WindowOptions> = {}) =>
    openWindow({ ...MINUTE_WINDOW, ...change }, { source, store, nowSec })
  const sinces = () => server.asked.map((path) => new URL(path, server.url).searchParams.get("since"))
  return { open, sinces, store }
})

describe("the tests of one part each", () => {
  it.effect(
    "1, cursor: the first page is asked for without since, and nanoseconds that come back go out as they came",
    () =>
      Effect.gen(function* () {
        const { open, sinces } = yield* onPages(pageAt(NOW_SEC), pageAt(NOW_SEC + 300))
        expect((yield* (yield* open()).backfill(false)).message).toMatch(/^queued=719 new=719 /)
        expect(sinces()).toStrictEqual([null])
        // The process starts again: what it goes on with lay in the store.
        yield* TestClock.adjust("5 minutes")
        expect(yield* (yield* open()).sync).toBe(5)
        expect(sinces()).toStrictEqual([null, NANOSECONDS])
      })
  )

  it.effect("2, stall counter: a page of nothing but known bars counts, and at the limit nobody is asked", () =>
    Effect.gen(function* () {
      const { open, sinces } = yield* onPages(pageAt(NOW_SEC))
      const window = yield* open({ target: 2_000, maxStalls: 1 })
      yield* window.backfill(false)
      expect((yield* window.now).memory.stalls).toBe(0)
      yield* TestClock.adjust("10 seconds")
      yield* window.backfill(false)
      expect((yield* window.now).memory.stalls).toBe(1)
      expect((yield* window.backfill(false)).message).toMatch(/^backfill_circuit_open:stalls=1\/1 /)
      expect(sinces().length).toBe(2)
    })
  )

  it.effect("3, stall reset: one new bar sets the counter back to nothing", () =>
    Effect.gen(function* () {
      const { open } = yield* onPages(pageAt(NOW_SEC), pageAt(NOW_SEC), pageAt(NOW_SEC + 60))
      const window = yield* open({ target: 2_000 })
      yield* window.backfill(false)
      yield* window.backfill(false)
      expect((yield* window.now).memory.stalls).toBe(1)
      yield* TestClock.adjust("1 minute")
      expect((yield* window.backfill(false)).message).toMatch(/^queued=719 new=1 est_total=720\/2000/)
      expect((yield* window.now).memory.stalls).toBe(0)
    })
  )

  it("4, defaults: both windows hold 720 candles where nothing is set", () => {
    expect(windowsOf({}).map(({ target }) => target)).toStrictEqual([720, 720])
  })

  it.effect("5, compatibility: an older target of 2000 is kept, and is what the fill aims at", () =>
    Effect.gen(function* () {
      const [primary, secondary] = windowsOf({ HMM_TRAINING_CANDLES: "2000" })
      expect([primary?.target, secondary?.target]).toStrictEqual([2_000, 720])
      const { open } = yield* onPages(pageAt(NOW_SEC))
      const { message } = yield* (yield* open({ target: primary?.target ?? 0 })).backfill(false)
      expect(message).toBe("queued=719 new=719 est_total=719/2000 reachable=719/2000")
    })
  )
})

const windowsOf = (env: Readonly<Record<string, string>>): ReadonlyArray<WindowOptions> => {
  const { settings, problems } = readSettings(env)
  expect(problems).toStrictEqual([])
  const candles = { ...settings, restUrl: "http://127.0.0.1:1" }
  return ingestorOptions(candles, { live: null, nowMs: Effect.succeed(NOW_SEC * 1_000) }).windows
}

/** A start of the process against the simulated exchange, whose store already holds the first `held` bars of its page. */
const started = Effect.fnUntraced(function* (held: number) {
  const { restUrl, nowMs } = yield* ExchangeSim
  const { calls, source } = countedSource(httpSource(KRAKEN, { url: restUrl, nowMs }))
  const store = memoryStore()
  const nowSec = Effect.map(nowMs, (ms) => Math.floor(ms / 1_000))
  if (held > 0) {
    const page = yield* source.fetchPage({ ...MINUTES, cursor: null })
    const older = page.candles.slice(0, Math.max(0, held - page.candles.length)).map(beforeAll(page.candles.length))
    yield* store.candles.upsert(MINUTES, [...older, ...page.candles.slice(0, held)], "poll")
  }
  const callsBefore = calls()
  const window = yield* openWindow(MINUTE_WINDOW, { source: yield* limitedSource(source), store, nowSec })
  const { phase, message } = yield* window.backfill(false)
  return { window, store, phase, message, calls: () => calls() - callsBefore }
})

const beforeAll =
  (bars: number) =>
  (candle: Candle): Candle => ({ ...candle, timeSec: candle.timeSec - bars * 60 })

const onExchange = (name: string, test: Effect.Effect<void, unknown, ExchangeSim>) =>
  it.effect(name, () =>
    test.pipe(Effect.provide(exchangeSimLayer({ startMs: NOW_SEC * 1_000 }).pipe(Layer.provide(MemoryJournal.layer()))))
  )

describe("the three starts", () => {
  onExchange(
    "1, empty store: a page fills all but the forming bar, the first training has a model, and a minute later it is full",
    Effect.gen(function* () {
      const { window, store, message } = yield* started(0)
      expect(message).toBe("queued=719 new=719 est_total=719/720 reachable=719/720")
      const stored = store.stored(MINUTES)
      const { training, fast } = advisorOptions(readSettings({}).settings)
      const rows = featureRows({
        closes: Float64Array.from(stored, ({ close }) => Price.toNumber(close)),
        volumes: Float64Array.from(stored, ({ volume }) => Volume.toNumber(volume))
      })
      if (!("values" in rows)) return expect.fail(rows.detail)
      expect(train(rows, { ...training, minimumRows: fast.minimumRows }, null)._tag).toBe("Trained")
      yield* TestClock.adjust("1 minute")
      yield* window.sync
      expect((yield* window.readiness).readyForTargetWindow).toBe(true)
    })
  )

  onExchange(
    "2, 720 candles and more: the fill is skipped, and nobody is asked",
    Effect.gen(function* () {
      const { phase, message, calls } = yield* started(725)
      expect([phase, message, calls()]).toStrictEqual(["skipped", "already_ready:725/720", 0])
    })
  )

  onExchange(
    "3, 500 candles: the page brings the 219 that are missing, and the next closed bar makes it ready",
    Effect.gen(function* () {
      const { window, message, calls } = yield* started(500)
      expect([message, calls()]).toStrictEqual(["queued=719 new=219 est_total=719/720 reachable=719/720", 1])
      yield* TestClock.adjust("1 minute")
      yield* window.sync
      expect((yield* window.readiness).readyForTargetWindow).toBe(true)
    })
  )
})

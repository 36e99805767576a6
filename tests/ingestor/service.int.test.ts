/** The whole ingestor on the simulated exchange, with time moved by hand. */
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { NOTHING_DROPPED } from "../../shared/candles/core/normalise.ts"
import type { CandleSource } from "../../shared/candles/source.ts"
import { readSettings } from "../../app/settings.ts"
import type { CandleSeries } from "../../shared/store/port.ts"
import { ingestorOptions } from "../../services/ohlcv-ingestor/options.ts"
import { httpSource } from "../../shared/candles/http.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import { countedSource } from "../../services/ohlcv-ingestor/testing/countedSource.ts"
import { type MemoryStore, memoryStore, memoryStoreLayer } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { MINUTE_WINDOW, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"
import { CandleIngestor, type IngestorOptions } from "../../services/ohlcv-ingestor/service.ts"
import type { IngestorView } from "../../services/ohlcv-ingestor/core/view.ts"

const START_MS = 1_790_000_040_000
const window = (intervalMin: number, minimum: number) => ({
  ...MINUTE_WINDOW,
  series: { ...MINUTES, intervalMin },
  minimum
})

const flat = (timeSec: number): Candle => {
  const price = Price.parse("0.2")
  return { timeSec, open: price, high: price, low: price, close: price, volume: Volume.zero, trades: 0 }
}

interface Bench {
  readonly view: Effect.Effect<IngestorView>
  readonly store: MemoryStore
  /** Moves time in small steps until the view is as wanted. */
  readonly until: (wanted: (view: IngestorView) => boolean) => Effect.Effect<IngestorView>
}

const running = (
  name: string,
  test: (bench: Bench) => Effect.Effect<void, unknown, CandleIngestor>,
  change: Partial<Omit<IngestorOptions, "history">> & {
    readonly symbols?: ReadonlyArray<string>
    readonly oldTimes?: ReadonlyArray<number>
  } = {},
  faults: ReadonlyArray<Fault> = []
) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const { restUrl, nowMs } = yield* ExchangeSim
      const { quiet, source } = countedSource(httpSource(KRAKEN, { url: restUrl, nowMs }))
      const store = memoryStore()
      for (const intervalMin of [1, 15, 60]) {
        yield* store.candles.upsert(
          { venue: "real", symbol: "XDGUSD", intervalMin },
          (change.oldTimes ?? []).map(flat),
          "import"
        )
      }
      const options: IngestorOptions = {
        enabled: true,
        pair: "XDGUSD",
        backfill: true,
        source,
        live: null,
        nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
        windows: [window(1, 500), window(15, 200)],
        retentionDays: 14,
        history: {
          source,
          nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
          rate: source.rate,
          symbols: change.symbols ?? [],
          timeframes: [60],
          days: 5,
          rounds: { text: "now and then", nextMs: (nowMs: number) => nowMs + 21_600_000 },
          workers: 2,
          timeoutMs: 180_000,
          worker: "test"
        },
        ...change
      }
      const layer = CandleIngestor.layer(options).pipe(Layer.provide(memoryStoreLayer(store)))
      yield* Effect.gen(function* () {
        const { view } = yield* CandleIngestor
        const step = Effect.andThen(quiet, TestClock.adjust("500 millis"))
        const until: Bench["until"] = (wanted) =>
          Effect.andThen(step, view).pipe(Effect.repeat({ until: wanted, times: 4_000 }))
        yield* test({ view, store, until })
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.provide(exchangeSimLayer({ startMs: START_MS, faults }).pipe(Layer.provide(MemoryJournal.layer()))))
  )

running("a cold start is complete and ready to train at once, and has its full window a minute later", (bench) =>
  Effect.gen(function* () {
    const filled = yield* bench.until(({ backfill }) => backfill.backfill_complete)
    expect([filled.backfill.backfill_status, filled.backfill.percent, filled.backfill.metrics_precision]).toStrictEqual(
      ["complete", 100, "PRECISE"]
    )
    const counted = yield* bench.until((view) => view.hmm_data_pipeline_secondary?.ready_for_min_train === true)
    expect(counted.hmm_data_pipeline.ready_for_min_train).toBe(true)
    expect([counted.status, counted.reasons]).toStrictEqual(["ok", []])
    const full = yield* bench.until((view) => view.hmm_data_pipeline.ready_for_target_window)
    expect(full.hmm_data_pipeline.samples).toBe(720)
    expect((full.hmm_data_pipeline.last_sync_ts ?? Infinity) - START_MS / 1_000).toBeLessThanOrEqual(90)
  })
)

running(
  "an exchange that does not answer makes it degraded with the reason, and it mends itself",
  (bench) =>
    Effect.gen(function* () {
      const broken = yield* bench.until(({ backfill }) => backfill.backfill_status === "error")
      expect(broken.status).toBe("degraded")
      expect(broken.reasons.join("\n")).toContain("HTTP 503")
      expect(broken.reasons.join("\n")).toContain("no candles of 1 min yet")
      expect(broken.backfill.metrics_precision).toBe("IMPRECISE (backfill error)")
      const mended = yield* bench.until((view) => view.hmm_data_pipeline.ready_for_min_train)
      expect(mended.hmm_data_pipeline.samples >= 719).toBe(true)
    }),
  { windows: [window(1, 500)] },
  [{ kind: "http", status: 503, method: "OHLC", times: 5 }]
)

running(
  "switched off it asks nobody and says so",
  (bench) =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 minute")
      const view = yield* bench.view
      expect([view.status, view.hmm_data_pipeline.enabled, view.backfill.backfill_status]).toStrictEqual([
        "ok",
        false,
        "disabled"
      ])
      expect(bench.store.stored({ venue: "real", symbol: "XDGUSD", intervalMin: 1 })).toStrictEqual([])
    }),
  { enabled: false }
)

running(
  "without backfill the newest page still comes, by polling",
  (bench) =>
    Effect.gen(function* () {
      const view = yield* bench.until((now) => now.hmm_data_pipeline.ready_for_min_train)
      expect(view.backfill.backfill_status).toBe("disabled")
      expect(bench.store.stored({ venue: "real", symbol: "XDGUSD", intervalMin: 1 })[0]?.provenance).toBe("poll")
    }),
  { backfill: false, windows: [window(1, 500)] }
)

running(
  "the watchlist is queued and worked off, what the exchange does not have is an error in its words",
  (bench) =>
    Effect.gen(function* () {
      const view = yield* bench.until(({ backfill }) => backfill.jobs.complete === 1 && backfill.jobs.error === 1)
      expect(view.backfill.jobs.pending).toBe(0)
      const hours = bench.store.stored({ venue: "real", symbol: "XDGUSD", intervalMin: 60 })
      expect(hours.length).toBe(119)
      expect(bench.store.jobRows.find(({ symbol }) => symbol === "NOPEUSD")?.message).toContain("Unknown asset pair")
    }),
  {
    windows: [window(1, 500)],
    symbols: ["XDGUSD", "NOPEUSD"]
  }
)

it.effect("on paper the simulated exchange gives its own pair alone, and the public source every real market", () =>
  Effect.gen(function* () {
    const { restUrl, nowMs } = yield* ExchangeSim
    const { symbol } = MINUTES
    const asked: Array<string> = []
    const own = countedSource(httpSource(KRAKEN, { url: restUrl, nowMs, venue: "simulated" }))
    const open = (timeSec: number): Candle => ({ ...flat(timeSec), volume: Volume.parse("7") })
    // A public source with one candle of everything.
    const source: CandleSource = {
      ...own.source,
      name: "kraken",
      venue: "real",
      reachable: null,
      fetchPage: (request) =>
        Effect.sync(() => {
          asked.push(request.symbol)
          const candles = [open(START_MS / 1_000 - 3_640 - ((START_MS / 1_000) % 3_600))]
          return { candles, dropped: NOTHING_DROPPED, cursor: null, more: false }
        })
    }
    const { settings } = readSettings({
      BACKFILL_SYMBOLS: `${symbol},XBTUSD`,
      BACKFILL_TIMEFRAMES: "1h",
      BACKFILL_DAYS: "5"
    })
    const nowSec = Effect.map(nowMs, (ms) => Math.floor(ms / 1_000))
    const made = ingestorOptions({ ...settings, restUrl }, { live: null, nowMs })
    const options = { ...made, source: own.source, history: { ...made.history, source, nowSec } }
    const store = memoryStore()
    yield* Effect.gen(function* () {
      const { view } = yield* CandleIngestor
      const step = Effect.andThen(own.quiet, TestClock.adjust("500 millis"))
      yield* Effect.andThen(step, view).pipe(
        Effect.repeat({ until: ({ backfill }) => backfill.jobs.complete === 3, times: 4_000 })
      )
    }).pipe(Effect.provide(CandleIngestor.layer(options).pipe(Layer.provide(memoryStoreLayer(store)))))
    expect(made.history.source.venue).toBe("real")
    expect([...asked].sort()).toStrictEqual(["XBTUSD", symbol])
    const counts = ["real", "simulated"].map((venue) =>
      [symbol, "XBTUSD"].map((name) => store.stored({ venue, symbol: name, intervalMin: 60 } as CandleSeries).length)
    )
    expect(counts).toStrictEqual([
      [1, 1],
      [119, 0]
    ])
    expect(store.stored({ ...MINUTES, venue: "simulated" }).length).toBeGreaterThan(700)
    expect(store.stored(MINUTES)).toStrictEqual([])
  }).pipe(Effect.provide(exchangeSimLayer({ startMs: START_MS }).pipe(Layer.provide(MemoryJournal.layer()))))
)

const DAY = 86_400
const NOW_SEC = START_MS / 1_000

running(
  "candles of fifteen minutes and shorter go after their days; longer ones stay",
  (bench) =>
    Effect.gen(function* () {
      yield* bench.until((view) => view.hmm_data_pipeline_secondary?.ready_for_min_train === true)
      const oldest = [1, 15, 60].map(
        (intervalMin) => bench.store.stored({ venue: "real", symbol: "XDGUSD", intervalMin })[0]?.timeSec
      )
      expect(oldest).toStrictEqual([NOW_SEC - 13 * DAY, NOW_SEC - 13 * DAY, NOW_SEC - 15 * DAY])
    }),
  { symbols: ["XDGUSD"], oldTimes: [NOW_SEC - 15 * DAY, NOW_SEC - 13 * DAY] }
)

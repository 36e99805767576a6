/** Candles as the simulated exchange streams them, over its own sockets, at many simulated seconds a second. */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { httpSource } from "../../shared/candles/http.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { KrakenMarketData } from "../../shared/exchange/kraken/layer.ts"
import { MarketData } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import type { Fault } from "../../services/exchange-sim/faults/faults.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import { type MemoryStore, memoryStore, memoryStoreLayer } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { MINUTE_WINDOW, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"
import { CandleIngestor } from "../../services/ohlcv-ingestor/service.ts"
import type { IngestorView } from "../../services/ohlcv-ingestor/core/view.ts"

const SPEED = 120

interface Bench {
  readonly store: MemoryStore
  readonly until: (wanted: (view: IngestorView) => boolean) => Effect.Effect<IngestorView>
  /** The candles that came from the stream, oldest first. */
  readonly streamed: () => ReadonlyArray<Candle>
  /** The bars as the exchange gives them when it is asked. */
  readonly asked: Effect.Effect<ReadonlyArray<Candle>, unknown>
  readonly fault: (fault: Fault) => Effect.Effect<void>
}

const onStream = (test: (bench: Bench) => Effect.Effect<void, unknown>) =>
  Effect.gen(function* () {
    const { restUrl, wsPublicUrl, nowMs } = yield* ExchangeSim
    const source = httpSource(KRAKEN, { url: restUrl, nowMs })
    const store = memoryStore()
    const exchange = KrakenMarketData.layer({ restUrl, wsPublicUrl, speed: SPEED }).pipe(
      Layer.provideMerge(VenueClock.layer({ speed: SPEED }))
    )
    yield* Effect.gen(function* () {
      const { bars } = yield* MarketData
      const layer = CandleIngestor.layer({
        enabled: true,
        pair: "XDGUSD",
        backfill: true,
        source,
        live: bars,
        nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
        windows: [{ ...MINUTE_WINDOW, readinessCacheMs: 1_000 }],
        retentionDays: 14,
        history: {
          source,
          nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
          rate: source.rate,
          symbols: [],
          timeframes: [],
          days: 1,
          rounds: { text: "now and then", nextMs: (nowMs: number) => nowMs + 21_600_000 },
          workers: 1,
          timeoutMs: 180_000,
          worker: "test"
        }
      }).pipe(Layer.provide(memoryStoreLayer(store)))
      yield* Effect.gen(function* () {
        const { view } = yield* CandleIngestor
        yield* test({
          store,
          until: (wanted) => view.pipe(Effect.repeat({ until: wanted, schedule: Schedule.spaced("20 millis") })),
          streamed: () =>
            store
              .stored(MINUTES)
              .filter(({ provenance }) => provenance === "stream")
              .map(({ provenance: _provenance, ...candle }) => candle),
          asked: Effect.map(source.fetchPage({ ...MINUTES, cursor: null }), ({ candles }) => candles),
          fault: (fault) =>
            Effect.promise(() =>
              fetch(`${restUrl}/admin/faults`, { method: "POST", body: JSON.stringify(fault) }).then(() => undefined)
            )
        })
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.provide(exchange))
  }).pipe(Effect.provide(exchangeSimLayer({ speed: SPEED, admin: true }).pipe(Layer.provide(MemoryJournal.layer()))))

const streamOf = ({ hmm_data_pipeline: { stream } }: IngestorView) => stream

describe("candles from the stream", () => {
  it.live("are stored as soon as they are over, and are still theirs when polling has asked for them", () =>
    onStream(({ until, streamed, asked }) =>
      Effect.gen(function* () {
        const shown = yield* until(() => streamed().length >= 8)
        expect([streamOf(shown).status, streamOf(shown).losses]).toStrictEqual(["open", 0])
        const newest = streamOf(yield* until(() => true)).last_candle_ts
        const stored = streamed()
        const byStart = new Map((yield* asked).map((candle) => [candle.timeSec, candle]))
        expect(stored).toStrictEqual(stored.flatMap(({ timeSec }) => byStart.get(timeSec) ?? []))
        expect(stored.map(({ timeSec }) => timeSec)).toContain(newest)
        expect(stored.every(({ trades }) => trades > 0)).toBe(true)
      })
    )
  )

  it.live("leave bars without trades to polling, and never a hole", () =>
    onStream(({ until, streamed, store }) =>
      Effect.gen(function* () {
        const quietOnes = () => {
          const first = streamed()[0]?.timeSec ?? Number.POSITIVE_INFINITY
          return store
            .stored(MINUTES)
            .filter(({ provenance, trades, timeSec }) => provenance === "poll" && trades === 0 && timeSec > first)
        }
        let holes = 0
        yield* until(() => {
          const times = store.stored(MINUTES).map(({ timeSec }) => timeSec)
          if (times.some((timeSec, at) => at > 0 && timeSec - (times[at - 1] ?? 0) !== 60)) holes++
          return holes > 0 || (quietOnes().length > 0 && streamed().length >= 8)
        })
        expect(holes).toBe(0)
      })
    )
  )

  it.live("come again after the stream was cut, which the view counts", () =>
    onStream(({ until, streamed, fault }) =>
      Effect.gen(function* () {
        yield* until(() => streamed().length > 0)
        yield* fault({ kind: "disconnect", socket: "public" })
        const lost = streamOf(yield* until((view) => streamOf(view).losses === 1))
        expect(lost.detail).not.toBe("")
        const before = streamed().length
        const again = yield* until((view) => streamOf(view).status === "open" && streamed().length > before + 1)
        expect(streamOf(again).losses).toBe(1)
        // Polling has gone on meanwhile.
        const polled = (view: IngestorView) => view.hmm_data_pipeline.last_sync_ts ?? 0
        yield* until((view) => polled(view) > polled(again))
      })
    )
  )
})

/** What the ingestor writes into the market's journal, on the simulated exchange with time moved by hand. */
import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { decoded } from "../../shared/actor/control/decode.ts"
import { httpSource } from "../../shared/candles/http.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { encodeEntry } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { KRAKEN } from "../../shared/exchange/kraken/core/candleSource.ts"
import { MemoryJournal } from "../../shared/journal/memory.ts"
import { Journal } from "../../shared/journal/port.ts"
import { ExchangeSim, exchangeSimLayer } from "../../services/exchange-sim/layer.ts"
import { keepJournal } from "../../services/ohlcv-ingestor/journal.ts"
import { CandleIngestor } from "../../services/ohlcv-ingestor/service.ts"
import { countedSource } from "../../services/ohlcv-ingestor/testing/countedSource.ts"
import { memoryStore, memoryStoreLayer } from "../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { MINUTE_WINDOW, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"

const START_MS = 1_790_000_040_000
const SUBJECTS = marketSubjects("XDGUSD")

const isClosed = (event: MarketEvent): event is EventOf<"CandleClosed"> => event._tag === "CandleClosed"

/** An exchange, a store and a market's journal; the ingestor is begun and stopped by the test. */
const bench = Effect.gen(function* () {
  const { restUrl, nowMs } = yield* ExchangeSim
  const market = yield* Layer.build(MemoryJournal.layer({ where: "the market" }))
  const journal = Context.get(market, Journal)
  const { quiet, source } = countedSource(httpSource(KRAKEN, { url: restUrl, nowMs }))
  const store = memoryStore()
  const options = {
    enabled: true,
    pair: "XDGUSD",
    backfill: true,
    source,
    live: null,
    nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
    windows: [1, 15].map((intervalMin) => ({ ...MINUTE_WINDOW, series: { ...MINUTES, intervalMin }, minimum: 200 })),
    retentionDays: 14,
    history: {
      source,
      nowSec: Effect.map(nowMs, (ms) => Math.floor(ms / 1_000)),
      rate: source.rate,
      symbols: [],
      timeframes: [60],
      days: 5,
      rounds: { text: "now and then", nextMs: (nowMs: number) => nowMs + 21_600_000 },
      workers: 1,
      timeoutMs: 180_000,
      worker: "test"
    }
  }
  const ingestor = CandleIngestor.layer(options).pipe(Layer.provideMerge(memoryStoreLayer(store)))
  const events = journal.read({ from: 1 }).pipe(
    decoded,
    Stream.flatMap((record) => Stream.fromIterable(record.events)),
    Stream.runCollect,
    Effect.map((all) => [...all])
  )
  /** Moves time in small steps until the journal is as wanted. */
  const until = (wanted: (events: ReadonlyArray<MarketEvent>) => boolean) =>
    Effect.andThen(Effect.andThen(quiet, TestClock.adjust("500 millis")), events).pipe(
      Effect.repeat({ until: wanted, times: 4_000 })
    )
  /** The ingestor as it runs for as long as `test` takes. */
  const running = <A, E>(test: Effect.Effect<A, E>) =>
    Effect.raceFirst(keepJournal({ subjects: SUBJECTS, epoch: 1, nowMs }), test).pipe(
      Effect.provide(ingestor),
      Effect.provide(market)
    )
  const put = (subject: string, event: MarketEvent, writer = "test") =>
    journal.append(
      encodeEntry(subject, `test.${event._tag}`, {
        epoch: 1,
        timeMs: START_MS,
        writer,
        cause: null,
        events: [event]
      })
    )
  const putBytes = (subject: string, text: string) =>
    journal.append({ subject, id: "test.bytes", data: new TextEncoder().encode(text) })
  return { until, running, put, putBytes, store }
})

const onExchange = (name: string, test: (parts: Effect.Success<typeof bench>) => Effect.Effect<void, unknown>) =>
  it.effect(name, () =>
    Effect.scoped(Effect.flatMap(bench, test)).pipe(
      Effect.provide(exchangeSimLayer({ startMs: START_MS }).pipe(Layer.provide(MemoryJournal.layer())))
    )
  )

describe("closed candles in the journal", () => {
  onExchange("are told from now on where nobody can read the last word about them, once it is passed over", (parts) =>
    Effect.gen(function* () {
      yield* parts.putBytes(SUBJECTS.closedCandle("1m"), '{"v":3,"events":[]}')
      const answer = { actor: "*", seq: 1, author: "test", reason: "by hand" } as const
      yield* parts.put(SUBJECTS.control("operator"), { _tag: "RecordSkipped", ...answer }, "operator")
      const events = yield* parts.running(parts.until((all) => all.filter(isClosed).length >= 3))
      expect(events.filter(isClosed)[0]?.timeSec).toBe(START_MS / 1_000)
    })
  )

  onExchange("are those that close from now on, each once, also over a restart, as the store has them", (parts) =>
    Effect.gen(function* () {
      const before = yield* parts.running(parts.until((events) => events.filter(isClosed).length >= 3))
      const minutes = (events: ReadonlyArray<MarketEvent>) =>
        events.filter(isClosed).filter(({ intervalMin }) => intervalMin === 1)
      const [first] = minutes(before)
      // The window's 719 candles of before are history.
      expect(first?.timeSec).toBe(START_MS / 1_000)
      yield* TestClock.adjust("5 minutes")
      const after = yield* parts.running(parts.until((events) => minutes(events).length >= 12))
      const said = minutes(after)
      const times = said.map(({ timeSec }) => (timeSec - START_MS / 1_000) / 60)
      expect(times.slice(0, 12)).toStrictEqual(Array.from({ length: 12 }, (_, minute) => minute))
      const kept = yield* parts.store.candles.between(MINUTES, said[0]?.timeSec ?? 0, said[11]?.timeSec ?? 0)
      expect(said.slice(0, 12)).toStrictEqual(
        kept.map((candle) => ({ _tag: "CandleClosed", intervalMin: 1, ...candle }))
      )
    })
  )
})

describe("a backfill that the governor asks for", () => {
  onExchange("is made for the window asked for, and answered with what came of it", ({ running, put, until }) =>
    Effect.gen(function* () {
      yield* put(SUBJECTS.out("governor"), { _tag: "BackfillAsked", commandId: "b1", intervalMin: 15 })
      const events = yield* running(until((all) => all.some(({ _tag }) => _tag === "BackfillAnswered")))
      const answer = events.find((event): event is EventOf<"BackfillAnswered"> => event._tag === "BackfillAnswered")
      expect(answer?.commandId).toBe("b1")
      expect(answer?.outcomes.map(({ intervalMin, asked }) => [intervalMin, asked])).toStrictEqual([[15, true]])
      expect(answer?.outcomes[0]?.detail).toMatch(
        /^complete: queued=\d+ new=\d+ est_total=\d+\/720|^skipped: already_ready/
      )
    })
  )

  onExchange("of a timeframe without a window is answered with none", ({ running, put, until }) =>
    Effect.gen(function* () {
      yield* put(SUBJECTS.out("governor"), { _tag: "BackfillAsked", commandId: "b2", intervalMin: 60 })
      const events = yield* running(until((all) => all.some(({ _tag }) => _tag === "BackfillAnswered")))
      expect(events.filter(({ _tag }) => _tag === "BackfillAnswered")).toStrictEqual([
        { _tag: "BackfillAnswered", commandId: "b2", outcomes: [] }
      ])
    })
  )
})

import { assert, it } from "@effect/vitest"
import { Effect, Queue, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Candle } from "../../shared/candles/candle.ts"
import { Price, Volume } from "../../shared/decimal/decimal.ts"
import { type BarEvent, ExchangeError, MalformedFrame } from "../../shared/exchange/port.ts"
import { StoreError } from "../../shared/store/port.ts"
import { followBars } from "./live.ts"
import { memoryStore } from "./memoryStore.testkit.ts"
import type { IngestorStore } from "./store.ts"
import { openWindow, type TrainingWindow } from "./window.ts"

const SERIES = { symbol: "XDGUSD", intervalMin: 1 }
const OPTIONS = {
  series: SERIES,
  target: 720,
  minimum: 500,
  maxStalls: 3,
  timeoutMs: 180_000,
  syncIntervalSec: 60,
  readinessCacheMs: 300_000
}

const bar = (timeSec: number, close: string): Candle => ({
  timeSec,
  open: Price.parse("0.2"),
  high: Price.parse("0.3"),
  low: Price.parse("0.1"),
  close: Price.parse(close),
  volume: Volume.parse("5"),
  trades: 1
})

interface Bench {
  readonly say: (...events: ReadonlyArray<BarEvent>) => Effect.Effect<void>
  readonly bars: (...bars: ReadonlyArray<Candle>) => Effect.Effect<void>
  readonly refuse: (detail: string) => Effect.Effect<void>
  /** The exchange's clock, Unix seconds. */
  readonly atSec: (sec: number) => Effect.Effect<void>
  /** A look passes. */
  readonly look: Effect.Effect<void>
  /** What the stream has stored, as `start close`. */
  readonly stored: () => ReadonlyArray<string>
  readonly store: { away: boolean }
  readonly stream: Effect.Effect<Effect.Success<TrainingWindow["now"]>["stream"]>
}

const following = (name: string, test: (bench: Bench) => Effect.Effect<void>) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const memory = memoryStore()
      const store = { away: false }
      const candles: IngestorStore["candles"] = {
        ...memory.candles,
        upsert: (...given) =>
          Effect.suspend(() =>
            store.away
              ? Effect.fail(new StoreError({ call: "candles.upsert", advice: "retry", detail: "away" }))
              : memory.candles.upsert(...given)
          )
      }
      const clock = yield* Ref.make(0)
      // Polling has brought the bar before.
      yield* memory.candles.upsert(SERIES, [bar(0, "0.2")], "poll")
      const source = { name: "nobody", reachable: null, fetchPage: () => Effect.die("asked") }
      const window = yield* openWindow(OPTIONS, {
        source,
        store: { ...memory, candles },
        nowSec: Ref.get(clock)
      })
      const heard = yield* Queue.unbounded<BarEvent, ExchangeError>()
      yield* window.readiness
      yield* Effect.forkScoped(followBars(window, () => Stream.fromQueue(heard), Ref.get(clock)))
      const settle = TestClock.adjust("1 milli")
      const say: Bench["say"] = (...events) => Effect.andThen(Queue.offerAll(heard, events), settle)
      yield* settle
      yield* test({
        say,
        bars: (...bars) => say(...bars.map((one) => ({ _tag: "Bar", bar: one }) as const)),
        refuse: (detail) =>
          Effect.andThen(
            Queue.fail(heard, new ExchangeError({ operation: "ohlc 1", advice: "stop", detail, retryAtMs: null })),
            settle
          ),
        atSec: (sec) => Ref.set(clock, sec),
        look: TestClock.adjust("1 second"),
        stored: () =>
          memory
            .stored(SERIES)
            .filter(({ provenance }) => provenance === "stream")
            .map(({ timeSec, close }) => `${timeSec} ${Price.format(close)}`),
        store,
        stream: Effect.map(window.now, ({ stream }) => stream)
      })
    }).pipe(Effect.scoped)
  )

following("a bar is stored at the first look after a later one has begun", ({ bars, look, stored, stream }) =>
  Effect.gen(function* () {
    yield* bars(bar(60, "0.2"), bar(60, "0.21"), bar(120, "0.25"))
    assert.deepStrictEqual(stored(), [])
    yield* look
    assert.deepStrictEqual(stored(), ["60 0.21"])
    assert.deepStrictEqual(yield* stream, { phase: "open", detail: "", losses: 0, newestSec: 60 })
  })
)

following(
  "a bar in a quiet market is given a whole look after its end for its last trade",
  ({ atSec, bars, look, stored }) =>
    Effect.gen(function* () {
      yield* bars(bar(60, "0.2"))
      yield* atSec(119)
      yield* look
      yield* atSec(125)
      yield* look
      assert.deepStrictEqual(stored(), [])
      yield* bars(bar(60, "0.22"))
      yield* look
      assert.deepStrictEqual(stored(), ["60 0.22"])
    })
)

following("what the store could not take is stored when it is back", ({ bars, look, store, stored }) =>
  Effect.gen(function* () {
    store.away = true
    yield* bars(bar(60, "0.2"), bar(120, "0.25"), bar(180, "0.3"))
    yield* look
    yield* look
    store.away = false
    yield* look
    assert.deepStrictEqual(stored(), ["60 0.2", "120 0.25"])
  })
)

following("a bar after one without trades is left to polling", ({ bars, look, stored, stream }) =>
  Effect.gen(function* () {
    yield* bars(bar(60, "0.2"), bar(180, "0.25"), bar(240, "0.3"))
    yield* look
    assert.deepStrictEqual(stored(), ["60 0.2"])
    assert.strictEqual((yield* stream).newestSec, 60)
  })
)

following("of a store that is away for more than an hour all is left to polling", ({ bars, look, store, stored }) =>
  Effect.gen(function* () {
    const minutes = (from: number, count: number) =>
      Array.from({ length: count }, (_, minute) => bar(60 * (from + minute), "0.2"))
    store.away = true
    yield* bars(...minutes(1, 61))
    store.away = false
    yield* look
    assert.lengthOf(stored(), 60)
    store.away = true
    yield* bars(...minutes(62, 62))
    store.away = false
    yield* look
    assert.lengthOf(stored(), 60)
  })
)

following("a loss, a frame that cannot be read and the way back are shown", ({ bars, say, stream }) =>
  Effect.gen(function* () {
    assert.strictEqual((yield* stream).phase, "connecting")
    yield* say({ _tag: "Alive" })
    assert.strictEqual((yield* stream).phase, "open")
    yield* say({ _tag: "Disconnected", detail: "closed with code 1006" })
    assert.deepStrictEqual(yield* stream, {
      phase: "lost",
      detail: "closed with code 1006",
      losses: 1,
      newestSec: null
    })
    const error = new MalformedFrame({ source: "ohlc 1", problem: "frame.data[0].close: is missing", raw: "{}" })
    yield* say({ _tag: "Malformed", error })
    assert.strictEqual((yield* stream).detail, "ohlc 1: frame.data[0].close: is missing")
    yield* bars(bar(60, "0.2"))
    assert.deepInclude(yield* stream, { phase: "open", losses: 1 })
  })
)

following("a refusal for good is shown, and nothing is tried again", ({ refuse, stream }) =>
  Effect.gen(function* () {
    yield* refuse("Subscription ohlc interval not supported")
    assert.deepInclude(yield* stream, {
      phase: "refused",
      detail: "ohlc 1: Subscription ohlc interval not supported"
    })
  })
)

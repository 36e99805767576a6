import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Queue, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import { NOTHING_DROPPED } from "../../shared/candles/core/normalise.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { Price } from "../../shared/core/decimal/decimal.ts"
import { type BarEvent, ExchangeError, MalformedFrame } from "../../shared/exchange/port.ts"
import { StoreError } from "../../shared/store/port.ts"
import { followBars } from "./live.ts"
import { memoryStore } from "./testing/memoryStore.ts"
import { bar, MINUTE_WINDOW, MINUTES } from "./testing/minutes.ts"
import type { IngestorStore } from "./store.ts"
import { openWindow, type TrainingWindow } from "./window/window.ts"

interface Bench {
  readonly say: (...events: ReadonlyArray<BarEvent>) => Effect.Effect<void>
  readonly bars: (...bars: ReadonlyArray<Candle>) => Effect.Effect<void>
  readonly refuse: (detail: string) => Effect.Effect<void>
  /** The exchange's clock, Unix seconds. */
  readonly atSec: (sec: number) => Effect.Effect<void>
  /** A look passes. */
  readonly look: Effect.Effect<void>
  /** What polling brings. */
  readonly poll: (...bars: ReadonlyArray<Candle>) => Effect.Effect<void>
  /** What is stored, as `start close provenance`. */
  readonly stored: () => ReadonlyArray<string>
  readonly store: { away: boolean; slow: boolean }
  readonly stream: Effect.Effect<Effect.Success<TrainingWindow["now"]>["stream"]>
}

const following = (name: string, test: (bench: Bench) => Effect.Effect<void>) =>
  it.effect(name, () =>
    Effect.gen(function* () {
      const memory = memoryStore()
      const store = { away: false, slow: false }
      const candles: IngestorStore["candles"] = {
        ...memory.candles,
        times: (...given) =>
          Effect.tap(memory.candles.times(...given), () => (store.slow ? Effect.sleep("1 second") : Effect.void)),
        upsert: (...given) =>
          Effect.suspend(() =>
            store.away
              ? Effect.fail(new StoreError({ call: "candles.upsert", advice: "retry", detail: "away" }))
              : memory.candles.upsert(...given)
          )
      }
      const clock = yield* Ref.make(1_000)
      const page: { candles: ReadonlyArray<Candle> } = { candles: [] }
      const dropped = NOTHING_DROPPED
      const fetchPage = () => Effect.sync(() => ({ ...page, dropped, cursor: "next", more: false }))
      const source = { name: "prepared", venue: "real" as const, reachable: null, fetchPage }
      const window = yield* openWindow(MINUTE_WINDOW, {
        source,
        store: { ...memory, candles },
        nowSec: Ref.get(clock)
      })
      const heard = yield* Queue.unbounded<BarEvent, ExchangeError>()
      yield* Effect.forkScoped(followBars(window, () => Stream.fromQueue(heard), Ref.get(clock)))
      const settle = TestClock.adjust("1 milli")
      const say: Bench["say"] = (...events) => Effect.andThen(Queue.offerAll(heard, events), settle)
      yield* settle
      yield* test({
        say,
        bars: (...bars) => say(...bars.map((one) => ({ _tag: "Bar", bar: one }) as const)),
        refuse: (detail) =>
          Effect.andThen(
            Queue.fail(
              heard,
              new ExchangeError({ operation: "ohlc 1", advice: "stop", source: "request", detail, retryAtMs: null })
            ),
            settle
          ),
        poll: (...bars) =>
          Effect.suspend(() => {
            page.candles = bars
            return Effect.andThen(Effect.ignore(window.sync), Effect.ignore(window.readiness))
          }),
        atSec: (sec) => Ref.set(clock, sec),
        look: TestClock.adjust("1 second"),
        stored: () =>
          memory
            .stored(MINUTES)
            .map(({ timeSec, close, provenance }) => `${timeSec} ${Price.format(close)} ${provenance}`),
        store,
        stream: Effect.map(window.now, ({ stream }) => stream)
      })
    }).pipe(Effect.scoped)
  )

const told = (sec: number): BarEvent => ({ _tag: "VenueTime", venueMs: sec * 1_000, roundTripMs: 1 })
const CUT: BarEvent = { _tag: "Disconnected", detail: "closed with code 1006" }
const noise = (problem: string): BarEvent => ({
  _tag: "Malformed",
  error: new MalformedFrame({ source: "ohlc 1", problem, raw: "{}" })
})

following("a bar is stored at the first look after a later one has begun", ({ bars, poll, look, stored, stream }) =>
  Effect.gen(function* () {
    yield* poll(bar(0, "0.2"))
    yield* bars(bar(60, "0.2"), bar(60, "0.21"), bar(120, "0.25"))
    expect(stored()).toStrictEqual(["0 0.2 poll"])
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.21 stream"])
    expect(yield* stream).toStrictEqual({ phase: "open", detail: "", losses: 0, refused: 0, newestSec: 60 })
  })
)

following(
  "a bar in a quiet market is stored when the exchange has told a later time twice",
  ({ say, bars, poll, look, stored }) =>
    Effect.gen(function* () {
      yield* poll(bar(0, "0.2"))
      yield* bars(bar(60, "0.2"))
      yield* say(told(119), told(120))
      yield* look
      expect(stored()).toStrictEqual(["0 0.2 poll"])
      yield* say(told(122))
      yield* look
      expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.2 stream"])
    })
)

following("a bar is never stored before it is over by the clock", ({ atSec, bars, poll, look, stored }) =>
  Effect.gen(function* () {
    yield* poll(bar(0, "0.2"))
    yield* atSec(119)
    yield* bars(bar(60, "0.2"), bar(120, "0.25"))
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll"])
    yield* atSec(120)
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.2 stream"])
  })
)

for (const [what, event] of [
  ["the connection was lost", CUT],
  ["a message could not be read", noise("frame.data[0].close: is missing")]
] as const) {
  following(`a bar in which ${what} is left to polling: its last trades may not have come`, (bench) =>
    Effect.gen(function* () {
      const { atSec, bars, look, poll, say, stored } = bench
      yield* poll(bar(0, "0.2"))
      yield* bars(bar(60, "0.2"))
      yield* say(event, told(200), told(202))
      yield* look
      expect(stored()).toStrictEqual(["0 0.2 poll"])
      yield* atSec(2_000)
      yield* poll(bar(60, "0.27"))
      yield* bars(bar(120, "0.3"), bar(180, "0.3"))
      yield* look
      expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.27 poll", "120 0.3 stream"])
    })
  )
}

following("what polling has brought already stays as it is", ({ bars, look, poll, stored }) =>
  Effect.gen(function* () {
    yield* bars(bar(60, "0.2"), bar(120, "0.25"))
    yield* poll(bar(0, "0.2"), bar(60, "0.27"))
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.27 poll"])
  })
)

following("polling has the last word on what the stream brought", ({ atSec, bars, look, poll, stored }) =>
  Effect.gen(function* () {
    yield* poll(bar(0, "0.2"))
    yield* bars(bar(60, "0.2"), bar(120, "0.25"), bar(180, "0.3"))
    yield* look
    yield* atSec(2_000)
    yield* poll(bar(60, "0.2"), bar(120, "0.27"))
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.2 stream", "120 0.27 poll"])
  })
)

following("a bar after one without trades is left to polling", ({ bars, poll, look, stored, stream }) =>
  Effect.gen(function* () {
    yield* poll(bar(0, "0.2"))
    yield* bars(bar(60, "0.2"), bar(180, "0.25"), bar(240, "0.3"))
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.2 stream"])
    expect((yield* stream).newestSec).toBe(60)
  })
)

following("what the store could not take is stored when it is back", ({ bars, look, poll, store, stored }) =>
  Effect.gen(function* () {
    yield* poll(bar(0, "0.2"))
    store.away = true
    yield* bars(bar(60, "0.2"), bar(120, "0.25"), bar(180, "0.3"))
    yield* look
    yield* look
    store.away = false
    yield* look
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.2 stream", "120 0.25 stream"])
  })
)

following("of a store that is away for more than an hour all is left to polling", (bench) =>
  Effect.gen(function* () {
    const { atSec, bars, look, poll, store, stored } = bench
    const minutes = (from: number, count: number) =>
      Array.from({ length: count }, (_, minute) => bar(60 * (from + minute), "0.2"))
    yield* atSec(10_000)
    yield* poll(bar(0, "0.2"))
    store.away = true
    yield* bars(...minutes(1, 61))
    store.away = false
    yield* look
    expect(stored()).toHaveLength(61)
    store.away = true
    yield* bars(...minutes(62, 62))
    store.away = false
    yield* look
    expect(stored()).toHaveLength(61)
  })
)

following("a poll that comes while the stream stores the same bar has the last word", (bench) =>
  Effect.gen(function* () {
    const { atSec, bars, look, poll, store, stored } = bench
    yield* poll(bar(0, "0.2"))
    yield* atSec(2_000)
    store.slow = true
    yield* bars(bar(60, "0.2"), bar(120, "0.25"))
    yield* look
    const polling = yield* Effect.forkChild(poll(bar(60, "0.27")))
    yield* look
    yield* look
    yield* Fiber.join(polling)
    expect(stored()).toStrictEqual(["0 0.2 poll", "60 0.27 poll"])
  })
)

following("a loss, messages that are not believed and the way back are shown", ({ bars, say, stream }) =>
  Effect.gen(function* () {
    expect((yield* stream).phase).toBe("connecting")
    yield* say({ _tag: "Alive" })
    expect((yield* stream).phase).toBe("open")
    yield* say(CUT)
    const detail = "closed with code 1006"
    expect(yield* stream).toStrictEqual({ phase: "lost", detail, losses: 1, refused: 0, newestSec: null })
    yield* say(noise("frame.data[0].close: is missing"))
    expect(yield* stream).toMatchObject({ detail: "ohlc 1: frame.data[0].close: is missing", refused: 1 })
    yield* bars(bar(60, "0.2"), bar(0, "0.2"))
    const late = "interval_begin: 0 s comes after 60 s"
    expect(yield* stream).toMatchObject({ phase: "open", losses: 1, refused: 2, detail: late })
  })
)

following("a refusal for good is shown, and nothing is tried again", ({ refuse, stream }) =>
  Effect.gen(function* () {
    yield* refuse("Currency pair not supported XDG/USD")
    expect(yield* stream).toMatchObject({ phase: "refused", detail: "ohlc 1: Currency pair not supported XDG/USD" })
  })
)

/**
 * One timeframe's bars as the exchange streams them: each is stored as soon as it is over. It only makes candles arrive
 * sooner: polling asks for the same ones and has the last word, so a stream that is cut or silent costs nothing else.
 */
import { Duration, Effect, Ref, Stream } from "effect"
import { monotonicMs } from "../../shared/monotonic.ts"
import { type Candle, intervalSec, timeframeName } from "../../shared/candles/core/candle.ts"
import type { BarEvent, ExchangeError } from "../../shared/exchange/port.ts"
import { hearBar, dropForming, hearTime, type Heard, type Hearing, SILENCE } from "./core/closing.ts"
import type { TrainingWindow } from "./window/window.ts"

/** The exchange's bars of a timeframe, for ever; fails only when no further try can help. */
export type LiveBars = (intervalMin: number) => Stream.Stream<BarEvent, ExchangeError>

/** Wall time between two looks for bars to store. */
const LOOK_MS = 1_000
/** Bars kept while the store is away: an hour of the shortest timeframe. Polling brings the rest. */
const MAX_WAITING = 60
/** Wall time between two lines in the log about messages that were not believed: they may come with every trade. */
const SAY_EVERY_MS = 60_000

/** Runs until interrupted, or until the exchange refuses for good, which the window then shows. */
export const followBars = Effect.fn("followBars")(function* (
  window: TrainingWindow,
  bars: LiveBars,
  nowSec: Effect.Effect<number>
) {
  const { series } = (yield* window.now).options
  const { intervalMin } = series
  const name = `ohlcv-ingestor: ${series.symbol} ${timeframeName(intervalMin)}`
  const hearing = yield* Ref.make<Hearing>(SILENCE)
  /** Bars that are over and not stored yet, oldest first. */
  const waiting = yield* Ref.make<ReadonlyArray<Candle>>([])
  const saidMs = yield* Ref.make(-Infinity)

  const doubt = Effect.fnUntraced(function* (detail: string) {
    yield* window.showStream(({ refused }) => ({ detail, refused: refused + 1 }))
    const nowMs = yield* monotonicMs
    if (nowMs - (yield* Ref.get(saidMs)) < SAY_EVERY_MS) return
    yield* Ref.set(saidMs, nowMs)
    yield* Effect.logWarning(`${name}: stream: ${detail}`)
  })

  const take = Effect.fnUntraced(function* (heard: Heard) {
    yield* Ref.set(hearing, heard.hearing)
    yield* Ref.update(waiting, (before) => [...before, ...heard.closed].slice(-MAX_WAITING))
    if (heard.problem !== null) yield* doubt(heard.problem)
  })
  const open = window.showStream(() => ({ phase: "open" }))

  const hear = Effect.fnUntraced(function* (event: BarEvent) {
    const before = yield* Ref.get(hearing)
    switch (event._tag) {
      case "Bar":
        yield* take(hearBar(before, event.bar, yield* nowSec))
        return yield* open
      case "VenueTime":
        return yield* take(hearTime(before, intervalMin, Math.floor(event.venueMs / 1_000)))
      case "Alive":
        return yield* open
      case "Malformed":
        yield* Ref.set(hearing, dropForming(before))
        return yield* doubt(event.error.message)
      case "Disconnected":
        yield* Ref.set(hearing, SILENCE)
        yield* Effect.logInfo(`${name}: stream lost: ${event.detail}`)
        return yield* window.showStream(({ losses }) => ({ phase: "lost", detail: event.detail, losses: losses + 1 }))
    }
  })

  const storeClosed = Effect.gen(function* () {
    const now = yield* nowSec
    const due = (yield* Ref.get(waiting)).filter(({ timeSec }) => timeSec + intervalSec(intervalMin) <= now)
    yield* window.keepStreamed(due)
    yield* Ref.update(waiting, (after) => after.filter((bar) => !due.includes(bar)))
  })
  // The window's own loop says what is wrong with the store.
  const storing = Effect.forever(Effect.andThen(Effect.ignore(storeClosed), Effect.sleep(Duration.millis(LOOK_MS))))

  yield* window.showStream(() => ({ phase: "connecting" }))
  yield* Effect.raceFirst(
    storing,
    Stream.runForEach(bars(intervalMin), hear).pipe(
      Effect.catch((error) =>
        Effect.andThen(
          Effect.logWarning(`${name}: stream refused: ${error.message}`),
          window.showStream(() => ({ phase: "refused", detail: error.message }))
        )
      )
    )
  )
})

/**
 * One timeframe's bars as the exchange streams them: each is stored as soon as it is over. It only makes candles arrive
 * sooner: polling asks for the same ones and has the last word, so a stream that is cut or silent costs nothing else.
 */
import { Duration, Effect, Ref, Stream } from "effect"
import { timeframeName } from "../../shared/candles/candle.ts"
import type { BarEvent, ExchangeError } from "../../shared/exchange/port.ts"
import { closeDue, hearBar, type Heard } from "./closing.ts"
import type { TrainingWindow } from "./window.ts"

/** The exchange's bars of a timeframe, for ever; fails only when no further try can help. */
export type LiveBars = (intervalMin: number) => Stream.Stream<BarEvent, ExchangeError>

/** Wall time between two looks for bars that are over. A bar's last trades have this long to arrive. */
const LOOK_MS = 1_000
/** Bars kept while the store is away: an hour of the shortest timeframe. Polling brings the rest. */
const MOST_WAITING = 60

interface Waiting extends Heard {
  /** Exchange time of the last look, Unix seconds. */
  readonly lookedSec: number
}

/** Runs until interrupted, or until the exchange refuses for good, which the window then shows. */
export const followBars = Effect.fn("followBars")(function* (
  window: TrainingWindow,
  bars: LiveBars,
  nowSec: Effect.Effect<number>
) {
  const { series } = (yield* window.now).options
  const name = `ohlcv-ingestor: ${series.symbol} ${timeframeName(series.intervalMin)}`
  const waiting = yield* Ref.make<Waiting>({ forming: null, closed: [], lookedSec: 0 })

  const hear = Effect.fnUntraced(function* (event: BarEvent) {
    switch (event._tag) {
      case "Bar":
        yield* Ref.update(waiting, (before) => {
          const { forming, closed } = hearBar(before.forming, event.bar)
          return { ...before, forming, closed: [...before.closed, ...closed].slice(-MOST_WAITING) }
        })
        return yield* window.showStream(() => ({ phase: "open" }))
      case "Alive":
        return yield* window.showStream(() => ({ phase: "open" }))
      case "Malformed": {
        const { message } = event.error
        // One that comes with every frame is said once.
        if ((yield* window.now).stream.detail !== message) yield* Effect.logWarning(`${name}: ${message}`)
        return yield* window.showStream(() => ({ detail: message }))
      }
      case "Disconnected":
        yield* Effect.logInfo(`${name}: stream lost: ${event.detail}`)
        return yield* window.showStream(({ losses }) => ({ phase: "lost", detail: event.detail, losses: losses + 1 }))
    }
  })

  const storeClosed = Effect.gen(function* () {
    const lookedSec = yield* nowSec
    const closed = yield* Ref.modify(waiting, (before) => {
      const due = closeDue(before.forming, series.intervalMin, before.lookedSec)
      return [[...before.closed, ...due.closed], { forming: due.forming, closed: [], lookedSec }]
    })
    if (closed.length === 0) return
    const again = (after: Waiting) => ({ ...after, closed: [...closed, ...after.closed].slice(-MOST_WAITING) })
    yield* Effect.tapError(window.keepStreamed(closed), () => Ref.update(waiting, again))
  })
  // The window's own loop says what is wrong with the store.
  const storing = Effect.forever(Effect.andThen(Effect.ignore(storeClosed), Effect.sleep(Duration.millis(LOOK_MS))))

  yield* window.showStream(() => ({ phase: "connecting" }))
  yield* Effect.raceFirst(
    storing,
    Stream.runForEach(bars(series.intervalMin), hear).pipe(
      Effect.catch((error) =>
        Effect.andThen(
          Effect.logWarning(`${name}: stream refused: ${error.message}`),
          window.showStream(() => ({ phase: "refused", detail: error.message }))
        )
      )
    )
  )
})

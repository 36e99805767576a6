/** Asks the exchange for what is new as soon as something new can be there. */
import { Effect, Ref } from "effect"
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import type { CandleSourceError } from "../../../shared/candles/source.ts"
import type { StoreError } from "../../../shared/store/port.ts"
import type { LimitedSource } from "../limiter.ts"
import type { CandleKeeper } from "./candles.ts"
import type { WindowMemory } from "./memory.ts"

/** Returns one look for new candles: what it does is in `TrainingWindow.sync`. `nowSec` is the exchange's clock, Unix seconds. */
export const makePoller = Effect.fnUntraced(function* (
  memory: WindowMemory,
  source: LimitedSource,
  keeper: CandleKeeper,
  nowSec: Effect.Effect<number>
): Effect.fn.Return<Effect.Effect<number, CandleSourceError | StoreError>> {
  const { series, syncIntervalSec } = memory.options
  /** Start of the newest candle that polling has brought, Unix seconds; null until it is first asked. */
  const polled = yield* Ref.make<number | null>(null)

  return Effect.gen(function* () {
    const { cursor, lastSyncSec, newestSec } = yield* memory.now
    // What the stream has stored since does not count: polling has the last word on every bar.
    const polledSec = yield* Ref.updateAndGet(polled, (known) => known ?? newestSec)
    const exchangeSec = yield* nowSec
    // Nothing new can be there before the bar after the newest one has closed. A newest one of the future is a stray.
    const closedSec =
      polledSec === null || polledSec > exchangeSec ? 0 : polledSec + 2 * intervalSec(series.intervalMin)
    if (exchangeSec < Math.max(closedSec, lastSyncSec + syncIntervalSec)) return 0
    const page = yield* source.fetchPage({ ...series, cursor })
    const fresh = yield* keeper.keep(page.candles, "poll")
    const newest = page.candles.at(-1)
    if (newest !== undefined) yield* Ref.set(polled, newest.timeSec)
    yield* memory.rememberPlace({ cursor: page.cursor, lastSyncSec: exchangeSec, lastSyncRows: fresh })
    return fresh
  }).pipe(Effect.withSpan("TrainingWindow.sync"))
})

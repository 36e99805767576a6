/** A window's candles in the store: how good they are, and how new ones get there. */
import { Effect, Ref, Semaphore } from "effect"
import { monotonicMs } from "../../../shared/monotonic.ts"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import type { CandleProvenance, StoreError } from "../../../shared/store/port.ts"
import { withoutHole } from "../core/closing.ts"
import { assessReadiness, type Readiness } from "../core/readiness.ts"
import type { IngestorStore } from "../store.ts"
import type { WindowMemory } from "./memory.ts"

/** Counts what the store holds. */
export interface CandleCounter {
  /** Asks the store. */
  readonly count: Effect.Effect<Readiness, StoreError>
  /** The last count, if it is at most `readinessCacheMs` old and still true; else a new one. */
  readonly readiness: Effect.Effect<Readiness, StoreError>
  /** The last count is wrong: the store has got candles since. */
  readonly outdate: Effect.Effect<void>
}

/** `nowSec` is the exchange's clock, Unix seconds. */
export const makeCounter = Effect.fnUntraced(function* (
  memory: WindowMemory,
  store: IngestorStore,
  nowSec: Effect.Effect<number>
): Effect.fn.Return<CandleCounter> {
  const { series, target, minimum, readinessCacheMs } = memory.options
  const countedMs = yield* Ref.make(-Infinity)

  const count = Effect.gen(function* () {
    const coverage = yield* store.candles.coverage(series, 0)
    const gaps = yield* store.candles.gaps(series, 0, target)
    const wanted = { intervalMin: series.intervalMin, target, minimum }
    const readiness = assessReadiness({ coverage, gaps }, wanted, yield* nowSec)
    yield* memory.sawCount(readiness, coverage.newestSec)
    yield* Ref.set(countedMs, yield* monotonicMs)
    return readiness
  })

  const readiness = Effect.gen(function* () {
    const known = (yield* memory.now).readiness
    const ageMs = (yield* monotonicMs) - (yield* Ref.get(countedMs))
    return known !== null && ageMs < readinessCacheMs ? known : yield* count
  })

  return { count, readiness, outdate: Ref.set(countedMs, -Infinity) }
})

/** Stores candles, one writer at a time: what the stream finds missing must not be brought by a poll before it is stored. */
export interface CandleKeeper {
  /** Stores candles, oldest first; returns how many the store did not have. */
  readonly keep: (candles: ReadonlyArray<Candle>, provenance: CandleProvenance) => Effect.Effect<number, StoreError>
  /**
   * Stores bars that the exchange's stream gave and that are over, oldest first, up to the first that would leave a hole:
   * a stream leaves out bars without trades, and polling, which asks for all of them anyway, brings those too. What is stored
   * already stays as it is: a poll that has brought a bar never asks for it again.
   */
  readonly keepStreamed: (candles: ReadonlyArray<Candle>) => Effect.Effect<void, StoreError>
}

/** A window's keeper; `outdateCount` runs whenever the store has got candles it did not have. */
export const makeKeeper = Effect.fnUntraced(function* (
  memory: WindowMemory,
  store: IngestorStore,
  outdateCount: Effect.Effect<void>
): Effect.fn.Return<CandleKeeper> {
  const { series } = memory.options
  const turn = yield* Semaphore.make(1)

  const put = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>, provenance: CandleProvenance) {
    const fresh = yield* store.candles.upsert(series, candles, provenance)
    const newestSec = candles.at(-1)?.timeSec
    if (newestSec !== undefined) yield* memory.sawStored(newestSec)
    if (fresh > 0) yield* outdateCount
    return fresh
  })

  const keepStreamed = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>) {
    const { newestSec } = yield* memory.now
    const whole = newestSec === null ? [] : withoutHole(candles, newestSec, series.intervalMin)
    const [first, last] = [whole[0], whole.at(-1)]
    if (first === undefined || last === undefined) return
    const there = new Set(yield* store.candles.times(series, first.timeSec, last.timeSec))
    const missing = whole.filter(({ timeSec }) => !there.has(timeSec))
    const newest = missing.at(-1)
    if (newest === undefined) return
    yield* put(missing, "stream")
    yield* memory.showStream(() => ({ newestSec: newest.timeSec }))
  }, turn.withPermit)

  return { keep: (candles, provenance) => turn.withPermit(put(candles, provenance)), keepStreamed }
})

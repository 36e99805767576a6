/** Keeps a source's rate for everything that calls it in this process, and asks again where that helps. */
import { Duration, Effect, Ref } from "effect"
import { monotonicMs } from "../../shared/monotonic.ts"
import type { CandlePage, CandleRequest, CandleSource, CandleSourceError } from "../../shared/candles/source.ts"
import { type Bucket, fullBucket, type Rate, refused, take, succeeded } from "../../shared/candles/core/tokenBucket.ts"

/** A source that may be asked by many at once: it is called no faster than it allows. */
export interface LimitedSource {
  readonly name: string
  /** As in `CandleSource`. */
  readonly reachable: number | null
  /**
   * Waits for its turn, asks, and asks again when the source was too fast or did not answer. Fails with the last error
   * after `MAX_ATTEMPTS`, and at once where asking again cannot help.
   */
  readonly fetchPage: (request: CandleRequest) => Effect.Effect<CandlePage, CandleSourceError>
}

/** With pauses from 5 s to 5 min this is about half an hour of being refused. */
export const MAX_ATTEMPTS = 10
/** Pauses after no answer: twice as long each time, up to a minute. */
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000
/** Without an answer so often the source is down; a job can wait for it in the queue instead of here. */
const MAX_SILENCES = 4

/** One bucket for all callers of `source`, full at first; `rate` instead of the source's own. */
export const limitedSource = Effect.fnUntraced(function* (
  source: CandleSource,
  rate: Rate = source.rate
): Effect.fn.Return<LimitedSource> {
  const bucket = yield* Ref.make<Bucket>(fullBucket(rate, yield* monotonicMs))

  /** When to try again, or null: the call may go out. Taken in one step, so two callers never share a token. */
  const tryTake = Effect.fnUntraced(function* () {
    const nowMs = yield* monotonicMs
    return yield* Ref.modify(bucket, (current): readonly [number | null, Bucket] => {
      const taken = take(current, rate, nowMs)
      return taken.granted ? [null, taken.bucket] : [Math.max(1, taken.readyAtMs - nowMs), current]
    })
  })

  const turn: Effect.Effect<void> = Effect.flatMap(Effect.suspend(tryTake), (waitMs) =>
    waitMs === null ? Effect.void : Effect.andThen(Effect.sleep(Duration.millis(waitMs)), turn)
  )

  const onError = Effect.fnUntraced(function* (error: CandleSourceError, silences: number) {
    const nowMs = yield* monotonicMs
    if (error.advice === "wait") {
      const retryAtMs = error.retryAfterMs === null ? null : nowMs + error.retryAfterMs
      yield* Ref.update(bucket, (current) => refused(current, nowMs, retryAtMs))
      yield* Effect.logInfo(`ohlcv-ingestor: ${error.message}; slowing down`)
      return true
    }
    if (error.advice !== "retry" || silences >= MAX_SILENCES) return false
    yield* Effect.logDebug(`ohlcv-ingestor: ${error.message}; asking again`)
    yield* Effect.sleep(Duration.millis(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (silences - 1))))
    return true
  })

  const fetchPage = Effect.fnUntraced(function* (request: CandleRequest) {
    let silences = 0
    for (let attempt = 1; ; attempt++) {
      yield* turn
      const result = yield* Effect.result(source.fetchPage(request))
      if (result._tag === "Success") {
        yield* Ref.update(bucket, succeeded)
        return result.success
      }
      const error = result.failure
      if (error.advice === "retry") silences++
      if (attempt >= MAX_ATTEMPTS || !(yield* onError(error, silences))) return yield* error
    }
  })

  return { name: source.name, reachable: source.reachable, fetchPage }
})

/** One rate for everything in this process that asks the same address: whoever calls waits for its turn. */
import { Duration, Effect, Ref } from "effect"
import { type Bucket, fullBucket, type Rate, refused, succeeded, take } from "./candles/core/tokenBucket.ts"
import { monotonicMs } from "./monotonic.ts"

/** Turns at one address. */
export interface CallBudget {
  /** Waits until a call may go out, and counts it. */
  readonly turn: Effect.Effect<void>
  /** The address was asked too fast; it may have named how long to wait, wall milliseconds. */
  readonly tooFast: (retryAfterMs: number | null) => Effect.Effect<void>
  /** A call went well: the next refusal pauses briefly again. */
  readonly wentWell: Effect.Effect<void>
}

/** A budget that nobody has used yet. */
export const makeCallBudget = Effect.fnUntraced(function* (rate: Rate): Effect.fn.Return<CallBudget> {
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
  const tooFast = Effect.fnUntraced(function* (retryAfterMs: number | null) {
    const nowMs = yield* monotonicMs
    const retryAtMs = retryAfterMs === null ? null : nowMs + retryAfterMs
    yield* Ref.update(bucket, (current) => refused(current, nowMs, retryAtMs))
  })
  return { turn, tooFast, wentWell: Ref.update(bucket, succeeded) }
})

/**
 * A passing answer is not a verdict: a key that is refused, a name that is not known or an address that turns us away are wrong
 * settings at a start. Once they have worked in this process, the same words are an outage of the exchange's: asked again, ever
 * more slowly, for as long as it lasts.
 */
import { Effect } from "effect"
import { ExchangeError } from "../port.ts"
import { VenueClock } from "../venueClock.ts"

/** The pause doubles from the first to the longest: a passing refusal is over in seconds, a long one is not hurried by asking. */
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 5 * 60_000

/** One key, name or address, and whether it has worked. */
export interface Access {
  /** It has just worked. */
  readonly worked: Effect.Effect<void>
  /** The failure as its caller is to see it: `stop` is `wait` where this has worked before. */
  readonly judged: (error: ExchangeError) => Effect.Effect<ExchangeError>
  /** A call, with its failure judged. Its success ends a row of refusals, and shows that this works where `proves` says so. */
  readonly through: <A, R>(
    call: Effect.Effect<A, ExchangeError, R>,
    proves?: boolean
  ) => Effect.Effect<A, ExchangeError, R>
}

/** `exitAfterMs`: how long it may be refused, in the exchange's time, before only a person can help; infinite: for ever. */
export const makeAccess = Effect.fnUntraced(function* (
  exitAfterMs: number
): Effect.fn.Return<Access, never, VenueClock> {
  const venue = yield* VenueClock
  let proven = false
  let refusals = 0
  let sinceMs = 0

  const worked = Effect.sync(() => {
    proven = true
    refusals = 0
  })
  const judged = (error: ExchangeError) =>
    Effect.map(venue.nowMs, (nowMs) => {
      if (error.advice !== "stop" || !proven) return error
      if (refusals === 0) sinceMs = nowMs
      if (nowMs - sinceMs >= exitAfterMs) return error
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** refusals++)
      const { operation, detail, help } = error
      return new ExchangeError({
        operation,
        advice: "wait",
        source: "access",
        detail,
        retryAtMs: nowMs + pauseMs,
        ...(help === undefined ? {} : { help })
      })
    })
  return {
    worked,
    judged,
    through: (call, proves = true) =>
      call.pipe(
        Effect.tap(() => (proves || proven ? worked : Effect.void)),
        Effect.catch((error) => Effect.flatMap(judged(error), Effect.fail))
      )
  }
})

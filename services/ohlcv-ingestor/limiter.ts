/** Keeps a source's rate for everything that calls it in this process, and asks again where that helps. */
import { Duration, Effect } from "effect"
import { type CallBudget, makeCallBudget } from "../../shared/callBudget.ts"
import type { CandleVenue } from "../../shared/candles/core/candle.ts"
import type { CandlePage, CandleRequest, CandleSource, CandleSourceError } from "../../shared/candles/source.ts"
import type { Rate } from "../../shared/candles/core/tokenBucket.ts"

/** A source that may be asked by many at once: it is called no faster than it allows. */
export interface LimitedSource {
  readonly name: string
  readonly venue: CandleVenue
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

/**
 * One bucket for all callers of `source`, full at first; `rate` instead of the source's own. `shared`: the budget of the address,
 * where others ask it too; a call waits for both.
 */
export const limitedSource = Effect.fnUntraced(function* (
  source: CandleSource,
  rate: Rate = source.rate,
  shared?: CallBudget
): Effect.fn.Return<LimitedSource> {
  const own = yield* makeCallBudget(rate)
  const budgets = shared === undefined ? [own] : [own, shared]

  const onError = Effect.fnUntraced(function* (error: CandleSourceError, silences: number) {
    if (error.advice === "wait") {
      yield* Effect.forEach(budgets, ({ tooFast }) => tooFast(error.retryAfterMs))
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
      yield* Effect.forEach(budgets, ({ turn }) => turn)
      const result = yield* Effect.result(source.fetchPage(request))
      if (result._tag === "Success") {
        yield* Effect.forEach(budgets, ({ wentWell }) => wentWell)
        return result.success
      }
      const error = result.failure
      if (error.advice === "retry") silences++
      if (attempt >= MAX_ATTEMPTS || !(yield* onError(error, silences))) return yield* error
    }
  })

  return { name: source.name, venue: source.venue, reachable: source.reachable, fetchPage }
})

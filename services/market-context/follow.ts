/** The exchange's stream of trades, into the days that are counted. */
import { Effect, Ref, Stream } from "effect"
import { monotonicMs } from "../../shared/monotonic.ts"
import type { MarketTrade, MarketTrades, TradeEvent } from "../../shared/exchange/marketTrades.ts"
import type { MarketDays } from "./core/day/marketDays.ts"

/** What follows the stream works with. */
export interface FollowParts {
  readonly days: MarketDays
  readonly live: MarketTrades["Service"]["live"]
  /** Exchange Unix milliseconds. */
  readonly nowMs: Effect.Effect<number>
  /** Something may be missing: the stream begins anew, or could not be read. */
  readonly missed: Effect.Effect<void>
}

/** Wall time between two lines in the log about messages that could not be read: they may come with every trade. */
const SAY_EVERY_MS = 60_000

/** Runs until interrupted; where the exchange refuses for good, says so and follows no more. */
export const followTrades = Effect.fn("followTrades")(function* ({ days, live, nowMs, missed }: FollowParts) {
  const saidMs = yield* Ref.make(-Infinity)
  const doubt = Effect.fnUntraced(function* (detail: string) {
    const now = yield* monotonicMs
    if (now - (yield* Ref.get(saidMs)) < SAY_EVERY_MS) return
    yield* Ref.set(saidMs, now)
    yield* Effect.logWarning(`market-context: trades: ${detail}`)
  })
  /** What it held is not all here: up to now the stream is whole, and from now on. */
  const lost = Effect.fnUntraced(function* (detail: string) {
    days.streamBroke()
    days.streamStands(yield* nowMs)
    yield* doubt(detail)
    yield* missed
  })
  const told = (trades: ReadonlyArray<MarketTrade>) =>
    Effect.try({
      try: () => days.streamTold(trades),
      catch: (error) => {
        if (error instanceof RangeError) return error
        throw error
      }
    })

  const hear = Effect.fnUntraced(function* (event: TradeEvent) {
    switch (event._tag) {
      case "Standing":
        days.streamStands(yield* nowMs)
        return yield* missed
      case "Trades":
        return yield* told(event.trades).pipe(Effect.catch(({ message }) => lost(message)))
      case "Malformed":
        return yield* lost(event.error.message)
      case "Disconnected":
        days.streamBroke()
        return yield* Effect.logInfo(`market-context: stream of trades lost: ${event.detail}`)
      case "Alive":
      case "VenueTime":
        return
    }
  })
  yield* Stream.runForEach(live, hear).pipe(
    Effect.catch(({ message }) => Effect.logWarning(`market-context: stream of trades refused: ${message}`))
  )
  return yield* Effect.never
})

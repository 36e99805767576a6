/** Keeping the venue clock in step where no public stream does it: a process that trades without listening to prices. */
import { Effect } from "effect"
import { type ExchangeError, MarketData } from "./port.ts"
import type { VenueClock } from "./venueClock.ts"

/** Wall time between two readings: a clock drifts little in it, and the exchange's public limit is about one call a second. */
const READ_EVERY = "5 seconds"

/**
 * Reads the exchange's clock for ever; the adapter tells the venue clock. A reading that fails is made up for by the
 * next. Fails only where a person must help.
 */
export const keepTime: Effect.Effect<never, ExchangeError, MarketData | VenueClock> = Effect.gen(function* () {
  const data = yield* MarketData
  return yield* Effect.forever(
    data.time.pipe(
      Effect.catch((error) => (error.advice === "stop" ? Effect.fail(error) : Effect.void)),
      Effect.andThen(Effect.sleep(READ_EVERY))
    )
  )
})

/** A simulated exchange in another process lowers its speed where the machine does not hold it: people who look here are told, too. */
import { Effect } from "effect"
import { VenueClock } from "../../shared/exchange/venueClock.ts"

/** A rate is measured over five seconds. */
const LOOK_EVERY = "5 seconds"

/** Says when the exchange's time passes slower than `speed`, and when it does not any more. Runs until interrupted. */
export const tellRate = (speed: number): Effect.Effect<never, never, VenueClock> =>
  Effect.gen(function* () {
    const clock = yield* VenueClock
    let told = speed
    const look = Effect.gen(function* () {
      const rate = yield* clock.rate
      // It is measured: only what would change a person's reckoning is said.
      if (Math.abs(rate - told) < 0.2 * told) return
      told = rate
      yield* Effect.logWarning(
        rate < speed
          ? `market-feed: the simulated exchange runs ${Math.round(rate)} simulated seconds per second, not ${speed}: its machine holds no more`
          : `market-feed: the simulated exchange runs ${speed} simulated seconds per second again`
      )
    })
    return yield* Effect.forever(Effect.andThen(look, Effect.sleep(LOOK_EVERY)))
  })

/** How time passes in a market of one process: on paper it waits for everyone, everywhere else it is the wall's. */
import { Clock, Effect, FiberSet, Scheduler } from "effect"
import { Errands } from "../../shared/pace/errands.ts"
import { MarketTime } from "../../shared/pace/marketTime.ts"
import { WaitingClock } from "../../shared/pace/waitingClock.ts"
import { Wire, WireInProcess } from "../../shared/pace/wire.ts"
import type { Settings } from "../settings.ts"

/** Whether the market's whole world is this process: its exchange, its journal and its store. Real prices wait for nobody. */
export const isWorldOfItsOwn = ({ live, market, restUrl, natsUrl, supabaseUrl }: Settings): boolean =>
  !live && market !== "upstream" && restUrl === "" && natsUrl === "" && supabaseUrl === ""

/** Runs a market in its own time. Whoever is for people is given the wall's clock by `up`. */
export const inItsOwnTime = <A, E, R>(settings: Settings, market: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
  if (!isWorldOfItsOwn(settings)) return market
  return Effect.scoped(
    Effect.gen(function* () {
      const run = yield* FiberSet.makeRuntime()
      const say = (line: string): void => void run(Effect.logWarning(line))
      const clock = yield* Effect.acquireRelease(
        Effect.sync(() => new WaitingClock(say)),
        ({ stop }) => Effect.sync(stop)
      )
      const wire = new Wire(clock)
      // A stop waits for nobody: closing has its own limits of time, which are the wall's.
      const untilStopped = Effect.onInterrupt(Effect.never, () => Effect.sync(clock.stop))
      // Racers are fibers of their own: they and all their children count their steps at this clock's scheduler.
      return yield* Effect.raceAllFirst([market, untilStopped]).pipe(
        Effect.provideService(Clock.Clock, clock),
        Effect.provideService(MarketTime, clock),
        Effect.provideService(Errands, clock),
        Effect.provideService(WireInProcess, wire),
        Effect.provideService(Scheduler.Scheduler, clock.scheduler)
      )
    })
  )
}

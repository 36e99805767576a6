/** The whole market in one process. */
import { Cause, Clock, Context, Effect, Layer, SubscriptionRef } from "effect"
import { type Blocks, type ServiceContext, type ServiceError } from "../shared/service/manifest.ts"
import { Journal } from "../shared/journal/port.ts"
import { enterJournal, everyActorOf, subjectsOf } from "./leaves/journal.ts"
import { errandTaking } from "../shared/pace/errands.ts"
import { degraded } from "./notes.ts"
import { type Leaving, saidAtOnce } from "../shared/service/leaving.ts"
import { type Leaves, portsOf } from "./ports.ts"
import { inItsOwnTime } from "./leaves/pace.ts"
import { profileOf } from "./profile.ts"
import { MARKET_SERVICES, type Ports, savedMarket, type Service } from "./registry.ts"
import { type Settings, shownInForce } from "./settings.ts"
import { signsOfLife } from "./signOfLife.ts"
import { storeLayer } from "./leaves/store.ts"
import { marketViews } from "./views.ts"

/** Where the market can be looked at: the page's address, and the place of its journal. */
export interface Page {
  readonly url: string
  readonly journal: string
}

/**
 * Runs every service of the market until interrupted, or until one cannot go on. `listening`: told where the page answers;
 * `leaving`: why it goes, before anything is closed.
 */
export const up = (asked: Settings, listening: (page: Page) => Effect.Effect<void>, leaving: Leaving) =>
  Effect.flatMap(Clock.Clock, (wall) => inItsOwnTime(asked, market(asked, listening, leaving, wall)))

/** `wall`: the clock of what is for people and for health checks, however the market's own time passes. */
const market = (asked: Settings, listening: (page: Page) => Effect.Effect<void>, leaving: Leaving, wall: Clock.Clock) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { settings, journal, exchange, stopped } = yield* profileOf(asked)
      const ports = yield* Layer.build(Layer.merge(journal, exchange))
      const told = yield* SubscriptionRef.make<Blocks>({})
      const life = yield* signsOfLife(settings.healthFile)
      const leaves: Leaves = {
        journal: Layer.succeedContext(ports),
        exchange: Layer.succeedContext(ports),
        store: storeLayer(settings),
        views: marketViews(settings, told, shownInForce(asked))
      }
      const epoch = yield* Effect.provideContext(enterJournal(settings, "kennel-up", MARKET_SERVICES), ports)
      const context: ServiceContext = {
        subjects: subjectsOf(settings),
        epoch: Effect.succeed(epoch),
        alone: false,
        actorsOf: (slots) => everyActorOf(settings, slots),
        saved: savedMarket(SubscriptionRef.get(told)),
        tell: (blocks) => SubscriptionRef.update(told, (before) => ({ ...before, ...blocks })),
        listening: (url) => Effect.andThen(life.begin, listening({ url, journal: Context.get(ports, Journal).where }))
      }
      const run = (service: Service, on: Leaves): Effect.Effect<never, ServiceError> => {
        const work: Effect.Effect<never, ServiceError, Ports> = service.run(settings, context)
        const running = Effect.provide(work, portsOf(service.needs, on))
        const forPeople = service.needs.some((need) => need === "views")
        return forPeople ? Effect.provideService(running, Clock.Clock, wall) : running
      }
      const onStore = MARKET_SERVICES.filter(({ needs }) => needs.some((need) => need === "store"))
      const trading = MARKET_SERVICES.filter((service) => !onStore.includes(service))
      const goes: Leaving = (reason) => Effect.andThen(context.tell({ leaving: { reason } }), leaving(reason))
      return yield* Effect.raceAllFirst([
        saidAtOnce(stopped, goes),
        Effect.provideService(life.renewing, Clock.Clock, wall),
        ...trading.map((service) => saidAtOnce(run(service, leaves), goes)),
        beside(
          Effect.flatMap(openStore(leaves.store), (store) =>
            Effect.raceAllFirst(
              onStore.map((service) => run(service, { ...leaves, store: Layer.succeedContext(store) }))
            )
          ),
          context
        )
      ])
    })
  )

/** The embedded store opens within it on a machine that is not busy; the first start makes PostgreSQL's files. */
const STORE_OPENS_WITHIN = "10 seconds"

const openStore = (store: Leaves["store"]) =>
  Layer.build(store).pipe(errandTaking("the opening of the embedded store", STORE_OPENS_WITHIN))

/** After the store could not be opened, or something of it failed for good. */
const TRY_AGAIN = "30 seconds"

/** What stands on the store takes no trading with it: what goes wrong is said, shown, and tried again. */
const beside = <R>(work: Effect.Effect<never, ServiceError, R>, { tell }: ServiceContext) =>
  Effect.scoped(work).pipe(
    Effect.catchCause((cause) => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const error = Cause.squash(cause)
      const line = `candles and store: ${error instanceof Error ? error.message : Cause.pretty(cause)}`
      return Effect.andThen(Effect.logWarning(line), tell(degraded(line)))
    }),
    Effect.andThen(Effect.sleep(TRY_AGAIN)),
    Effect.forever
  )

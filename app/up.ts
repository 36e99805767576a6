/** The whole market in one process. */
import { Cause, Context, Effect, Layer, SubscriptionRef } from "effect"
import { type Blocks, type ServiceContext, type ServiceError } from "../shared/service/manifest.ts"
import { Journal } from "../shared/journal/port.ts"
import { enterJournal, everyActorOf, subjectsOf } from "./leaves/journal.ts"
import { degraded } from "./notes.ts"
import { type Leaving, saidAtOnce } from "../shared/service/leaving.ts"
import { type Leaves, portsOf } from "./ports.ts"
import { profileOf } from "./profile.ts"
import { MARKET_SERVICES, type Ports, savedMarket, type Service } from "./registry.ts"
import type { Settings } from "./settings.ts"
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
  Effect.scoped(
    Effect.gen(function* () {
      const { settings, journal, exchange, stopped } = yield* profileOf(asked)
      const market = yield* Layer.build(Layer.merge(journal, exchange))
      const told = yield* SubscriptionRef.make<Blocks>({})
      const life = yield* signsOfLife(settings.healthFile)
      const leaves: Leaves = {
        journal: Layer.succeedContext(market),
        exchange: Layer.succeedContext(market),
        store: storeLayer(settings),
        views: marketViews(settings, told)
      }
      const epoch = yield* Effect.provideContext(enterJournal(settings, "kennel up", MARKET_SERVICES), market)
      const context: ServiceContext = {
        subjects: subjectsOf(settings),
        epoch: Effect.succeed(epoch),
        alone: false,
        actorsOf: (slots) => everyActorOf(settings, slots),
        saved: savedMarket(SubscriptionRef.get(told)),
        tell: (blocks) => SubscriptionRef.update(told, (before) => ({ ...before, ...blocks })),
        listening: (url) => Effect.andThen(life.begin, listening({ url, journal: Context.get(market, Journal).where }))
      }
      const run = (service: Service, on: Leaves): Effect.Effect<never, ServiceError> => {
        const work: Effect.Effect<never, ServiceError, Ports> = service.run(settings, context)
        return Effect.provide(work, portsOf(service.needs, on))
      }
      const onStore = MARKET_SERVICES.filter(({ needs }) => needs.some((need) => need === "store"))
      const trading = MARKET_SERVICES.filter((service) => !onStore.includes(service))
      const goes: Leaving = (reason) => Effect.andThen(context.tell({ leaving: { reason } }), leaving(reason))
      return yield* Effect.raceAllFirst([
        saidAtOnce(stopped, goes),
        life.renewing,
        ...trading.map((service) => saidAtOnce(run(service, leaves), goes)),
        beside(
          Effect.flatMap(Layer.build(leaves.store), (store) =>
            Effect.raceAllFirst(
              onStore.map((service) => run(service, { ...leaves, store: Layer.succeedContext(store) }))
            )
          ),
          context
        )
      ])
    })
  )

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

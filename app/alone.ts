/** One service in a process of its own. The journal is NATS, the store is shared: that is where services apart meet. */
import { Effect, Schema, SubscriptionRef } from "effect"
import type { Blocks, ServiceContext } from "../shared/service/manifest.ts"
import { addressed, exchangeAt } from "./leaves/exchange.ts"
import { enterJournal, everyActorOf, subjectsOf, writableJournal } from "./leaves/journal.ts"
import { followNotes, noteInStore } from "./notes.ts"
import { type Leaving, saidAtOnce } from "../shared/service/leaving.ts"
import { type Leaves, portsOf } from "./ports.ts"
import { savedMarket, type Service } from "./registry.ts"
import { type Settings, shownInForce } from "./settings.ts"
import { signsOfLife } from "./signOfLife.ts"
import { storeLayer } from "./leaves/store.ts"
import { marketViews } from "./views.ts"

/** An embedded journal belongs to one process; services apart need a server between them. */
export class NeedsNats extends Schema.TaggedError<NeedsNats>()("NeedsNats", { service: Schema.String }) {
  override get message(): string {
    return (
      `service ${this.service} needs NATS_URL: services in processes of their own meet on a NATS server ` +
      "(nats-server -js, then NATS_URL=nats://127.0.0.1:4222). Everything in one process: npm start"
    )
  }
}

/** An embedded store belongs to one process too. */
export class NeedsStore extends Schema.TaggedError<NeedsStore>()("NeedsStore", { service: Schema.String }) {
  override get message(): string {
    return (
      `service ${this.service} needs SUPABASE_URL and SUPABASE_KEY: services in processes of their own share a store ` +
      "(docs/operations.md). Everything in one process: npm start"
    )
  }
}

/** What the service needs and the settings do not name; null: nothing. */
export const missing = ({ name, needs }: Service, settings: Settings): NeedsNats | NeedsStore | null => {
  if (settings.natsUrl === "" && needs.some((need) => need === "journal")) return new NeedsNats({ service: name })
  if (settings.supabaseUrl === "" && needs.some((need) => need === "store")) return new NeedsStore({ service: name })
  return null
}

/** Runs until interrupted, or until the service cannot go on. `listening`: told where it answers, if it does; `leaving`: why it goes. */
export const runAlone = (
  service: Service,
  asked: Settings,
  listening: (url: string) => Effect.Effect<void>,
  leaving: Leaving
) =>
  Effect.gen(function* () {
    const settings = addressed(asked)
    const told = yield* SubscriptionRef.make<Blocks>({})
    const life = yield* signsOfLife(settings.healthFile)
    // Who is asked is well once it answers; who is not, once it runs.
    if (service.served === undefined) yield* life.begin
    const leaves: Leaves = {
      journal: writableJournal(settings, service.journal),
      exchange: exchangeAt(settings),
      store: storeLayer(settings),
      views: marketViews(settings, told, shownInForce(asked))
    }
    const run = Effect.gen(function* () {
      const context: ServiceContext = {
        subjects: subjectsOf(settings),
        epoch: enterJournal(settings, service.name, [service]),
        alone: true,
        actorsOf: (slots) => everyActorOf(settings, slots),
        saved: savedMarket(SubscriptionRef.get(told)),
        tell: service.whenSilent === undefined ? () => Effect.void : yield* noteInStore(settings, service),
        listening: (url) => Effect.andThen(life.begin, listening(url))
      }
      return yield* service.run(settings, context)
    }).pipe((work) => saidAtOnce(work, leaving), Effect.provide(portsOf(service.needs, leaves)))
    const beside = service.readsNotes === true ? [followNotes(settings, told)] : []
    return yield* Effect.raceAllFirst([run, life.renewing, ...beside])
  })

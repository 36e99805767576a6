/** `kennel service <name>`: one service in this process, for compose and production. The journal is NATS. */
import { Console, Effect, Layer, Ref, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import type { Blocks } from "../../services/control-plane/core/blocks.ts"
import { ExchangeSim } from "../../services/exchange-sim/layer.ts"
import type { Settings } from "../../app/settings.ts"
import { keepTime } from "../../shared/exchange/keepTime.ts"
import { advisor, ingestor, noteInStore, notesOfStore, projector } from "../../app/dataServices.ts"
import { fitToStart } from "./doctor/command.ts"
import { exchangeElsewhere, exchangeSim, restUrlOf, storeLayer, writableJournal } from "../../app/layers.ts"
import { enterJournal, feed, gateway, governor, page, rebalancer, slots } from "../../app/services.ts"
import { loadSettings } from "../shared/settings.ts"

const NAMES = [
  "market-feed",
  "slot-actor",
  "governor",
  "rebalancer",
  "order-gateway",
  "ohlcv-ingestor",
  "hmm-advisor",
  "projector",
  "control-plane",
  "exchange-sim"
] as const
type Name = (typeof NAMES)[number]

/** An embedded journal belongs to one process; services apart need a server between them. */
class NeedsNats extends Schema.TaggedError<NeedsNats>()("NeedsNats", { service: Schema.String }) {
  override get message(): string {
    return (
      `service ${this.service} needs NATS_URL: services in processes of their own meet on a NATS server ` +
      "(nats-server -js, then NATS_URL=nats://127.0.0.1:4222). Everything in one process: npm start"
    )
  }
}

/** The same of an embedded store. */
class NeedsStore extends Schema.TaggedError<NeedsStore>()("NeedsStore", { service: Schema.String }) {
  override get message(): string {
    return (
      `service ${this.service} needs SUPABASE_URL and SUPABASE_KEY: services in processes of their own share a store ` +
      "(docs/operations.md). Everything in one process: npm start"
    )
  }
}

/** Services that keep their data in the store. */
const ON_STORE: ReadonlyArray<Name> = ["ohlcv-ingestor", "hmm-advisor", "projector"]

const onMarket = (settings: Settings) => Layer.merge(writableJournal(settings), exchangeElsewhere(settings))

const serviceNamed = (name: Name, settings: Settings) => {
  switch (name) {
    case "market-feed":
      return Effect.flatMap(enterJournal(settings, name), (epoch) => feed(settings, epoch)).pipe(
        Effect.provide(onMarket(settings))
      )
    case "slot-actor":
      return Effect.andThen(enterJournal(settings, name), slots(settings)).pipe(
        Effect.provide(writableJournal(settings))
      )
    case "governor":
      return Effect.andThen(enterJournal(settings, name), governor(settings)).pipe(
        Effect.provide(writableJournal(settings))
      )
    case "rebalancer":
      return Effect.andThen(enterJournal(settings, name), rebalancer(settings)).pipe(
        Effect.provide(writableJournal(settings))
      )
    case "order-gateway":
      return Effect.andThen(enterJournal(settings, name), gateway(settings)).pipe(Effect.provide(onMarket(settings)))
    case "ohlcv-ingestor":
      return Effect.scoped(
        Effect.flatMap(noteInStore(settings, name), (show) =>
          Effect.raceFirst(ingestor(settings, restUrlOf(settings), show), keepTime)
        )
      ).pipe(Effect.provide(Layer.merge(storeLayer(settings), exchangeElsewhere(settings))))
    case "hmm-advisor":
      return Effect.flatMap(enterJournal(settings, name), (epoch) => advisor(settings, epoch)).pipe(
        Effect.provide(Layer.merge(storeLayer(settings), writableJournal(settings)))
      )
    case "projector":
      return Effect.scoped(Effect.flatMap(noteInStore(settings, name), (show) => projector(settings, show))).pipe(
        Effect.provide(Layer.merge(storeLayer(settings), writableJournal(settings)))
      )
    case "control-plane":
      return Effect.flatMap(Ref.make<Blocks>({}), (shown) =>
        Effect.raceFirst(
          page(settings, shown, (url) => Console.log(`control-plane: ${url}`)),
          notesOfStore(settings, shown)
        )
      ).pipe(Effect.provide(writableJournal(settings)))
    case "exchange-sim":
      return Effect.scoped(
        Effect.gen(function* () {
          const { restUrl, stopped } = yield* ExchangeSim
          yield* Console.log(`exchange-sim: ${restUrl}`)
          return yield* stopped
        })
      ).pipe(Effect.provide(exchangeSim(settings)))
  }
}

export const serviceCommand = Command.make(
  "service",
  { name: Argument.Literals("name", NAMES).pipe(Argument.withDescription(NAMES.join(", "))) },
  Effect.fn(function* ({ name }) {
    const settings = yield* loadSettings()
    if (settings.natsUrl === "" && name !== "ohlcv-ingestor") return yield* new NeedsNats({ service: name })
    if (ON_STORE.includes(name) && settings.supabaseUrl === "") return yield* new NeedsStore({ service: name })
    // The one service that can spend money.
    if (name === "order-gateway") yield* fitToStart(settings)
    return yield* serviceNamed(name, settings)
  })
).pipe(Command.withDescription("Run one service over NATS_URL"))

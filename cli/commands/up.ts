/** `kennel up`: the whole system in one process, on paper, without anything to install. */
import { resolve } from "node:path"
import { Console, Context, Effect, Layer, Option, Ref } from "effect"
import { Command, Flag } from "effect/cli"
import type { Blocks } from "../../services/control-plane/core/blocks.ts"
import { ExchangeSim } from "../../services/exchange-sim/layer.ts"
import type { Settings } from "../../app/settings.ts"
import { speedOf } from "../../shared/config/shared.ts"
import { Journal } from "../../shared/journal/port.ts"
import { dataServices } from "../../app/dataServices.ts"
import { fitToStart } from "./doctor/command.ts"
import { exchangeElsewhere, exchangeHere, exchangeSim, restUrlOf, writableJournal } from "../../app/layers.ts"
import { enterJournal, feed, gateway, governor, page, rebalancer, slots } from "../../app/services.ts"
import { loadSettings } from "../shared/settings.ts"

/** What a person needs to know at the start: what this is, where it is, what to do next. */
const banner = (settings: Settings, url: string, where: string): string => {
  const mode = settings.live
    ? "LIVE: REAL MONEY at Kraken"
    : `PAPER on the ${settings.market} market, ${speedOf(settings)} simulated seconds per second`
  return [
    "",
    `  Kennel trades ${settings.symbol} with ${settings.slots} slots. ${mode}.`,
    "",
    `  Page     ${url}`,
    `  Status   ${url}api/status`,
    `  Journal  ${where}`,
    `  Data     ${resolve(settings.dataDir)}`,
    "",
    "  Open the page and watch the first cycles complete. Ctrl-C stops; the next start goes on where this one stopped.",
    "  Delete the data directory to begin anew.",
    ""
  ].join("\n")
}

const services = (settings: Settings, restUrl: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const epoch = yield* enterJournal(settings, "kennel up")
    const shown = yield* Ref.make<Blocks>({})
    return yield* Effect.raceAllFirst([
      slots(settings),
      governor(settings),
      rebalancer(settings),
      gateway(settings),
      feed(settings, epoch),
      dataServices(settings, restUrl, epoch, shown),
      page(settings, shown, (url) => Console.log(banner(settings, url, journal.where)))
    ])
  })

const run = (settings: Settings) =>
  settings.live || settings.restUrl !== ""
    ? services(settings, restUrlOf(settings)).pipe(
        Effect.provide(Layer.merge(writableJournal(settings), exchangeElsewhere(settings)))
      )
    : Effect.scoped(
        Effect.gen(function* () {
          const simulator = yield* Layer.build(exchangeSim(settings))
          const here = exchangeHere(settings).pipe(Layer.provide(Layer.succeedContext(simulator)))
          const { restUrl } = Context.get(simulator, ExchangeSim)
          const trading = services(settings, restUrl).pipe(Effect.provide(Layer.merge(writableJournal(settings), here)))
          return yield* Effect.raceFirst(trading, Context.get(simulator, ExchangeSim).stopped)
        })
      )

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const upCommand = Command.make(
  "up",
  {
    market: optional("market", "synthetic, recorded:<file.csv[.gz]> or upstream (MARKET)"),
    speed: optional("speed", "Simulated seconds per second (SPEED)"),
    seed: optional("seed", "Seed of the synthetic market (SEED)"),
    port: optional("port", "Port of the page (PORT)"),
    data: optional("data", "Data directory (DATA_DIR)")
  },
  Effect.fn(function* (flags) {
    const settings = yield* loadSettings({
      MARKET: Option.getOrUndefined(flags.market),
      SPEED: Option.getOrUndefined(flags.speed),
      SEED: Option.getOrUndefined(flags.seed),
      PORT: Option.getOrUndefined(flags.port),
      DATA_DIR: Option.getOrUndefined(flags.data)
    })
    const simPort = process.env["SIM_PORT"] === undefined ? 0 : settings.simPort
    yield* fitToStart(settings)
    return yield* run({ ...settings, simPort })
  })
).pipe(Command.withDescription("Run everything in this process; on paper unless LIVE=true"))

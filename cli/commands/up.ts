/** `kennel up`: the whole system in one process, on paper, without anything to install. */
import { resolve } from "node:path"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { type Settings, writesAll } from "../../app/settings.ts"
import { speedOf } from "../../shared/config/shared.ts"
import { type Page, up } from "../../app/up.ts"
import { fitToStart } from "./doctor/command.ts"
import { leave } from "../shared/leaving.ts"
import { loadSettings } from "../shared/settings.ts"

/** What a person needs to know at the start: what this is, where it is, what to do next. */
const banner = (settings: Settings, { url, journal }: Page): string => {
  const mode = settings.live
    ? "LIVE: REAL MONEY at Kraken"
    : `PAPER on the ${settings.market} market, ${speedOf(settings)} simulated seconds per second`
  return [
    "",
    `  Kennel trades ${settings.symbol} with ${settings.slots} slots. ${mode}.`,
    "",
    `  Page     ${url}`,
    `  Status   ${url}api/status`,
    `  Journal  ${journal}`,
    `  Data     ${resolve(settings.dataDir)}`,
    "",
    "  Open the page and watch the first cycles complete. Ctrl-C stops; the next start goes on where this one stopped.",
    "  Delete the data directory to begin anew.",
    ""
  ].join("\n")
}

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
    const given = {
      MARKET: Option.getOrUndefined(flags.market),
      SPEED: Option.getOrUndefined(flags.speed),
      SEED: Option.getOrUndefined(flags.seed),
      PORT: Option.getOrUndefined(flags.port),
      DATA_DIR: Option.getOrUndefined(flags.data)
    }
    const settings = yield* loadSettings(given, writesAll)
    const simPort = process.env["SIM_PORT"] === undefined ? 0 : settings.simPort
    yield* fitToStart(settings)
    return yield* up({ ...settings, simPort }, (page) => Console.log(banner(settings, page)), leave)
  })
)

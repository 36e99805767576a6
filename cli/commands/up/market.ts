/** The market of `kennel up`: read only once its place is known to be free, because its modules take seconds. */
import { resolve } from "node:path"
import { Console, Effect } from "effect"
import packageJson from "../../../package.json" with { type: "json" }
import { type Settings, writesAll } from "../../../app/settings.ts"
import { speedOf } from "../../../shared/config/shared.ts"
import { type Page, up } from "../../../app/up.ts"
import { fitToStart } from "../doctor/command.ts"
import { leave } from "../../shared/leaving.ts"
import { loadSettings } from "../../shared/settings.ts"

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

/** Runs until it is stopped. `given`: settings over those of the environment. */
export const runMarket = Effect.fn("runMarket")(function* (given: Readonly<Record<string, string | undefined>>) {
  const settings = yield* loadSettings(given, writesAll)
  const simPort = process.env["SIM_PORT"] === undefined ? 0 : settings.simPort
  yield* fitToStart(settings)
  return yield* up({ ...settings, simPort }, (page) => Console.log(banner(settings, page)), leave, packageJson.version)
})

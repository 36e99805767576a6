/** `kennel up`: the whole system in one process, on paper, without anything to install. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { PROCESS_SETTINGS } from "../../../shared/config/process.ts"
import { readTable } from "../../../shared/config/table.ts"
import { freePlace } from "./place.ts"

const optional = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const upCommand = Command.make(
  "up",
  {
    market: optional("market", "synthetic, recorded:<file.csv[.gz]> or upstream (MARKET)"),
    loop: Flag.Boolean("loop").pipe(
      Flag.withDescription("Begin a recording anew when it ends (MARKET_LOOP)"),
      Flag.optional
    ),
    speed: optional("speed", "Simulated seconds per second (SPEED)"),
    seed: optional("seed", "Seed of the synthetic market (SEED)"),
    port: optional("port", "Port of the page (PORT)"),
    data: optional("data", "Data directory (DATA_DIR)")
  },
  Effect.fn(function* (flags) {
    const given = {
      MARKET: Option.getOrUndefined(flags.market),
      MARKET_LOOP: Option.getOrUndefined(Option.map(flags.loop, String)),
      SPEED: Option.getOrUndefined(flags.speed),
      SEED: Option.getOrUndefined(flags.seed),
      PORT: Option.getOrUndefined(flags.port),
      DATA_DIR: Option.getOrUndefined(flags.data)
    }
    const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const { values, problems } = readTable(PROCESS_SETTINGS, { ...process.env, ...set })
    // What is wrong with a setting is said with all the others, by the market.
    if (problems.length === 0) yield* freePlace(values)
    const { runMarket } = yield* Effect.promise(() => import("./market.ts"))
    return yield* runMarket(given)
  })
)

/** `kennel service <name>`: one service in this process, for compose and production. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { missing, runAlone } from "../../app/alone.ts"
import { SERVICES } from "../../app/registry.ts"
import { writesOf } from "../../app/settings.ts"
import { leave } from "../shared/leaving.ts"
import { loadSettings } from "../shared/settings.ts"
import { fitToStart } from "./doctor/command.ts"

const NAMES = SERVICES.map(({ name }) => name)

export const serviceCommand = Command.make(
  "service",
  { name: Argument.Literals("name", NAMES).pipe(Argument.withDescription(NAMES.join(", "))) },
  Effect.fn(function* ({ name }) {
    const service = SERVICES.find((known) => known.name === name)
    if (service === undefined) return
    const settings = yield* loadSettings({}, writesOf(service))
    const problem = missing(service, settings)
    if (problem !== null) return yield* problem
    // A service that sends orders can spend money.
    if (service.watchesOrders === true) yield* fitToStart(settings)
    return yield* runAlone(service, settings, (url) => Console.log(`${name}: ${url}`), leave)
  })
)

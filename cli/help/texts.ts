/** The help texts of all commands, as the parser of the command line writes them: what `npm run -s generate` keeps in `texts.json`. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import packageJson from "../../package.json" with { type: "json" }
import { everyCommand, PURPOSE } from "../commands.ts"

/** A command as far as its help goes. */
interface Node {
  readonly name: string
  readonly subcommands: ReadonlyArray<{ readonly commands: ReadonlyArray<Node> }>
}

/** The words that name each command below this one, itself first. */
const pathsOf = ({ subcommands }: Node, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> => [
  path,
  ...subcommands.flatMap(({ commands }) => commands.flatMap((command) => pathsOf(command, [...path, command.name])))
]

/** Under the words that name a command (none: the program itself), what it says when it is asked for help. */
export const helpTexts: Effect.Effect<Readonly<Record<string, string>>> = Effect.gen(function* () {
  const kennel = Command.make("kennel").pipe(
    Command.withDescription(PURPOSE),
    Command.withSubcommands(yield* Effect.promise(everyCommand))
  )
  const run = Command.runWith(kennel, { version: packageJson.version })
  const ours = yield* Console.Console
  const texts: Record<string, string> = {}
  for (const path of pathsOf(kennel)) {
    const said: Array<string> = []
    const listening = Object.assign(Object.create(ours), { log: (line: string) => said.push(line) }) as Console.Console
    yield* run([...path, "--help"]).pipe(Effect.provideService(Console.Console, listening), Effect.orDie)
    texts[path.join(" ")] = said.join("\n").trim()
  }
  return texts
}).pipe(Effect.provide([NodeServices.layer, CliOutput.layer(CliOutput.defaultFormatter({ colors: false }))]))

/** The file that holds them. */
export const fileOf = (texts: Readonly<Record<string, string>>): string => `${JSON.stringify(texts, null, 2)}\n`

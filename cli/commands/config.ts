/** `kennel config`: the settings in force, or the generated page of the documentation. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { RULES_VERSIONS } from "../../shared/core/rules/versions.ts"
import { configurationPage, showSettings } from "../../shared/config/show.ts"
import { SETTING_ROWS } from "../../app/settings.ts"
import { loadSettings } from "../shared/settings.ts"

const rulesText = RULES_VERSIONS.map(({ version, changes }) =>
  [`version ${version} of the rules`, ...changes.map((change) => `  - ${change}`)].join("\n")
).join("\n\n")

export const configCommand = Command.make(
  "config",
  {
    markdown: Flag.Boolean("markdown").pipe(
      Flag.withDescription("Print docs/configuration.md instead"),
      Flag.withDefault(false)
    ),
    rules: Flag.Boolean("rules").pipe(
      Flag.withDescription("Print what each version of the rules changed instead"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ markdown, rules }) {
    if (rules) return yield* Console.log(rulesText)
    if (markdown) return yield* Console.log(configurationPage(SETTING_ROWS).trimEnd())
    yield* Console.log(showSettings(SETTING_ROWS, process.env))
    yield* loadSettings()
  })
)

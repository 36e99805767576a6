/** `kennel config`: the settings in force, or the generated page of the documentation. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { configurationPage, showSettings } from "../../shared/config/show.ts"
import { SETTING_ROWS } from "../../app/settings.ts"
import { loadSettings } from "../shared/settings.ts"

export const configCommand = Command.make(
  "config",
  {
    markdown: Flag.Boolean("markdown").pipe(
      Flag.withDescription("Print docs/configuration.md instead"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function* ({ markdown }) {
    if (markdown) return yield* Console.log(configurationPage(SETTING_ROWS).trimEnd())
    yield* Console.log(showSettings(SETTING_ROWS, process.env))
    yield* loadSettings()
  })
)

/** Settings for a command: the environment, with the command's flags over it. */
import { Effect, Schema } from "effect"
import { readSettingsHere, type Settings, type Writes, writesNothing } from "../../app/settings.ts"

/** One or more settings are wrong; nothing has been started. */
export class WrongSettings extends Schema.TaggedError<WrongSettings>()("WrongSettings", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.problems.map((problem) => `wrong setting: ${problem}`).join("\n")
  }
}

/**
 * Logs what was understood otherwise than it was written. Flags win over the environment; the key is the environment's name. `writes`:
 * which of the paths the command will write to.
 */
export const loadSettings = (
  flags: Readonly<Record<string, string | undefined>> = {},
  writes: Writes = writesNothing
): Effect.Effect<Settings, WrongSettings> =>
  Effect.suspend((): Effect.Effect<Settings, WrongSettings> => {
    const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
    const { settings, problems, hints } = readSettingsHere({ ...process.env, ...given }, writes)
    const warn = Effect.forEach(hints, (hint) => Effect.logWarning(`setting: ${hint}`), { discard: true })
    if (problems.length > 0) return Effect.andThen(warn, new WrongSettings({ problems }))
    return Effect.as(warn, settings)
  })

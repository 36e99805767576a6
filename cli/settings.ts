/** Settings for a command: the environment, with the command's flags over it. */
import { Effect, Schema } from "effect"
import { readSettings } from "../shared/config/read.ts"
import type { Settings } from "../shared/config/settings.ts"

/** One or more settings are wrong; nothing has been started. */
export class WrongSettings extends Schema.TaggedError<WrongSettings>()("WrongSettings", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return this.problems.map((problem) => `wrong setting: ${problem}`).join("\n")
  }
}

/** Real money needs guards that are not built yet. */
export class NotLiveYet extends Schema.TaggedError<NotLiveYet>()("NotLiveYet", {}) {
  override get message(): string {
    return (
      "LIVE=true: trading with real money stays closed until the governor (loss lock, capacity, pause and halt) is there; " +
      "leave LIVE out to trade on paper"
    )
  }
}

/** Flags win over the environment; the key is the environment's name. */
export const loadSettings = (
  flags: Readonly<Record<string, string | undefined>> = {}
): Effect.Effect<Settings, WrongSettings | NotLiveYet> =>
  Effect.suspend((): Effect.Effect<Settings, WrongSettings | NotLiveYet> => {
    const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
    const { settings, problems } = readSettings({ ...process.env, ...given })
    if (problems.length > 0) return new WrongSettings({ problems })
    return settings.live ? new NotLiveYet() : Effect.succeed(settings)
  })

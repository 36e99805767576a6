/** From environment to settings: all problems at once, each naming the variable, its value and what to do. Pure. */
import { brokenRelations } from "./relations.ts"
import { SETTINGS, type Settings } from "./settings.ts"
import type { Setting } from "./setting.ts"

/** Every setting, its default where the given text is wrong; to be used only without problems. */
export interface ReadSettings {
  readonly settings: Settings
  /** Lines such as `PORT=abc: is not a whole number (whole number, 0 to 65535)`. Empty: the settings may be used. */
  readonly problems: ReadonlyArray<string>
}

const rows: ReadonlyArray<readonly [string, Setting<unknown>]> = Object.entries(SETTINGS)

/** Reads the table from `env`; a missing variable takes its default, an empty one too (except where empty is a value). */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): ReadSettings => {
  const problems: Array<string> = []
  const values = rows.map(([key, setting]) => {
    const given = env[setting.name]
    const text = given === undefined || given === "" ? setting.defaultText : given
    try {
      return [key, setting.parse(text.trim())] as const
    } catch (error) {
      const shown = setting.secret ? "(secret)" : text
      problems.push(`${setting.name}=${shown}: ${(error as Error).message} (${setting.range})`)
      return [key, setting.parse(setting.defaultText)] as const
    }
  })
  const settings = Object.fromEntries(values) as Settings
  return { settings, problems: problems.length > 0 ? problems : brokenRelations(settings) }
}

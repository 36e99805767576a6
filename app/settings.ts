/**
 * Every setting of Kennel: the shared ones and each service's own, from which the environment is read, `kennel config` prints,
 * and `docs/configuration.md` is generated.
 */
import { adjusted, brokenRelations } from "../shared/config/relations.ts"
import { SHARED_SETTINGS } from "../shared/config/shared.ts"
import { type Environment, mergedTables, readTable, rowsOf, type Table, type ValuesOf } from "../shared/config/table.ts"
import { unknownNames } from "../shared/config/unknownNames.ts"
import { type Service, SERVICES } from "./registry.ts"

/** The tables of all services as one type: what has the rows of each. */
type AllOf<Tables> = (Tables extends Table ? (table: Tables) => void : never) extends (
  table: infer All extends Table
) => void
  ? All
  : never

const SETTINGS = mergedTables([
  SHARED_SETTINGS,
  ...SERVICES.map(({ settings }) => settings)
]) as typeof SHARED_SETTINGS & AllOf<Service["settings"]>

/** Every row, each once. */
export const SETTING_ROWS = rowsOf(SETTINGS)

/** The values, under the names the code uses. */
export type Settings = ValuesOf<typeof SETTINGS>

/** All settings as the environment sets them. */
export interface ReadSettings {
  readonly settings: Settings
  /** One line each: a wrong value, or settings that contradict each other. Empty: the settings may be used. */
  readonly problems: ReadonlyArray<string>
  /** What was understood otherwise than it was written, and what looks like a setting and is none, one line each. */
  readonly hints: ReadonlyArray<string>
}

/** Reads all of them; relations are looked at once every value is right by itself. */
export const readSettings = (env: Environment): ReadSettings => {
  const { values: settings, problems, hints: renamed } = readTable(SETTINGS, env)
  const hints = [...renamed, ...unknownNames(env, SETTING_ROWS), ...adjusted(settings)]
  if (problems.length > 0) return { settings, problems, hints }
  const broken = SERVICES.flatMap(({ relations }) => relations?.(settings) ?? [])
  return { settings, problems: [...brokenRelations(settings), ...broken], hints }
}

/**
 * Every setting of Kennel: the shared ones and each service's own, from which the environment is read, `kennel config` prints,
 * and `docs/configuration.md` is generated.
 */
import { adjusted, brokenRelations } from "../shared/config/relations.ts"
import { SHARED_SETTINGS } from "../shared/config/shared.ts"
import type { Setting } from "../shared/config/setting.ts"
import { settingsInForce, type ShownSetting } from "../shared/config/show.ts"
import { type Environment, mergedTables, readTable, rowsOf, type Table, type ValuesOf } from "../shared/config/table.ts"
import { unknownNames } from "../shared/config/unknownNames.ts"
import { wrongPaths } from "./leaves/paths.ts"
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

/** Under this, settings keep what they were read from, also where others are made of them: for whoever shows where each comes from. */
const READ_FROM = Symbol("read from")

/** Every setting in force, its default and where it comes from; of settings that were not read here, the defaults. */
export const shownInForce = (
  settings: Settings & { readonly [READ_FROM]?: Environment }
): ReadonlyArray<ShownSetting> => settingsInForce(SETTING_ROWS, settings[READ_FROM] ?? {})

/** Reads all of them; relations are looked at once every value is right by itself. */
export const readSettings = (env: Environment): ReadSettings => {
  const { values, problems, hints: renamed } = readTable(SETTINGS, env)
  const settings = Object.assign(values, { [READ_FROM]: env })
  const hints = [...renamed, ...unknownNames(env, SETTING_ROWS), ...adjusted(settings)]
  if (problems.length > 0) return { settings, problems, hints }
  const broken = SERVICES.flatMap(({ relations }) => relations?.(settings) ?? [])
  return { settings, problems: [...brokenRelations(settings), ...broken], hints }
}

/** What a process writes that is made of paths in the settings: everything (`kennel up`), or what one service keeps. */
export type Writes = (row: Setting<unknown>) => boolean

/** Writes nothing: a command that looks, and one that asks. */
export const writesNothing: Writes = () => false
/** Everything in one process. */
export const writesAll: Writes = () => true
/** One service: its files, if it keeps any, and its sign of life. */
export const writesOf =
  (service: { readonly keepsFiles?: boolean }): Writes =>
  ({ path }) =>
    path === "output" || (path === "data" && service.keepsFiles === true)

/** Reads all of them, and looks at the paths that they name. */
export const readSettingsHere = (env: Environment, writes: Writes): ReadSettings => {
  const read = readSettings(env)
  return { ...read, problems: [...read.problems, ...wrongPaths(SETTING_ROWS, env, writes)] }
}

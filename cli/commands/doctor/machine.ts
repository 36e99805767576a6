/** The machine and what it was told: settings, Node, the place for data. */
import { constants } from "node:fs"
import { access } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { Effect } from "effect"
import { readSettingsHere, SETTING_ROWS, type Settings, writesNothing } from "../../../app/settings.ts"
import { holderOf } from "../../../shared/journal/embedded/directory/lock.ts"
import { type Check, fail, ok } from "./check.ts"

/** The oldest Node that runs these files as they are. */
const OLDEST_NODE = 24

/** Whether each setting is within its range, and they agree. */
export const settingsCheck: Check<never> = {
  what: "settings",
  look: Effect.sync(() => {
    const { problems } = readSettingsHere(process.env, writesNothing)
    if (problems.length > 0)
      return problems.map((problem) => fail("settings", problem, "correct it; nothing starts before"))
    return [ok("settings", `${SETTING_ROWS.length} settings, each within its range, and they agree`)]
  })
}

/** Whether Node is new enough. */
export const nodeCheck: Check<never> = {
  what: "node",
  look: Effect.sync(() => {
    const version = process.versions.node
    return Number(version.split(".")[0]) >= OLDEST_NODE
      ? [ok("node", version)]
      : [fail("node", version, `run ${OLDEST_NODE} or later: npm ci brings one along on Linux and Windows`)]
  })
}

/** The nearest directory that exists: what a start would write into. */
const nearest = async (path: string): Promise<string> => {
  for (let at = path; ; at = dirname(at)) {
    const exists = await access(at, constants.F_OK).then(
      () => true,
      () => false
    )
    if (exists || at === dirname(at)) return at
  }
}

/** What one process at a time may hold in the data directory. */
const HELD = ["journal", "exchange", "store"]

/** Which processes hold something of it now: a second start on the same data would be refused. */
const holdersIn = (dataDirectory: string): string => {
  const held = HELD.flatMap((name) => {
    const pid = holderOf(join(dataDirectory, name))
    return pid === null ? [] : [`process ${pid} holds ${name}`]
  })
  return held.length === 0 ? "no process holds it" : held.join(", ")
}

/** Whether the data directory can be written to, and which processes hold parts of it. */
export const dataCheck = (settings: Settings): Check<never> => ({
  what: "data",
  look: Effect.promise(async () => {
    const wanted = resolve(settings.dataDir)
    const found = await nearest(wanted)
    const writable = await access(found, constants.W_OK).then(
      () => true,
      () => false
    )
    if (!writable) return [fail("data", `${found} cannot be written to`, "set DATA_DIR to a directory of yours")]
    if (found !== wanted) return [ok("data", `${wanted} will be made in ${found}`)]
    return [ok("data", `${wanted} can be written to; ${holdersIn(wanted)}`)]
  })
})

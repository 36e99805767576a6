/**
 * The names of rules that reasons carry, as they were when a version of the rules was frozen. A build that does not know a name
 * cannot read the record: a new one comes with a new version of the rules, which such a build stops at, and none ever goes.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RULE_NAMES } from "../../shared/core/rules/rules.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"

const fileOf = (rulesVersion: number): string => join(import.meta.dirname, "recorded", `reasons-${rulesVersion}.json`)

/** The names of a frozen version; null: it is open. */
export const frozenReasons = (rulesVersion: number): ReadonlyArray<string> | null =>
  existsSync(fileOf(rulesVersion)) ? (JSON.parse(readFileSync(fileOf(rulesVersion), "utf8")) as Array<string>) : null

/** Freezes the names of this build, unless its newest rules are frozen. */
export const freezeReasons = (): void => {
  if (frozenReasons(NEWEST_RULES) !== null) return
  writeFileSync(fileOf(NEWEST_RULES), `${JSON.stringify(RULE_NAMES.toSorted(), null, 2)}\n`, { flag: "wx" })
}

/** Null: every name there was is there still, and none is new under frozen rules. Else what differs, and what to do. */
export const reasonsBreach = (
  newest: number,
  frozen: (rulesVersion: number) => ReadonlyArray<string> | null,
  now: ReadonlyArray<string>
): string | null => {
  const own = frozen(newest)
  const before = own ?? frozen(newest - 1) ?? []
  const gone = before.filter((name) => !now.includes(name))
  const fresh = own === null ? [] : now.filter((name) => !own.includes(name))
  if (gone.length > 0) return `journals hold the reasons ${gone.join(", ")}: keep them in shared/core/rules`
  if (fresh.length === 0) return null
  return (
    `version ${newest} of the rules is frozen by recorded journals, and builds of it do not know ${fresh.join(", ")}. ` +
    "Declare a new version in shared/core/rules/versions.ts (tests/journals/README.md)"
  )
}

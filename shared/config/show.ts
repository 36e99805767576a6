/** The table for people: `kennel config` and `docs/configuration.md`. Pure; secrets are never shown. */
import { SETTINGS } from "./settings.ts"
import type { Setting } from "./setting.ts"

const rows: ReadonlyArray<Setting<unknown>> = Object.values(SETTINGS)
const groups: ReadonlyArray<string> = [...new Set(rows.map((row) => row.group))]

/** One line per setting: name, value in force, unit, and where it comes from. */
export const showSettings = (env: Readonly<Record<string, string | undefined>>): string => {
  const width = Math.max(...rows.map((row) => row.name.length))
  return groups
    .map((group) =>
      [`# ${group}`, ...rows.filter((row) => row.group === group).map((row) => line(row, env, width))].join("\n")
    )
    .join("\n\n")
}

const line = (row: Setting<unknown>, env: Readonly<Record<string, string | undefined>>, width: number): string => {
  const given = env[row.name]
  const set = given !== undefined && given !== ""
  const value = row.secret ? (set ? "(set, not shown)" : "(not set)") : set ? given : row.defaultText
  const unit = row.unit === "" ? "" : ` ${row.unit}`
  return `${row.name.padEnd(width)}  ${value === "" ? "(empty)" : value}${unit}${set ? "" : "  (default)"}`
}

/** The whole of `docs/configuration.md`. */
export const configurationPage = (): string =>
  [
    "# Configuration",
    "",
    "Every setting is an environment variable. This page is generated from the table the code reads",
    "(`npm run -s kennel -- config --markdown`); `npm run -s kennel -- config` prints the values in force, without secrets.",
    "A wrong value stops the start and names the variable; all wrong ones are listed at once.",
    ...groups.flatMap((group) => [
      "",
      `## ${group}`,
      "",
      "| name | default | unit | accepted | what it does |",
      "| --- | --- | --- | --- | --- |",
      ...rows
        .filter((row) => row.group === group)
        .map((row) => `| \`${row.name}\` | ${code(row.defaultText)} | ${row.unit} | ${row.range} | ${row.reason} |`)
    ]),
    ""
  ].join("\n")

const code = (text: string): string => (text === "" ? "(empty)" : `\`${text}\``)

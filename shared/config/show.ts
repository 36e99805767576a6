/** The table for people: `kennel config` and `docs/configuration.md`. Pure; secrets are never shown. */
import { type Setting, shownText } from "./setting.ts"
import { type Environment, givenOf } from "./table.ts"

type SettingRows = ReadonlyArray<Setting<unknown>>

const groupsOf = (rows: SettingRows): ReadonlyArray<string> => [...new Set(rows.map((row) => row.group))]

/** One line per setting: name, value in force, unit, and where it comes from. */
export const showSettings = (rows: SettingRows, env: Environment): string => {
  const width = Math.max(...rows.map((row) => row.name.length))
  return groupsOf(rows)
    .map((group) =>
      [`# ${group}`, ...rows.filter((row) => row.group === group).map((row) => line(row, env, width))].join("\n")
    )
    .join("\n\n")
}

const line = (row: Setting<unknown>, env: Environment, width: number): string => {
  const given = givenOf(row, env)
  const value = row.secret
    ? given === null
      ? "(not set)"
      : "(set, not shown)"
    : given === null
      ? row.defaultText
      : shownText(given.text)
  const unit = row.unit === "" ? "" : ` ${row.unit}`
  const from = given === null ? "  (default)" : given.name === row.name ? "" : `  (${given.name})`
  return `${row.name.padEnd(width)}  ${value === "" ? "(empty)" : value}${unit}${from}`
}

/** Every setting by name as text, as it is in force; without secrets. */
export const shownSettings = (rows: SettingRows, env: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    rows
      .filter(({ secret }) => !secret)
      .map((row) => {
        const given = givenOf(row, env)
        return [row.name, given === null ? row.defaultText : shownText(given.text)]
      })
  )

/** The whole of `docs/configuration.md`. */
export const configurationPage = (rows: SettingRows): string =>
  [
    "# Configuration",
    "",
    "Every setting is an environment variable. This page is generated from the table the code reads",
    "(`npm run -s generate`); `npm run -s kennel -- config` prints the values in force, without secrets.",
    "A wrong value stops the start and names the variable; all wrong ones are listed at once.",
    ...groupsOf(rows).flatMap((group) => [
      "",
      `## ${group}`,
      "",
      "| name | default | unit | accepted | what it does |",
      "| --- | --- | --- | --- | --- |",
      ...rows
        .filter((row) => row.group === group)
        .map(
          (row) =>
            `| \`${row.name}\` | ${code(row.defaultText)} | ${row.unit} | ${row.range} | ${row.reason}${other(row)} |`
        )
    ]),
    ""
  ].join("\n")

const other = ({ alsoCalled }: Setting<unknown>): string =>
  alsoCalled.length === 0 ? "" : ` Also understood: ${alsoCalled.map((name) => `\`${name}\``).join(", ")}.`

const code = (text: string): string => (text === "" ? "(empty)" : `\`${text}\``)

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

/** A setting as a page or a script is told of it. */
export interface ShownSetting {
  readonly name: string
  readonly group: string
  /** In force, as text; null of a secret. */
  readonly value: string | null
  readonly default: string
  readonly unit: string
  readonly accepted: string
  readonly about: string
  readonly source: "environment" | "default"
  /** The variable that sets it: its name, or another that is understood; null: none does. */
  readonly set_by: string | null
  readonly secret: boolean
}

/** Every setting as it is in force; of secrets only whether they are set. */
export const settingsInForce = (rows: SettingRows, env: Environment): ReadonlyArray<ShownSetting> =>
  rows.map((row) => {
    const given = givenOf(row, env)
    return {
      name: row.name,
      group: row.group,
      value: row.secret ? null : given === null ? row.defaultText : shownText(given.text),
      default: row.secret ? "" : row.defaultText,
      unit: row.unit,
      accepted: row.range,
      about: row.reason,
      source: given === null ? "default" : "environment",
      set_by: given?.name ?? null,
      secret: row.secret
    }
  })

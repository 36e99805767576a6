/**
 * A table of settings: rows under the names the code uses, and tables of rows (the rules that travel in the journal). From the
 * rows alone follow the values' types, their reading, the schema of rules, and every page about them. Pure.
 */
import { Schema } from "effect"
import { withoutControlCharacters } from "./shapes.ts"
import { type LaterSetting, type Setting, shownText } from "./setting.ts"
import { messageOf } from "../core/messageOf.ts"

/** Settings, and tables of settings, by the names under which the code knows them. */
export interface Table {
  readonly [key: string]: Setting<unknown> | Table
}

/** The values of a table, under the same names. */
export type ValuesOf<T extends Table> = {
  readonly [K in keyof T]: T[K] extends Setting<infer A> ? A : T[K] extends Table ? ValuesOf<T[K]> : never
}

type LaterKeys<R extends Table> = { [K in keyof R]: R[K] extends LaterSetting<unknown> ? K : never }[keyof R]

/** The values of a table of rules as a journal has them: a rule that came later may be absent. */
export type RulesOf<R extends Table> = Omit<ValuesOf<R>, LaterKeys<R>> & Partial<Pick<ValuesOf<R>, LaterKeys<R>>>

/** A table as the environment sets it. */
export interface ReadValues<Values> {
  readonly values: Values
  /** Lines such as `PORT=abc: is not a whole number (whole number, 0 to 65535)`, one per variable. Empty: the values may be used. */
  readonly problems: ReadonlyArray<string>
  /** What was understood though it has another name here, one line each. */
  readonly hints: ReadonlyArray<string>
}

/** The environment: a missing variable takes its row's default, an empty one too (except where empty is a value). */
export type Environment = Readonly<Record<string, string | undefined>>

const isRow = (entry: Setting<unknown> | Table): entry is Setting<unknown> => typeof entry["parse"] === "function"

/** What the environment says of a row, under its own name or else another that people know it by; null: nothing. */
export const givenOf = (
  row: Setting<unknown>,
  env: Environment
): { readonly name: string; readonly text: string } | null => {
  for (const name of [row.name, ...row.alsoCalled]) {
    const text = env[name]
    if (text !== undefined && text !== "") return { name, text }
  }
  return null
}

/** Reads the whole table from `env`: all problems at once, and the default where a value is wrong. */
export const readTable = <T extends Table>(table: T, env: Environment): ReadValues<ValuesOf<T>> => {
  // A row may stand in two tables: what is wrong with it is said once.
  const problems = new Map<string, string>()
  const hints = new Set<string>()
  const read = (rows: Table): unknown =>
    Object.fromEntries(Object.entries(rows).map(([key, entry]) => [key, isRow(entry) ? valueOf(entry) : read(entry)]))
  const valueOf = (row: Setting<unknown>): unknown => {
    const given = givenOf(row, env)
    const text = given?.text ?? row.defaultText
    if (given !== null && given.name !== row.name)
      hints.add(`${given.name} is understood; here it is called ${row.name}`)
    try {
      return row.parse(withoutControlCharacters(text.trim()))
    } catch (error) {
      const shown = row.secret ? "(secret)" : shownText(text)
      problems.set(row.name, `${row.name}=${shown}: ${messageOf(error)} (${row.range})`)
      return row.parse(row.defaultText)
    }
  }
  return { values: read(table) as ValuesOf<T>, problems: [...problems.values()], hints: [...hints] }
}

/** The values of an empty environment. */
export const defaultsOf = <T extends Table>(table: T): ValuesOf<T> => readTable(table, {}).values

/** Every row, in order; one that stands in two tables once. Throws when two rows share a variable. */
export const rowsOf = (table: Table): ReadonlyArray<Setting<unknown>> => {
  const rows = new Map<string, Setting<unknown>>()
  const collect = (entries: Table): void => {
    for (const entry of Object.values(entries)) {
      if (!isRow(entry)) collect(entry)
      else if ((rows.get(entry.name) ?? entry) === entry) rows.set(entry.name, entry)
      else throw new Error(`two settings are called ${entry.name}`)
    }
  }
  collect(table)
  return [...rows.values()]
}

/** All tables in one. Throws when two of them mean different things by one key. */
export const mergedTables = (tables: ReadonlyArray<Table>): Table => {
  const all: Record<string, Setting<unknown> | Table> = {}
  for (const [key, entry] of tables.flatMap((table) => Object.entries(table))) {
    if ((all[key] ?? entry) !== entry) throw new Error(`two settings are kept under ${key}`)
    all[key] = entry
  }
  return all
}

/** A flat table of rows. */
export type Rules = Readonly<Record<string, Setting<unknown>>>

/**
 * The rules of a table as they stand in the journal, complete. Ranges are not part of it: what was written under another range
 * must still be read.
 */
export const schemaOf = <R extends Rules>(rules: R) =>
  Schema.Struct(
    Object.fromEntries(
      Object.entries(rules).map(([key, row]) => [key, "later" in row ? Schema.optionalKey(row.schema) : row.schema])
    ) as unknown as {
      readonly [K in keyof R]: R[K] extends LaterSetting<unknown> ? Schema.optionalKey<R[K]["schema"]> : R[K]["schema"]
    }
  )

/**
 * A request as one SQL statement. Bodies go in as one JSON parameter and answers come out as one JSON text: PostgreSQL
 * does every conversion, as it does for PostgREST, and no number passes through a double on its way.
 *
 * Names are looked up in the catalog and quoted; values are parameters. `__`-names are ours.
 */
import type { Catalog, Columns, SqlFunction } from "./catalog.ts"
import { Refusal } from "./refusal.ts"
import type { Asked, Filter, Reading } from "./request.ts"

/** Its one row has one column `body`: JSON text, or for writes how many rows it wrote. */
export interface Statement {
  readonly sql: string
  readonly params: ReadonlyArray<string>
}

const quoted = (name: string): string => `"${name}"`

/** The statement for a request; throws `Refusal` where a table, column, function or argument is not there. */
export const statementOf = (asked: Asked, catalog: Catalog): Statement => {
  switch (asked.kind) {
    case "read": {
      const columns = tableOf(catalog, asked.table)
      const { conditions, params } = conditionsOf(asked.filters, columns, asked.table)
      const where = conditions === "" ? "" : ` where ${conditions}`
      return { sql: rowsAsJson(asked, columns, asked.table, `public.${quoted(asked.table)}${where}`), params }
    }
    case "upsert":
      return upsertOf(asked, tableOf(catalog, asked.table))
    case "delete": {
      const { conditions, params } = conditionsOf(asked.filters, tableOf(catalog, asked.table), asked.table)
      return { sql: counted(`delete from public.${quoted(asked.table)} where ${conditions}`), params }
    }
    case "call":
      return callOf(asked, catalog)
  }
}

const tableOf = (catalog: Catalog, table: string): Columns => {
  const columns = catalog.tables.get(table)
  if (columns !== undefined) return columns
  throw new Refusal(404, "42P01", `relation "public.${table}" does not exist`)
}

/** The type of a column that must be there. */
const typeOf = (columns: Columns, column: string, of: string): string => {
  const type = columns.get(column)
  if (type !== undefined) return type
  throw new Refusal(400, "42703", `column ${of}.${column} does not exist`)
}

const conditionsOf = (filters: ReadonlyArray<Filter>, columns: Columns, of: string) => ({
  // Through text: the value arrives as text and becomes what the column is, or the statement fails.
  conditions: filters
    .map(({ column, operator }, at) => {
      const type = typeOf(columns, column, of)
      return `${quoted(column)} ${operator} ($${at + 1}::text)::${type}`
    })
    .join(" and "),
  params: filters.map(({ value }) => value)
})

/** The rows of `source` (a table with its conditions, or a function) as one JSON array. */
const rowsAsJson = (
  { select, order, limit, offset }: Reading,
  columns: Columns,
  of: string,
  source: string
): string => {
  const chosen = (select ?? [...columns.keys()].map((column) => ({ column, asText: false }))).map(
    ({ column, asText }) => {
      typeOf(columns, column, of)
      return asText ? `${quoted(column)}::text as ${quoted(column)}` : quoted(column)
    }
  )
  const sorted = order.map(({ column, descending }) => {
    typeOf(columns, column, of)
    // Qualified, because the chosen column of the same name may be its text.
    return `__s.${quoted(column)}${descending ? " desc" : ""}`
  })
  const orderBy = sorted.length === 0 ? "" : ` order by ${sorted.join(", ")}`
  const page = `select ${chosen.join(", ")} from (select * from ${source}) __s${orderBy} limit ${limit} offset ${offset}`
  return `select coalesce(json_agg(__r), '[]')::text as body from (${page}) __r`
}

/** How many rows a write wrote. */
const counted = (write: string): string => `with __w as (${write} returning 1) select count(*)::text as body from __w`

const upsertOf = (
  { table, columns: given, onConflict, body }: Extract<Asked, { readonly kind: "upsert" }>,
  columns: Columns
): Statement => {
  const unknown = given.find((column) => !columns.has(column))
  if (unknown !== undefined) {
    const message = `Could not find the '${unknown}' column of '${table}' in the schema cache`
    throw new Refusal(400, "PGRST204", message)
  }
  for (const column of onConflict) typeOf(columns, column, table)
  const target = `public.${quoted(table)}`
  const list = given.map(quoted).join(", ")
  const typed = given.map((column) => `${quoted(column)} ${typeOf(columns, column, table)}`).join(", ")
  const updates = given.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(", ")
  return {
    sql: counted(
      `insert into ${target} (${list}) select ${list} from json_to_recordset($1::text::json) as __b(${typed})` +
        ` on conflict (${onConflict.map(quoted).join(", ")}) do update set ${updates}`
    ),
    params: [body]
  }
}

const callOf = (asked: Extract<Asked, { readonly kind: "call" }>, catalog: Catalog): Statement => {
  const called = catalog.functions.get(asked.function)
  if (called === undefined || !takes(called, asked.args)) {
    const message = `Could not find the function public.${asked.function}(${asked.args.join(", ")}) in the schema cache`
    throw new Refusal(404, "PGRST202", message)
  }
  const target = `public.${quoted(asked.function)}`
  const typed = asked.args.map((arg) => `${quoted(arg)} ${called.args.get(arg) ?? "text"}`).join(", ")
  const passed = asked.args.map((arg) => `${quoted(arg)} := __a.${quoted(arg)}`).join(", ")
  const source =
    typed === ""
      ? `${target}() as __f`
      : `json_to_record($1::text::json) as __a(${typed}), lateral ${target}(${passed}) as __f`
  const params = typed === "" ? [] : [asked.body]
  if (called.rows === null) return { sql: `select to_json(__f)::text as body from ${source}`, params }
  return { sql: rowsAsJson(asked, called.rows, asked.function, `(select __f.* from ${source}) __c`), params }
}

/** Whether a function can be called with these arguments: it knows them all, and has defaults for the others. */
const takes = (called: SqlFunction, args: ReadonlyArray<string>): boolean => {
  const needed = [...called.args.keys()].slice(0, called.args.size - called.defaults)
  return args.every((arg) => called.args.has(arg)) && needed.every((arg) => args.includes(arg))
}

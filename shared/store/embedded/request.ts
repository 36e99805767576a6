/** An HTTP request to PostgREST, read: what is asked, of which table or function, with everything unknown refused. */
import { Refusal, unsupported } from "./refusal.ts"

/** One column of an answer: as it is, or as text. */
export interface Selected {
  readonly column: string
  readonly asText: boolean
}

/** One condition on a column; `value` is text and is cast to the column's type. */
export interface Filter {
  readonly column: string
  readonly operator: "=" | "<>" | ">" | ">=" | "<" | "<="
  readonly value: string
}

/** One key of the sort order; the first one counts most. */
export interface Order {
  readonly column: string
  readonly descending: boolean
}

/** Which rows of a table or a function's answer are wanted, and how much of them. */
export interface Reading {
  /** Null: every column. */
  readonly select: ReadonlyArray<Selected> | null
  readonly filters: ReadonlyArray<Filter>
  readonly order: ReadonlyArray<Order>
  readonly limit: number
  readonly offset: number
}

/** A request in full, checked for shape but not against the catalog. */
export type Asked =
  | ({ readonly kind: "read"; readonly table: string } & Reading)
  | {
      readonly kind: "upsert"
      readonly table: string
      readonly columns: ReadonlyArray<string>
      readonly onConflict: ReadonlyArray<string>
      /** A JSON array of objects, as it came. */
      readonly body: string
    }
  | {
      readonly kind: "delete"
      readonly table: string
      readonly filters: ReadonlyArray<Filter>
      readonly counted: boolean
    }
  | ({
      readonly kind: "call"
      readonly function: string
      readonly args: ReadonlyArray<string>
      readonly body: string
    } & Reading)

/** The most rows of an answer, as hosted Supabase cuts it. */
const MAX_ROWS = 1_000

const OPERATORS: Readonly<Record<string, Filter["operator"]>> = {
  eq: "=",
  neq: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<="
}

/** A name of letters, digits and underscores; everything else would need quoting rules that nobody here needs. */
const NAME = /^[a-z_][a-z0-9_]*$/

const name = (text: string, where: string): string => {
  if (NAME.test(text)) return text
  throw unsupported(`"${text}" in ${where}`)
}

const REST_PATH = "/rest/v1/"

/** Reads a request; throws `Refusal`. */
export const readRequest = (method: string, url: URL, headers: Headers, body: string): Asked => {
  checkHeaders(headers)
  const path = url.pathname.startsWith(REST_PATH) ? url.pathname.slice(REST_PATH.length) : ""
  const query = [...url.searchParams]
  if (path.startsWith("rpc/")) {
    if (method !== "POST") throw unsupported(`${method} of a function`)
    // supabase-js asks for it when columns are selected; a function's answer comes in any case.
    prefers(headers, ["return=representation"])
    const { reading, rest } = splitReading(query)
    if (reading.filters.length > 0 || rest.length > 0) throw unsupported("filters of a function's answer")
    const args = Object.keys(objectOf(body))
    return { kind: "call", function: name(path.slice("rpc/".length), "the path"), args, body, ...reading }
  }
  const table = name(path, "the path")
  switch (method) {
    case "GET":
      prefers(headers, [])
      return { kind: "read", table, ...onlyReading(query) }
    case "POST":
      return readUpsert(table, query, headers, body)
    case "DELETE":
      return readDelete(table, query, headers)
    default:
      throw unsupported(method)
  }
}

const readUpsert = (
  table: string,
  query: ReadonlyArray<readonly [string, string]>,
  headers: Headers,
  body: string
): Asked => {
  if (!prefers(headers, ["resolution=merge-duplicates", "return=minimal"]).has("resolution=merge-duplicates")) {
    throw unsupported("an insert that is no upsert")
  }
  const given = new Map(query)
  const known = ["columns", "on_conflict"]
  const other = query.find(([key]) => !known.includes(key))
  if (other !== undefined) throw unsupported(`the parameter ${other[0]} of an upsert`)
  const list = (key: string) => {
    const text = given.get(key) ?? ""
    if (text === "") throw unsupported(`an upsert without ${key}`)
    return text.split(",").map((item) => name(item.replace(/^"(.*)"$/, "$1"), key))
  }
  if (!Array.isArray(jsonOf(body, "22P02"))) throw unsupported("an upsert of anything but an array")
  return { kind: "upsert", table, columns: list("columns"), onConflict: list("on_conflict"), body }
}

const readDelete = (table: string, query: ReadonlyArray<readonly [string, string]>, headers: Headers): Asked => {
  const counted = prefers(headers, ["count=exact", "return=minimal"]).has("count=exact")
  const filters = query.map(readFilter)
  if (filters.length === 0) throw unsupported("deleting a whole table")
  return { kind: "delete", table, filters, counted }
}

const checkHeaders = (headers: Headers): void => {
  const accept = headers.get("accept") ?? "*/*"
  if (accept !== "*/*" && accept !== "application/json") throw unsupported(`the answer as ${accept}`)
  for (const header of ["accept-profile", "content-profile"]) {
    const schema = headers.get(header)
    if (schema !== null && schema !== "public") throw unsupported(`the schema ${schema}`)
  }
  if (headers.has("range")) throw unsupported("the header Range")
}

/** What the request prefers; refuses what is not among `known`. */
const prefers = (headers: Headers, known: ReadonlyArray<string>): ReadonlySet<string> => {
  const asked = (headers.get("prefer") ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
  const other = asked.find((word) => !known.includes(word))
  if (other !== undefined) throw unsupported(`Prefer: ${other}`)
  return new Set(asked)
}

/** `code` is who finds out in PostgREST's case: itself, or PostgreSQL. */
const jsonOf = (body: string, code: "PGRST102" | "22P02"): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    throw new Refusal(400, code, "Empty or invalid json")
  }
}

const objectOf = (body: string): object => {
  const value = body === "" ? {} : jsonOf(body, "PGRST102")
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  throw unsupported("arguments of a function that are no object")
}

const onlyReading = (query: ReadonlyArray<readonly [string, string]>): Reading => {
  const { reading, rest } = splitReading(query)
  return { ...reading, filters: rest.map(readFilter) }
}

const splitReading = (query: ReadonlyArray<readonly [string, string]>) => {
  const [known, rest]: [Map<string, string>, Array<readonly [string, string]>] = [new Map(), []]
  for (const [key, value] of query) {
    if (["select", "order", "limit", "offset"].includes(key)) known.set(key, value)
    else rest.push([key, value])
  }
  const select = known.get("select") ?? "*"
  const reading: Reading = {
    select: select === "*" ? null : select.split(",").map(readSelected),
    filters: [],
    order: (known.get("order") ?? "").split(",").filter(Boolean).map(readOrder),
    limit: Math.min(MAX_ROWS, wholeNumber("limit", known.get("limit")) ?? MAX_ROWS),
    offset: wholeNumber("offset", known.get("offset")) ?? 0
  }
  return { reading, rest }
}

const readSelected = (item: string): Selected => {
  const [column = "", ...casts] = item.split("::")
  if (casts.length > 1 || (casts.length === 1 && casts[0] !== "text")) throw unsupported(`select=${item}`)
  return { column: name(column, "select"), asText: casts.length === 1 }
}

const readOrder = (item: string): Order => {
  const [column = "", direction = "asc", ...more] = item.split(".")
  if (more.length > 0 || !["asc", "desc"].includes(direction)) throw unsupported(`order=${item}`)
  return { column: name(column, "order"), descending: direction === "desc" }
}

const readFilter = ([column, condition]: readonly [string, string]): Filter => {
  const dot = condition.indexOf(".")
  const operator = OPERATORS[condition.slice(0, Math.max(0, dot))]
  if (operator === undefined) throw unsupported(`the condition ${column}=${condition}`)
  return { column: name(column, "a condition"), operator, value: condition.slice(dot + 1) }
}

const wholeNumber = (key: string, text: string | undefined): number | null => {
  if (text === undefined) return null
  if (!/^\d{1,15}$/.test(text)) throw unsupported(`${key}=${text}`)
  return Number(text)
}

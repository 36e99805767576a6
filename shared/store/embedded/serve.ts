/** `fetch` for supabase-js that is answered by the embedded database, as PostgREST would answer it. */
import type { Fetch } from "../supabase/client.ts"
import type { Catalog } from "./catalog.ts"
import { type Database, DatabaseGone, SqlError } from "./database.ts"
import { Refusal } from "./refusal.ts"
import { type Asked, readRequest } from "./request.ts"
import { statementOf } from "./statement.ts"

/** `onWrite` hears of every request that may have changed something. */
export const serveDatabase =
  (database: Database, catalog: Catalog, onWrite: () => void): Fetch =>
  async (input, init) => {
    try {
      const { method = "GET", body = "" } = init
      const asked = readRequest(method, new URL(input), new Headers(init.headers), typeof body === "string" ? body : "")
      const { sql, params } = statementOf(asked, catalog)
      if (mayWrite(asked, catalog)) onWrite()
      const [row] = (await database.query(sql, params)) as ReadonlyArray<{ readonly body: string | null }>
      return answer(asked, row?.body ?? "null")
    } catch (error) {
      return refusal(error)
    }
  }

const mayWrite = (asked: Asked, catalog: Catalog): boolean =>
  asked.kind === "call" ? catalog.functions.get(asked.function)?.writes === true : asked.kind !== "read"

const answer = (asked: Asked, body: string): Response => {
  switch (asked.kind) {
    case "read":
    case "call":
      return new Response(body, { status: 200, headers: { "content-type": "application/json; charset=utf-8" } })
    case "upsert":
      return new Response(null, { status: 201 })
    case "delete":
      return new Response(null, { status: 204, headers: asked.counted ? { "content-range": `*/${body}` } : {} })
  }
}

const refusal = (error: unknown): Response => {
  if (error instanceof Refusal) return failed(error.status, { code: error.code, message: error.message })
  if (error instanceof SqlError) return failed(statusOf(error.failure.code), error.failure)
  if (error instanceof DatabaseGone) return failed(503, { code: "PGRST001", message: error.message })
  throw error
}

const failed = (
  status: number,
  said: {
    readonly code: string
    readonly message: string
    readonly details?: string | null
    readonly hint?: string | null
  }
): Response =>
  Response.json(
    { code: said.code, details: said.details ?? null, hint: said.hint ?? null, message: said.message },
    { status }
  )

/** The status PostgREST gives to an SQLSTATE; the first that fits counts. */
const STATUS: ReadonlyArray<readonly [prefix: string, status: number]> = [
  ["23503", 409],
  ["23505", 409],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
  ["42501", 403],
  ["25006", 405],
  ["53400", 500],
  ["57P01", 503],
  ["P0001", 400],
  ["08", 503],
  ["09", 500],
  ["25", 500],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53", 503],
  ["54", 413],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["P0", 500],
  ["XX", 500]
]

const statusOf = (sqlState: string): number => STATUS.find(([prefix]) => sqlState.startsWith(prefix))?.[1] ?? 400

/** One request to PostgREST as an Effect: every failure sorted by what may be done about it, reads repeated a few times. */
import { errand } from "../../pace/errands.ts"
import { Effect, Schedule, Schema } from "effect"
import { StoreError } from "../port.ts"

/** What supabase-js resolves to. */
interface Reply {
  readonly data: unknown
  readonly error: { readonly message: string; readonly code: string; readonly details: string | null } | null
  readonly status: number
  readonly count: number | null
}

/** A request of supabase-js that has not been sent yet. */
interface Request {
  readonly abortSignal: (signal: AbortSignal) => PromiseLike<Reply>
}

/** Sends a request once. */
export const send = (call: string, request: () => Request): Effect.Effect<Reply, StoreError> =>
  Effect.tryPromise({
    // Made anew for every attempt: a request of supabase-js is sent once.
    try: async (signal) => await request().abortSignal(signal),
    catch: (error) => new StoreError({ call, advice: "retry", detail: String(error) })
  }).pipe(
    errand(`the store: ${call}`),
    Effect.flatMap((reply) => (reply.error === null ? Effect.succeed(reply) : Effect.fail(failure(call, reply))))
  )

/** Three attempts within a second: a dropped connection or a restarting proxy is passed over, an outage is not waited for. */
const READ_RETRY = Schedule.exponential("200 millis").pipe(Schedule.upTo({ times: 2 }))

/** Sends a request that changes nothing, again where that may help, and reads its answer as `answer` says. */
export const ask = <A>(
  call: string,
  answer: Schema.ConstraintDecoder<A>,
  request: () => Request
): Effect.Effect<A, StoreError> =>
  send(call, request).pipe(
    Effect.retry({ schedule: READ_RETRY, while: ({ advice }) => advice === "retry" }),
    Effect.flatMap(({ data }) => decode(call, answer, data))
  )

/** Sends a request that changes something and reads its answer. */
export const change = <A>(
  call: string,
  answer: Schema.ConstraintDecoder<A>,
  request: () => Request
): Effect.Effect<A, StoreError> => Effect.flatMap(send(call, request), ({ data }) => decode(call, answer, data))

const decode = <A>(call: string, answer: Schema.ConstraintDecoder<A>, data: unknown): Effect.Effect<A, StoreError> =>
  Schema.decodeUnknownEffect(answer)(data).pipe(
    Effect.mapError(
      ({ message }) => new StoreError({ call, advice: "refused", detail: `unexpected answer: ${message}` })
    )
  )

/** PostgREST cuts an answer at its row cap, 1,000 as hosted; what is sent is cut alike. */
export const PAGE_ROWS = 1_000

/**
 * Reads page after page; `page` is given the last row so far (null at first), how many rows to ask for at most, and how
 * many there are already.
 * Ends after `most` rows, or at a page that is empty or shorter than one before it: a server's cap may be below ours, so
 * one short page says nothing.
 */
export const readPages = Effect.fnUntraced(function* <Row>(
  page: (last: Row | null, limit: number, offset: number) => Effect.Effect<ReadonlyArray<Row>, StoreError>,
  most = Number.POSITIVE_INFINITY
): Effect.fn.Return<ReadonlyArray<Row>, StoreError> {
  const rows: Array<Row> = []
  for (let longest = 0; rows.length < most;) {
    const next = yield* page(rows.at(-1) ?? null, Math.min(PAGE_ROWS, most - rows.length), rows.length)
    for (const row of next) rows.push(row)
    if (next.length === 0 || next.length < longest) break
    longest = next.length
  }
  return rows
})

/** Rows in pieces that fit one request, in order. */
export const pieces = <A>(rows: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(rows.length / PAGE_ROWS) }, (_, piece) =>
    rows.slice(piece * PAGE_ROWS, (piece + 1) * PAGE_ROWS)
  )

/** Of rows with the same key only the last: one statement cannot write a row twice. */
export const lastOfEach = <A>(rows: ReadonlyArray<A>, keyOf: (row: A) => string | number): ReadonlyArray<A> => {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return byKey.size === rows.length ? rows : [...byKey.values()]
}

/** Tables, columns and functions that are not there: of PostgreSQL, and as PostgREST 12 and 13 say it. */
const MISSING = new Set(["42P01", "42703", "42883", "PGRST202", "PGRST204", "PGRST205"])
/** PostgREST 12 answers a write to a table that is not there with 404 and `{}`. */
const isBareNotFound = (error: Reply["error"], status: number): boolean =>
  status === 404 && error !== null && Object.keys(error).length === 0
/** Deadlock, lock timeout, cancelled by a time limit. */
const BUSY = new Set(["40001", "40P01", "55P03", "57014"])
const BUSY_STATUS = new Set([0, 408, 425, 429])
/** A page of text from a proxy is not printed whole. */
const SHOWN = 300

/** One line: of a call without an answer supabase-js tells a stack, of which the cause is what a person needs. */
const saidBy = (error: Reply["error"], status: number): string => {
  const cause = status === 0 ? /^Caused by: (.+)$/m.exec(error?.details ?? "")?.[1] : undefined
  const said = cause ?? [error?.message, error?.details].filter((text) => text != null && text !== "").join("; ")
  return said.replace(/\s+/g, " ").slice(0, SHOWN)
}

const failure = (call: string, { error, status }: Reply): StoreError => {
  const code = error?.code ?? ""
  const said = saidBy(error, status)
  const detail =
    `${status === 0 ? "no answer" : `HTTP ${status}`}${code === "" ? "" : ` ${code}`}` +
    (said === "" ? "" : `: ${said}`)
  const fail = (advice: StoreError["advice"], remedy = "") => new StoreError({ call, advice, detail: detail + remedy })
  if (MISSING.has(code)) return fail("missing_table", "; apply supabase/migrations")
  if (isBareNotFound(error, status)) {
    return fail("missing_table", "; apply supabase/migrations, or check SUPABASE_REST_PATH")
  }
  if (BUSY.has(code) || BUSY_STATUS.has(status)) return fail("retry")
  if (status === 401 || status === 403) return fail("stop", "; check SUPABASE_KEY")
  if (status >= 500 && status !== 501) return fail("retry")
  // PostgREST always gives a code; whoever answered without one is not PostgREST.
  if (code === "") return fail("stop", "; check SUPABASE_URL and SUPABASE_REST_PATH")
  return fail("refused")
}

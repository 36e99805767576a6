/** Everything the server answers: the routes of the table, and those that are served in other ways. */
import type { Schema } from "effect"
import { ACTION_PATH } from "../../actions/actionRoute.ts"
import { EVENTS_PARAMS } from "../journal/events.ts"
import type { Params } from "../params.ts"
import type { AnyRoute } from "../route.ts"
import { Problem } from "../schema/common.ts"
import { ActionAnswered, ActionBody, Backfill, ContextBlock, Health, Readiness } from "../schema/server.ts"
import { Status } from "../schema/status.ts"
import { EVENTS_PATH, METRICS_PATH } from "../serve.ts"

/** One answer; `schema` null: it is no JSON, or has no body. */
export interface Answer {
  readonly about: string
  readonly type: string | null
  readonly schema: Schema.Top | null
}

/** One operation. */
export interface Operation {
  readonly method: "get" | "post"
  readonly path: string
  readonly summary: string
  readonly params: Params
  readonly body: Schema.Top | null
  readonly answers: Readonly<Record<number, Answer>>
}

/** Where the contract itself is. */
export const OPENAPI_PATH = "/openapi.json"
/** The same for people. */
export const DOCS_PATH = "/docs"

const payload = (schema: Schema.Top, about = "the payload"): Answer => ({ about, type: "application/json", schema })
const refused = (about: string): Answer => ({ about, type: "application/problem+json", schema: Problem })
const text = (type: string, about: string): Answer => ({ about, type, schema: null })
const nothing = (about: string): Answer => ({ about, type: null, schema: null })

const get = (path: string, summary: string, answers: Operation["answers"], params: Params = {}): Operation => ({
  method: "get",
  path,
  summary,
  params,
  body: null,
  answers
})

const WRONG = refused("a parameter is wrong: the text names it, its value and what is accepted")
const unknown503 = refused("it is not known yet; the text says why")
const TOO_MANY = refused("all streams are taken, or all of one place, or the journal cannot be read")

/** An operation of a route of the table. */
const operationOf = ({ path, summary, params, payload: schema, problems }: AnyRoute<unknown>): Operation =>
  get(
    path,
    summary,
    {
      200: payload(schema),
      400: WRONG,
      ...Object.fromEntries(Object.entries(problems).map(([status, about]) => [status, refused(about)]))
    },
    params
  )

const ready = (path: string): Operation =>
  get(path, "Whether trading can go on, and what it waits for", {
    200: payload(Readiness, "nothing is waited for"),
    503: payload(Readiness, "something is waited for")
  })

const status = (path: string): Operation =>
  get(path, "One moment of the whole market", {
    200: payload(Status),
    304: nothing("what `If-None-Match` names is still so")
  })

const FURTHER: ReadonlyArray<Operation> = [
  status("/api/status"),
  status("/api/swarm/status"),
  get("/api/stream", "The status as server-sent events, at most one a second", {
    200: text("text/event-stream", "`id` is the sequence, `data` the status; `beat` every 15 s"),
    503: TOO_MANY
  }),
  get(
    EVENTS_PATH,
    "Every record as server-sent events, resumable by `Last-Event-ID`",
    {
      200: text("text/event-stream", "`id` is the sequence, `record` has a JournalLine; `beat` every 15 s"),
      400: WRONG,
      404: refused("there is no such record to go on from"),
      503: TOO_MANY
    },
    EVENTS_PARAMS
  ),
  {
    method: "post",
    path: ACTION_PATH,
    summary: "Asks for an action, or for what it would do",
    params: {},
    body: ActionBody,
    answers: {
      200: payload(ActionAnswered, "applied; of a preview what it would do"),
      202: payload(ActionAnswered, "in the journal, and not answered within 10 s"),
      400: refused("a field is wrong"),
      401: refused("no or a wrong token"),
      403: refused("another site's page asks"),
      409: payload(ActionAnswered, "refused, with the reason"),
      413: refused("more than 16 KiB"),
      415: refused("no JSON"),
      429: refused("more than 10 a second"),
      503: refused("the journal did not answer, or too many actions wait")
    }
  },
  get("/health", "Whether all is well, and why not", { 200: payload(Health) }),
  ready("/ready"),
  ready("/readyz"),
  get("/backfill/status", "How far the candles are", { 200: payload(Backfill), 503: unknown503 }),
  get("/levels", "Key levels of the pair", { 200: payload(ContextBlock), 503: unknown503 }),
  get("/structure", "The pair's structure with its evidence", { 200: payload(ContextBlock), 503: unknown503 }),
  get(METRICS_PATH, "Metrics for Prometheus", { 200: text("text/plain", "text format 0.0.4") }),
  get(OPENAPI_PATH, "This contract", { 200: text("application/json", "OpenAPI 3.1") }),
  get(DOCS_PATH, "This contract as a page", { 200: text("text/html", "a page without scripts") })
]

/** All of it, the routes of the table first. */
export const operationsOf = (routes: ReadonlyArray<AnyRoute<never>>): ReadonlyArray<Operation> => [
  ...routes.map((route) => operationOf(route as unknown as AnyRoute<unknown>)),
  ...FURTHER
]

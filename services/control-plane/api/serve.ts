/** Routes of the contract on the server: parameters read, payload put together, problems told. */
import { Effect } from "effect"
import type { Express, Request, Response } from "express"
import { STATUS_CODES } from "node:http"
import type { Published } from "../http/publisher.ts"
import { json, problem } from "../http/respond.ts"
import { EVENTS_PARAMS, type EventStreams } from "./journal/events.ts"
import { type Asked, readParams, WrongParameter } from "./params.ts"
import { type AnyRoute, ApiProblem, type Now } from "./route.ts"

/** Takes work that is not at hand; calls back once, later. False when too much waits already, and it never calls back. */
export type Ask<R> = (
  work: Effect.Effect<object, ApiProblem, R>,
  reply: (outcome: object | ApiProblem) => void
) => boolean

/** What the routes need of the server. */
export interface ApiServer<R> {
  readonly latest: () => Published
  /** Wall seconds since the views last moved. */
  readonly ageSec: () => number
  readonly currency: Now["currency"]
  readonly settings: Now["settings"]
  readonly ask: Ask<R>
}

/** Seconds until somebody whose question was too much should ask again. */
const RETRY_SEC = 2

const refuse = (response: Response, { status, message, more }: ApiProblem): void => {
  if (status === 503) response.set("Retry-After", String(RETRY_SEC))
  problem(response, status, STATUS_CODES[status] ?? "", message, more)
}

const queryOf = ({ url }: Request): string => {
  const at = url.indexOf("?")
  return at < 0 ? "" : url.slice(at + 1)
}

/** The parameters; null: they are wrong, and that has been answered. */
const askedOf = (
  route: Pick<AnyRoute<never>, "params">,
  request: Request,
  response: Response
): Readonly<Record<string, unknown>> | null => {
  try {
    return readParams(route.params, request.params as Readonly<Record<string, string>>, queryOf(request))
  } catch (error) {
    if (!(error instanceof WrongParameter)) throw error
    refuse(response, new ApiProblem(400, error.message))
    return null
  }
}

/** `/api/slots/{id}/history` as Express writes it. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1")

/** Adds the routes. */
export const serveRoutes = <R>(app: Express, routes: ReadonlyArray<AnyRoute<R>>, server: ApiServer<R>): void => {
  const { latest, ageSec, currency, settings, ask } = server
  for (const route of routes) {
    app.get(expressPath(route.path), (request, response) => {
      const asked = askedOf(route, request, response)
      if (asked === null) return
      const published = latest()
      const send = (outcome: object | ApiProblem): void => {
        if (outcome instanceof ApiProblem) return refuse(response, outcome)
        json(response, 200, JSON.stringify({ seq: published.seq, age_sec: ageSec(), ...outcome }))
      }
      const answer = route.answer(asked, { ...published, currency, settings })
      if (!Effect.isEffect(answer)) return send(answer)
      if (ask(answer as Effect.Effect<object, ApiProblem, R>, send)) return
      refuse(
        response,
        new ApiProblem(503, "too many questions about the past wait for an answer: ask again in some seconds")
      )
    })
  }
}

/** Where records are streamed. */
export const EVENTS_PATH = "/api/events"

/** Adds the stream of records. */
export const serveEvents = (app: Express, streams: EventStreams): void => {
  app.get(EVENTS_PATH, (request, response) => {
    const asked = askedOf({ params: EVENTS_PARAMS }, request, response)
    if (asked === null) return
    if (request.method === "HEAD") return response.type("text/event-stream").end()
    streams.open(request, response, asked as Asked<typeof EVENTS_PARAMS>)
  })
}

/** Where Prometheus asks. */
export const METRICS_PATH = "/metrics"

/** Adds the metrics; `text` makes them. */
export const serveMetrics = (app: Express, text: () => string): void => {
  app.get(METRICS_PATH, (_request, response) => {
    response.set("Cache-Control", "no-store").type("text/plain; version=0.0.4; charset=utf-8").send(text())
  })
}

/** The routes beside the status (`statusAnswer.ts`). All but actions are answered from the newest report in memory, so that no reader waits for anything. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from "express"
import { ACTION_PATH, type ActionDesk, takeActions } from "../actions/actionRoute.ts"
import { type Asset, NOT_BUILT } from "./assets.ts"
import { type makeDoor, SECURITY_HEADERS } from "./door.ts"
import { candleBlocks, healthOf, readinessOf } from "../core/health.ts"
import type { Published } from "./publisher.ts"
import { json, problem } from "./respond.ts"
import { MAX_CLIENTS, MAX_PER_ADDRESS } from "./connections.ts"
import type { StreamHub } from "./streamHub.ts"

/** What the routes read. */
export interface HttpSource {
  readonly latest: () => Published
  /** Wall seconds since the views last moved. */
  readonly ageSec: () => number
  readonly hub: StreamHub
  /** Null: the page has not been built. */
  readonly assets: ReadonlyMap<string, Asset> | null
  readonly desk: ActionDesk
  /** Adds the routes of the contract. */
  readonly routes: (app: Express) => void
  /** Null: the request may be looked at. */
  readonly door: ReturnType<typeof makeDoor>
  /** An unexpected failure, for the log; the client only learns that there was one. */
  readonly onFailure: (error: unknown) => void
}

/** A year, the longest that has a meaning: the file's name changes with what is in it. */
const FOR_EVER = "public, max-age=31536000, immutable"

/** The server's routes, in the order in which a request meets them. */
export const makeApp = ({ latest, ageSec, hub, assets, desk, routes, door, onFailure }: HttpSource): Express => {
  const app = express()
  app.disable("x-powered-by")
  // The routes of the contract read it themselves, and nobody else does.
  app.set("query parser", false)
  app.use((request, response, next) => {
    response.set(SECURITY_HEADERS)
    const turnedAway = door(request.headers)
    if (turnedAway === null) return next()
    problem(response, turnedAway.status, turnedAway.title, turnedAway.detail)
  })
  app.use(checkMethod)
  takeActions(app, desk)
  answerFromReport(app, latest, ageSec)
  routes(app)
  app.get("/api/stream", (request, response) => {
    if (request.method === "HEAD") return response.type("text/event-stream").end()
    if (hub.open(response, latest())) return
    response.set("Retry-After", "15")
    problem(
      response,
      503,
      "Too Many Streams",
      `${MAX_CLIENTS} pages are open already, or ${MAX_PER_ADDRESS} from here, or the server is stopping`
    )
  })
  app.use((request, response, next) => {
    if (assets === null && request.path === "/") return problem(response, 503, "Service Unavailable", NOT_BUILT)
    const asset = assets?.get(request.path)
    if (asset === undefined) return next()
    response
      .set("Cache-Control", asset.isFixed ? FOR_EVER : "no-cache")
      .type(asset.type)
      .send(asset.body)
  })
  app.use((request, response) => {
    problem(response, 404, "Not Found", `there is nothing at ${request.path}; the status is at /api/status`)
  })
  // Express tells an error handler by its four parameters.
  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    onFailure(error)
    if (response.headersSent) response.destroy()
    else problem(response, 500, "Internal Server Error", "the request failed; the log says why")
  }
  app.use(failed)
  return app
}

/** Only actions are posted. */
const checkMethod: RequestHandler = (request, response, next) => {
  const allowed = request.path === ACTION_PATH ? ["POST"] : ["GET", "HEAD"]
  if (allowed.includes(request.method)) return next()
  response.set("Allow", allowed.join(", "))
  const detail = `${request.method} is not possible here; actions are sent with POST ${ACTION_PATH}`
  problem(response, 405, "Method Not Allowed", detail)
}

const NOT_YET = "the exchange's clock has not been heard yet, or service market-context does not run"

const answerFromReport = (app: Express, latest: HttpSource["latest"], ageSec: () => number): void => {
  /** The block with the record that it knows the journal up to. */
  const shown = (response: Response, status: number, block: object): void =>
    json(response, status, JSON.stringify({ seq: latest().seq, age_sec: ageSec(), ...block }))
  app.get("/health", (_request, response) => {
    const { seq, report } = latest()
    shown(response, 200, healthOf(report, seq))
  })
  app.get(["/ready", "/readyz"], (_request, response) => {
    const { seq, report } = latest()
    shown(response, report.ready ? 200 : 503, readinessOf(report, seq))
  })
  app.get("/levels", (_request, response) => {
    const { levels } = latest().report
    if (levels !== undefined && "today" in levels) return shown(response, 200, levels)
    const why = levels === undefined ? NOT_YET : "trouble" in levels ? levels.trouble : "CONTEXT_ENABLED=false"
    problem(response, 503, "Service Unavailable", `no levels are known: ${why}`)
  })
  app.get("/structure", (_request, response) => {
    const { structure } = latest().report
    if (structure !== undefined && structure !== null) return shown(response, 200, structure)
    const why = "no structure is known: the store has not been read yet, or service market-context does not run"
    problem(response, 503, "Service Unavailable", why)
  })
  app.get("/backfill/status", (_request, response) => {
    const { report } = latest()
    if (report.backfill !== undefined) return shown(response, 200, candleBlocks(report))
    problem(
      response,
      503,
      "Service Unavailable",
      "no candles are known yet: the store is being opened, or service ohlcv-ingestor does not run"
    )
  })
}

/** The routes. All but actions are answered from the newest report in memory, so that no reader waits for anything. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express"
import { ACTION_PATH, type ActionDesk, takeActions } from "../actions/actionRoute.ts"
import type { Asset } from "./assets.ts"
import type { CandleBlocks } from "../core/blocks.ts"
import type { Published } from "./publisher.ts"
import type { StatusReport } from "../core/report.ts"
import { json, problem } from "./respond.ts"
import { MAX_CLIENTS, MAX_PER_ADDRESS, type StreamHub } from "./streamHub.ts"

/** What the routes read. */
export interface HttpSource {
  readonly latest: () => Published
  readonly hub: StreamHub
  readonly assets: ReadonlyMap<string, Asset>
  readonly desk: ActionDesk
  /** An unexpected failure, for the log; the client only learns that there was one. */
  readonly onFailure: (error: unknown) => void
}

const SECURITY_HEADERS = {
  // Everything comes from this server, as files: no inline script, no inline style, nobody else's frame.
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer"
} as const

const candleBlocks = ({
  data,
  backfill,
  hmm_data_pipeline,
  hmm_data_pipeline_secondary
}: StatusReport): CandleBlocks => ({
  ...(data === undefined ? {} : { data }),
  ...(backfill === undefined ? {} : { backfill, hmm_data_pipeline, hmm_data_pipeline_secondary })
})

/** The server's routes, in the order in which a request meets them. */
export const makeApp = ({ latest, hub, assets, desk, onFailure }: HttpSource): Express => {
  const app = express()
  app.disable("x-powered-by")
  app.use(checkMethod)
  takeActions(app, desk)
  answerFromReport(app, latest)
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
    const asset = assets.get(request.path)
    if (asset === undefined) return next()
    response.set("Cache-Control", "no-cache").type(asset.type).send(asset.body)
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

/** Every answer carries the security headers; only actions are posted. */
const checkMethod: RequestHandler = (request, response, next) => {
  response.set(SECURITY_HEADERS)
  const allowed = request.path === ACTION_PATH ? ["POST"] : ["GET", "HEAD"]
  if (allowed.includes(request.method)) return next()
  response.set("Allow", allowed.join(", "))
  const detail = `${request.method} is not possible here; actions are sent with POST ${ACTION_PATH}`
  problem(response, 405, "Method Not Allowed", detail)
}

const answerFromReport = (app: Express, latest: HttpSource["latest"]): void => {
  app.get(["/api/status", "/api/swarm/status"], (_request, response) => json(response, 200, latest().json))

  app.get("/health", (_request, response) => {
    const { seq, report } = latest()
    const halted = report.mode_reason === null ? [] : [report.mode_reason]
    // However well everything else goes: on stale data nobody should rely.
    const data = report.data?.reasons ?? []
    const reasons = [...halted, ...report.waiting_for, ...report.warnings, ...data]
    const status = reasons.length === 0 ? "ok" : "degraded"
    json(response, 200, JSON.stringify({ status, reasons, mode: report.mode, last_event_seq: seq }))
  })

  app.get("/ready", (_request, response) => {
    const { seq, report } = latest()
    // Trading waits for no candles; whoever does, reads of them here.
    const body = {
      ready: report.ready,
      waiting_for: report.waiting_for,
      last_event_seq: seq,
      ...candleBlocks(report)
    }
    json(response, report.ready ? 200 : 503, JSON.stringify(body))
  })

  app.get("/backfill/status", (_request, response) => {
    const { report } = latest()
    if (report.backfill !== undefined) return json(response, 200, JSON.stringify(candleBlocks(report)))
    problem(
      response,
      503,
      "Service Unavailable",
      "no candles are known yet: the store is being opened, or service ohlcv-ingestor does not run"
    )
  })
}

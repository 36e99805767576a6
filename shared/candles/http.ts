/** A source over HTTP: one dialect, one request, every failure sorted by what may be done about it. */
import { Clock, Effect, Redacted } from "effect"
import { sendRequest } from "../http/request.ts"
import { type CandleVenue, timeframeName } from "./core/candle.ts"
import { answerOf, type Dialect } from "./core/dialect.ts"
import { droppedText, normalise } from "./core/normalise.ts"
import { type CandlePage, type CandleRequest, type CandleSource, CandleSourceError } from "./source.ts"

/** What differs between two uses of one dialect; all of it may be left out. */
export interface HttpSourceOptions {
  /** Base address instead of the dialect's own: a proxy, or the simulated exchange. */
  readonly url?: string
  /** How long a page may take, wall milliseconds; default 15 s. */
  readonly timeoutMs?: number
  /** Sent as a bearer token; for sources that need one. */
  readonly apiKey?: Redacted.Redacted
  /** The source's clock, Unix milliseconds. Default: the wall's. A simulated exchange has its own. */
  readonly nowMs?: Effect.Effect<number>
  /** Default `real`; a simulated exchange is named after its venue, whatever it speaks. */
  readonly venue?: CandleVenue
  /** Milliseconds of the source's time in one of the wall. Default 1. */
  readonly speed?: number
}

const TIMEOUT_MS = 15_000

/** The source that speaks this dialect. It sends once per call and keeps no rate: that is the caller's. */
export const httpSource = (dialect: Dialect, options: HttpSourceOptions = {}): CandleSource => {
  const { timeoutMs = TIMEOUT_MS, speed = 1, venue = "real" } = options
  const name = venue === "simulated" ? venue : dialect.name
  const base = (options.url ?? dialect.url).replace(/\/+$/, "")
  const headers: Record<string, string> = { accept: "application/json" }
  if (options.apiKey !== undefined) headers["authorization"] = `Bearer ${Redacted.value(options.apiKey)}`

  const fetchPage = Effect.fn("CandleSource.fetchPage")(function* (
    request: CandleRequest
  ): Effect.fn.Return<CandlePage, CandleSourceError> {
    const fail = (advice: CandleSourceError["advice"], detail: string, retryAfterMs: number | null = null) =>
      new CandleSourceError({
        source: name,
        asked: `${request.symbol} ${timeframeName(request.intervalMin)}`,
        advice,
        detail,
        retryAfterMs
      })
    const wallMs = yield* Clock.currentTimeMillis
    const nowMs = options.nowMs === undefined ? wallMs : yield* options.nowMs
    const path = dialect.path(request, Math.floor(nowMs / 1_000))
    if (path === null) return yield* fail("rejected", `has no timeframe of ${request.intervalMin} minutes`)
    const response = yield* sendRequest(`${base}${path}`, { headers }, timeoutMs).pipe(
      Effect.mapError(({ detail }) => fail("retry", detail))
    )
    const answer = answerOf(dialect, request, response, nowMs)
    switch (answer.kind) {
      case "page": {
        const { candles, dropped } = normalise(
          answer.rows,
          request.intervalMin,
          answer.closedUntilSec ?? Math.floor(nowMs / 1_000)
        )
        const left = droppedText(dropped)
        if (left !== null) {
          const asked = `${request.symbol} ${timeframeName(request.intervalMin)}`
          yield* Effect.logWarning(`${name}: ${asked}: bars left out of ${answer.rows.length}: ${left}`)
        }
        return { candles, dropped, cursor: answer.cursor, more: answer.more }
      }
      case "refused": {
        const { advice, detail, retryAtMs } = answer
        const namedMs = retryAtMs === null ? null : Math.max(0, retryAtMs - nowMs) / speed
        return yield* fail(advice, detail, namedMs ?? retryAfterMs(response.retryAfter, wallMs))
      }
    }
  })

  return { name, venue, rate: dialect.rate, reachable: dialect.reachable, fetchPage }
}

/** `Retry-After` is seconds or a date. */
const retryAfterMs = (header: string | null, wallMs: number): number | null => {
  if (header === null) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - wallMs)
}

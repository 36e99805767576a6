/**
 * A bars API in Polygon's style: `/v2/aggs/ticker/{ticker}/range/{n}/{unit}/{from}/{to}`, oldest first, prices adjusted for
 * splits, and `next_url` for the rest. The cursor is that URL's path and query, so the key only ever goes to the address
 * of the settings; after the last page it is the start of the last bar.
 */
import { has, type Json, number, rowOf, text, WireProblem } from "../../../core/wire/json.ts"
import { intervalSec } from "../candle.ts"
import { type Answer, type Dialect, refusedAs } from "../dialect.ts"
import type { CandleRequest } from "../../source.ts"
import { lastStartMs, rawOfMs } from "./rows.ts"

/** The most a page may hold. */
const MAX_ROWS = 50_000
/** Bars of a newest page; a stock market is open about a fifth of the hours of a year, so five times as far back. */
const NEWEST_BARS = 1_000
const CLOSED_HOURS_FACTOR = 5

const INTERVALS = new Map([
  [1, "1/minute"],
  [5, "5/minute"],
  [15, "15/minute"],
  [30, "30/minute"],
  [60, "1/hour"],
  [240, "4/hour"],
  [720, "12/hour"],
  [1_440, "1/day"],
  [10_080, "1/week"]
])

const path = ({ symbol, intervalMin, cursor, sinceSec }: CandleRequest, nowSec: number): string | null => {
  const range = INTERVALS.get(intervalMin)
  if (range === undefined) return null
  if (cursor?.startsWith("/") === true) return cursor
  const newestSec = nowSec - NEWEST_BARS * CLOSED_HOURS_FACTOR * intervalSec(intervalMin)
  const fromMs = cursor ?? String((sinceSec ?? newestSec) * 1_000)
  const query = new URLSearchParams({ adjusted: "true", sort: "asc", limit: String(MAX_ROWS) })
  return `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/${range}/${fromMs}/${nowSec * 1_000}?${query.toString()}`
}

const read = (body: Json, { cursor }: CandleRequest): Answer => {
  const reply = rowOf(body, "reply")
  const status = text(reply, "status")
  if (status !== "OK" && status !== "DELAYED") return refusedAs("rejected", problemOf(body) ?? `status ${status}`)
  const results = has(reply, "results") ? reply.fields["results"] : []
  const bars = (Array.isArray(results) ? results : []).map((bar: Json, at) => rowOf(bar, `reply.results[${at}]`))
  const next = has(reply, "next_url") ? nextOf(text(reply, "next_url")) : null
  const last = bars.at(-1)
  return {
    kind: "page",
    rows: bars.map(({ fields: { t, o, h, l, c, v, n } }) => rawOfMs(t, o, h, l, c, v, n ?? "0")),
    cursor:
      next === null
        ? last === undefined
          ? startOnly(cursor)
          : lastStartMs(String(number(last, "t")))
        : `${next.pathname}${next.search}`,
    more: next !== null,
    closedUntilSec: null
  }
}

const nextOf = (address: string): URL => {
  const next = URL.parse(address)
  if (next === null) throw new WireProblem("reply.next_url", `is ${JSON.stringify(address)}, no address`)
  return next
}

/** A used-up `next_url` leads nowhere later on. */
const startOnly = (cursor: string | null): string | null => (cursor?.startsWith("/") === true ? null : cursor)

const problemOf = (body: Json): string | null => {
  const { error, message } = rowOf(body, "reply").fields
  return typeof error === "string" ? error : typeof message === "string" ? message : null
}

const refusal = (body: Json): Answer | null => {
  const detail = problemOf(body)
  if (detail === null) return null
  if (/api key|not authorized|not entitled/i.test(detail)) return refusedAs("stop", detail)
  if (/exceeded|too many/i.test(detail)) return refusedAs("wait", detail)
  return refusedAs(/ticker/i.test(detail) ? "unknown_symbol" : "rejected", detail)
}

/** The free plan allows five calls a minute. */
export const POLYGON: Dialect = {
  name: "polygon",
  url: "https://api.polygon.io",
  rate: { burst: 1, perSec: 5 / 60 },
  reachable: null,
  path,
  read,
  refusal
}

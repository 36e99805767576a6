/**
 * Bybit's `/v5/market/kline` (spot): lists of texts, newest first, the newest 1,000 between `start` and `end`. To go
 * forward a page is a window of 1,000 bars, and the cursor is where the next window begins.
 */
import { child, type Json, rowOf, text } from "../../../core/wire/json.ts"
import { intervalSec } from "../candle.ts"
import { type Answer, type Dialect, refusedAs } from "../dialect.ts"
import type { CandleRequest } from "../../source.ts"
import { lastStartMs, listOf, rawOfMs } from "./rows.ts"

const MAX_ROWS = 1_000

const INTERVALS = new Map([
  [1, "1"],
  [5, "5"],
  [15, "15"],
  [30, "30"],
  [60, "60"],
  [240, "240"],
  [720, "720"],
  [1_440, "D"],
  [10_080, "W"]
])

/** First and last start of a page's window in Unix milliseconds; null: the newest page. */
const windowOf = ({ cursor, sinceSec, intervalMin }: CandleRequest) => {
  const startMs = cursor === null ? (sinceSec === undefined ? null : sinceSec * 1_000) : Number(cursor)
  return startMs === null ? null : { startMs, endMs: startMs + (MAX_ROWS - 1) * intervalSec(intervalMin) * 1_000 }
}

const path = (request: CandleRequest): string | null => {
  const interval = INTERVALS.get(request.intervalMin)
  if (interval === undefined) return null
  const query = new URLSearchParams({ category: "spot", symbol: request.symbol, interval, limit: String(MAX_ROWS) })
  const window = windowOf(request)
  if (window !== null) {
    query.set("start", String(window.startMs))
    query.set("end", String(window.endMs))
  }
  return `/v5/market/kline?${query.toString()}`
}

const read = (body: Json, request: CandleRequest, nowMs: number): Answer => {
  const reply = rowOf(body, "reply")
  const code = text(reply, "retCode")
  if (code !== "0") return refused(code, text(reply, "retMsg"))
  const rows = [...listOf(child(reply, "result").fields["list"], "reply.result.list")].reverse()
  const window = windowOf(request)
  // A window that ends before now has bars after it, even if it is empty: the symbol was listed later.
  const more = window !== null && window.endMs < nowMs
  return {
    kind: "page",
    rows: rows.map(([startMs, open, high, low, close, volume]) =>
      rawOfMs(startMs, open, high, low, close, volume, "0")
    ),
    cursor: more ? String(window.endMs) : (lastStartMs(rows.at(-1)?.[0]) ?? request.cursor),
    more,
    closedUntilSec: null
  }
}

/** 10006 and 10018 are rate limits; 10001 is a wrong parameter, whose text names the symbol when it is that. */
const refused = (code: string, message: string): Answer => {
  const detail = `${code} ${message}`
  if (code === "10006" || code === "10018") return refusedAs("wait", detail)
  if (code === "10001") return refusedAs(/symbol/i.test(message) ? "unknown_symbol" : "rejected", detail)
  return code === "10016" || code === "10000" ? refusedAs("retry", detail) : refusedAs("rejected", detail)
}

/** 600 requests in five seconds are allowed per address; a tenth of it is plenty. Trades are not counted in a bar. */
export const BYBIT: Dialect = {
  name: "bybit",
  url: "https://api.bybit.com",
  rate: { burst: 5, perSec: 10 },
  reachable: null,
  path,
  read
}

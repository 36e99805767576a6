/**
 * Binance's `/api/v3/klines`: lists of twelve, oldest first, at most 1,000 from `startTime` on. The cursor is the start of
 * the last row, which the next page repeats: so a bar that was still forming comes again when it is closed.
 */
import { type Json, rowOf } from "../../../core/wire/json.ts"
import { type Answer, type Dialect, refusedAs } from "../dialect.ts"
import type { CandleRequest } from "../../source.ts"
import { lastStartMs, listOf, rawOfMs } from "./rows.ts"

const MAX_ROWS = 1_000

const INTERVALS = new Map([
  [1, "1m"],
  [5, "5m"],
  [15, "15m"],
  [30, "30m"],
  [60, "1h"],
  [240, "4h"],
  [720, "12h"],
  [1_440, "1d"],
  [10_080, "1w"]
])

const path = ({ symbol, intervalMin, cursor, sinceSec }: CandleRequest): string | null => {
  const interval = INTERVALS.get(intervalMin)
  if (interval === undefined) return null
  const query = new URLSearchParams({ symbol, interval, limit: String(MAX_ROWS) })
  const startMs = cursor ?? (sinceSec === undefined ? null : String(sinceSec * 1_000))
  if (startMs !== null) query.set("startTime", startMs)
  return `/api/v3/klines?${query.toString()}`
}

const read = (body: Json, { cursor }: CandleRequest): Answer => {
  const rows = listOf(body, "reply")
  return {
    kind: "page",
    rows: rows.map(([openMs, open, high, low, close, volume, , , trades]) =>
      rawOfMs(openMs, open, high, low, close, volume, trades)
    ),
    cursor: lastStartMs(rows.at(-1)?.[0]) ?? cursor,
    more: rows.length >= MAX_ROWS,
    closedUntilSec: null
  }
}

/** `{"code":-1121,"msg":"Invalid symbol."}` */
const refusal = (body: Json): Answer | null => {
  const { code, msg } = rowOf(body, "reply").fields
  if (typeof code !== "string" || typeof msg !== "string") return null
  const detail = `${code} ${msg}`
  if (code === "-1121") return refusedAs("unknown_symbol", detail)
  return code === "-1003" ? refusedAs("wait", detail) : refusedAs("rejected", detail)
}

/** A page weighs 2 of 6,000 a minute; 20 a second stay below half of that. */
export const BINANCE: Dialect = {
  name: "binance",
  url: "https://api.binance.com",
  rate: { burst: 10, perSec: 20 },
  reachable: null,
  path,
  read,
  refusal
}

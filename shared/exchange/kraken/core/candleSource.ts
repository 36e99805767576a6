/**
 * Kraken's `OHLC`: at most the newest 720 bars, the last of them still forming, so 719 closed ones can be had and none
 * before them, whatever `since` says. `last` is opaque text: what came back is what the next call sends as `since`, which is
 * exclusive. Where it reads as Unix seconds it is the start of the last finished bar, as documented. Its keys: https://docs.kraken.com/api/docs/rest-api/get-ohlc-data.
 */
import { classify } from "./errors.ts"
import { type Json, type Row, rowOf, text, texts, WireProblem } from "../../../core/wire/json.ts"
import { intervalSec } from "../../../candles/core/candle.ts"
import { type Answer, type Dialect, refusedAs } from "../../../candles/core/dialect.ts"
import type { RawCandle } from "../../../candles/core/normalise.ts"
import type { CandleRequest } from "../../../candles/source.ts"

/** Closed bars a page holds at most. */
const CLOSED_BARS = 719

const INTERVALS_MIN = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600]

const path = ({ symbol, intervalMin, cursor }: CandleRequest): string | null => {
  if (!INTERVALS_MIN.includes(intervalMin)) return null
  const query = new URLSearchParams({ pair: symbol, interval: String(intervalMin) })
  if (cursor !== null) query.set("since", cursor)
  return `/0/public/OHLC?${query.toString()}`
}

const read = (body: Json, { intervalMin }: CandleRequest, nowMs: number): Answer => {
  const envelope = rowOf(body, "reply")
  const errors = texts(envelope, "error")
  if (errors.length > 0) return refusal(errors, nowMs)
  const result = rowOf(envelope.fields["result"], "reply.result")
  const cursor = text(result, "last")
  const rows = barsOf(result)
  return {
    kind: "page",
    rows: rows.map(rawCandle),
    cursor,
    more: false,
    closedUntilSec: closedUntil(cursor, rows.at(-1)?.[0], intervalMin)
  }
}

/** Unix seconds have ten digits until the year 2286; anything else, such as nanoseconds, is no time here. */
const UNIX_SECONDS = /^\d{1,10}$/

/**
 * A bar after the last finished one shows that there is a forming one: then Kraken's own word beats any clock. Null: the
 * clock decides, also where the cursor is no time in seconds.
 */
const closedUntil = (cursor: string, newest: Json | undefined, intervalMin: number): number | null => {
  if (!UNIX_SECONDS.test(cursor) || typeof newest !== "string") return null
  const lastFinishedSec = Number(cursor)
  return Number(newest) > lastFinishedSec ? lastFinishedSec + intervalSec(intervalMin) : null
}

/** The one list that is not `last`: Kraken answers under the name of the pair that it likes. */
const barsOf = (result: Row): ReadonlyArray<ReadonlyArray<Json>> => {
  const names = Object.keys(result.fields).filter((name) => name !== "last")
  const bars = names.length === 1 ? result.fields[names[0] ?? ""] : undefined
  if (!Array.isArray(bars)) {
    throw new WireProblem(
      result.path,
      `has ${names.length} entries beside last (${names.join(", ")}), expected one list`
    )
  }
  return bars.map((bar: Json) => (Array.isArray(bar) ? (bar as ReadonlyArray<Json>) : []))
}

/** Time, open, high, low, close, volume-weighted price, volume, count; the count was not always there. */
const rawCandle = (bar: ReadonlyArray<Json>): RawCandle =>
  bar.length < 7 ? [] : [bar[0], bar[1], bar[2], bar[3], bar[4], bar[6], bar[7] ?? "0"]

const refusal = (errors: ReadonlyArray<string>, nowMs: number): Answer => {
  const detail = errors.join("; ")
  if (errors.some((error) => error.startsWith("EQuery:Unknown asset pair"))) return refusedAs("unknown_symbol", detail)
  const { advice, retryAtMs } = classify("read", errors, nowMs)
  if (advice === "wait") return { kind: "refused", advice, detail, retryAtMs }
  return refusedAs(advice === "unknown" || advice === "gone" ? "retry" : advice, detail)
}

/** Public calls: about one a second is safe; a short burst was never refused. */
export const KRAKEN: Dialect = {
  name: "kraken",
  url: "https://api.kraken.com",
  rate: { burst: 3, perSec: 1 },
  reachable: CLOSED_BARS,
  path,
  read
}

/**
 * Bybit's `/v5/market/recent-trade` (spot): the newest 60 trades, newest first, and nothing older; older days come from its archives
 * (`kennel levels import`). `{"execId":"2100000000007764263","symbol":"BTCUSDT","price":"16618.49","size":"0.00012","side":"Buy",
 * "time":"1672052955758"}`, in `result.list`. Of the execution id the last fifteen digits count the trades; those before are the symbol's.
 */
import {
  child,
  choice,
  count,
  type Json,
  price,
  type Row,
  rowOf,
  rows,
  text,
  volume,
  WireProblem
} from "../../../../shared/core/wire/json.ts"
import type { MarketTrade } from "../../../../shared/exchange/marketTrades.ts"
import type { TradeAnswer, TradeDialect } from "./dialect.ts"

const MAX_ROWS = 60
/** More would not fit a double. */
const COUNTING_DIGITS = 15

const idOf = (row: Row): number => {
  const execId = text(row, "execId")
  if (!/^\d{1,30}$/.test(execId)) throw new WireProblem(`${row.path}.execId`, `is "${execId}", no whole number`)
  return Number(execId.slice(-COUNTING_DIGITS))
}

const read = (body: Json, status: number): TradeAnswer => {
  const reply = rowOf(body, "reply")
  const code = text(reply, "retCode")
  if (status !== 200 || code !== "0") {
    const detail = `${code} ${text(reply, "retMsg")}`
    // Rate limits; a server that is out of order.
    const advice =
      code === "10006" || code === "10018" ? "wait" : code === "10016" || code === "10000" ? "unknown" : "rejected"
    return { kind: "refused", advice, detail }
  }
  const trades = rows(child(reply, "result"), "list")
    .map((row): MarketTrade => ({
      id: idOf(row),
      timeMs: count(row, "time"),
      price: price(row, "price"),
      volume: volume(row, "size"),
      takerSide: choice(row, "side", ["Buy", "Sell"]) === "Buy" ? "buy" : "sell"
    }))
    .toSorted((a, b) => a.id - b.id)
  return { kind: "trades", trades, isFull: trades.length >= MAX_ROWS }
}

/** 600 requests in five seconds are allowed per address; a tenth of it is plenty. */
export const BYBIT_TRADES: TradeDialect = {
  name: "bybit",
  url: "https://api.bybit.com",
  rate: { burst: 5, perSec: 10 },
  symbols: { XDGUSD: "DOGEUSDT", XBTUSD: "BTCUSDT", ETHUSD: "ETHUSDT" },
  newest: (symbol) => `/v5/market/recent-trade?category=spot&symbol=${encodeURIComponent(symbol)}&limit=${MAX_ROWS}`,
  past: null,
  read
}

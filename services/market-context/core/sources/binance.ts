/**
 * Binance's `/api/v3/aggTrades` (spot): trades of one taker order at one price are one row, numbered without holes, at most 1,000 a page from
 * `fromId` or `startTime` on, both inclusive; without either the newest.
 * `{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}`; `m`: the buyer was the maker.
 */
import { count, flag, type Json, price, rowOf, text, volume, WireProblem } from "../../../../shared/core/wire/json.ts"
import type { MarketTrade } from "../../../../shared/exchange/marketTrades.ts"
import type { TradeAnswer, TradeDialect } from "./dialect.ts"

const MAX_ROWS = 1_000
const PATH = "/api/v3/aggTrades"

const read = (body: Json, status: number): TradeAnswer => {
  if (status !== 200) return refusal(body, status)
  if (!Array.isArray(body)) throw new WireProblem("reply", "is not a list")
  const trades = body.map((value: Json, index): MarketTrade => {
    const row = rowOf(value, `reply[${index}]`)
    return {
      id: count(row, "a"),
      timeMs: count(row, "T"),
      price: price(row, "p"),
      volume: volume(row, "q"),
      takerSide: flag(row, "m") ? "sell" : "buy"
    }
  })
  return { kind: "trades", trades, isFull: trades.length >= MAX_ROWS }
}

/** `{"code":-1121,"msg":"Invalid symbol."}`; -1003 is too many requests. */
const refusal = (body: Json, status: number): TradeAnswer => {
  const reply = rowOf(body, "reply")
  const code = text(reply, "code")
  const detail = `HTTP ${status}: ${code} ${text(reply, "msg")}`
  return { kind: "refused", advice: code === "-1003" ? "wait" : "rejected", detail }
}

/** A page weighs 4 of the 6,000 a minute that an address has; 10 a second stay below half of that. */
export const BINANCE_TRADES: TradeDialect = {
  name: "binance",
  url: "https://api.binance.com",
  rate: { burst: 10, perSec: 10 },
  symbols: { XDGUSD: "DOGEUSDT", XBTUSD: "BTCUSDT", ETHUSD: "ETHUSDT" },
  newest: (symbol) => `${PATH}?symbol=${encodeURIComponent(symbol)}&limit=${MAX_ROWS}`,
  past: {
    path: (symbol, start) => {
      const from = "cursor" in start ? `fromId=${start.cursor}` : `startTime=${start.fromMs}`
      return `${PATH}?symbol=${encodeURIComponent(symbol)}&${from}&limit=${MAX_ROWS}`
    },
    cursorAfter: (id) => String(id + 1)
  },
  read
}

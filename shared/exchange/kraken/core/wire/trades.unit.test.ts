import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../../core/decimal/decimal.ts"
import { parseJson, rowOf } from "../../../../core/wire/json.ts"
import { DOGE_USD } from "./names.ts"
import { readTradePage, readTrades } from "./trades.ts"

const frame = (trade: string) => rowOf(parseJson(`{"channel":"trade","type":"update","data":[${trade}]}`), "frame")
const trade = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    symbol: "DOGE/USD",
    side: "sell",
    price: 0.2000001,
    qty: 12.5,
    ord_type: "limit",
    trade_id: 41,
    timestamp: "2026-10-14T07:59:59.999999999Z",
    ...more
  })
const page = (rows: string, last = `"1790000000123456789"`) =>
  rowOf(parseJson(`{"XDGUSD":[${rows}],"last":${last}}`), "result")
const row = (time: string) => `["0.2000001","12.50000000",${time},"s","l","",41]`

describe("trades of the stream", () => {
  it("are exact, and their times are cut and never rounded into the next window", () => {
    expect(readTrades(frame(trade()), DOGE_USD)).toStrictEqual([
      {
        id: 41,
        timeMs: Date.parse("2026-10-14T07:59:59.999Z"),
        price: Price.parse("0.2000001"),
        volume: Volume.parse("12.5"),
        takerSide: "sell"
      }
    ])
    expect(readTrades(frame(trade({ symbol: "BTC/USD" })), DOGE_USD)).toStrictEqual([])
  })

  it.each([
    [{ price: 0 }, /data\[0\]\.price: is "0", not within/],
    [{ qty: -1 }, /data\[0\]\.qty: is "-1", not within/],
    [{ trade_id: -1 }, /trade_id: is "-1", not a whole number/],
    [{ side: "both" }, /side: is "both", not one of buy, sell/],
    [{ timestamp: "yesterday" }, /timestamp: is "yesterday", not a time/]
  ])("are refused by the name of their field: %j", (wrong, problem) => {
    expect(() => readTrades(frame(trade(wrong)), DOGE_USD)).toThrow(problem)
  })
})

describe("a page of trades", () => {
  it("keeps its cursor as text, and cuts times as the stream does", () => {
    const { trades, cursor } = readTradePage(page(row("1791964799.9999999")))
    expect(cursor).toBe("1790000000123456789")
    expect(trades).toStrictEqual(readTrades(frame(trade()), DOGE_USD))
    expect(readTradePage(page("")).trades).toStrictEqual([])
  })

  it.each([
    [page(row(`"soon"`)), /result\.XDGUSD\[0\]\.2: is "soon", not Unix seconds/],
    [page(`["0.2","1"]`), /result\.XDGUSD\[0\]\.6: is missing/],
    [page(`7`), /result\.XDGUSD\[0\]: is no list/],
    [page("", `""`), /result\.last: is "", not a text/],
    [rowOf(parseJson(`{"last":"1"}`), "result"), /has 0 entries beside last/]
  ])("is refused by the name of its field", (result, problem) => {
    expect(() => readTradePage(result)).toThrow(problem)
  })
})

/** What other sources of trades are asked, and what their answers mean; bodies of the shapes that their operators document. */
import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { parseJson } from "../../../../shared/core/wire/json.ts"
import { BINANCE_TRADES } from "./binance.ts"
import { BYBIT_TRADES } from "./bybit.ts"
import type { TradeDialect } from "./dialect.ts"

const shown = (dialect: TradeDialect, body: string, status = 200) => {
  const answer = dialect.read(parseJson(body), status)
  if (answer.kind === "refused") return answer
  return answer.trades.map(({ id, timeMs, price, volume, takerSide }) => [
    id,
    timeMs,
    Price.format(price),
    Volume.format(volume),
    takerSide
  ])
}

describe("Binance", () => {
  const BODY = `[{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true},
    {"a":26130,"p":"0.0164","q":"1","f":27782,"l":27790,"T":1498793709154,"m":false,"M":true}]`

  it("gives aggregated trades as they stand; a buyer who was the maker means that the taker sold", () => {
    expect(shown(BINANCE_TRADES, BODY)).toStrictEqual([
      [26_129, 1_498_793_709_153, "0.01633102", "4.70443515", "sell"],
      [26_130, 1_498_793_709_154, "0.0164", "1", "buy"]
    ])
  })

  it("is asked by time to begin, and by number to go on", () => {
    const { past, newest } = BINANCE_TRADES
    expect([
      newest("DOGEUSDT"),
      past?.path("DOGEUSDT", { fromMs: 1_498_793_700_000 }),
      past?.path("DOGEUSDT", { cursor: past.cursorAfter(26_130) })
    ]).toStrictEqual([
      "/api/v3/aggTrades?symbol=DOGEUSDT&limit=1000",
      "/api/v3/aggTrades?symbol=DOGEUSDT&startTime=1498793700000&limit=1000",
      "/api/v3/aggTrades?symbol=DOGEUSDT&fromId=26131&limit=1000"
    ])
  })

  it("says in its own words what it refuses, and what to wait for", () => {
    expect(shown(BINANCE_TRADES, `{"code":-1121,"msg":"Invalid symbol."}`, 400)).toStrictEqual({
      kind: "refused",
      advice: "rejected",
      detail: "HTTP 400: -1121 Invalid symbol."
    })
    expect(shown(BINANCE_TRADES, `{"code":-1003,"msg":"Too many requests"}`, 400)).toMatchObject({ advice: "wait" })
  })

  it.each([
    ["no list", `{}`, /reply: is not a list/],
    ["a number that is none", `[{"a":"x","p":"1","q":"1","T":1,"m":true}]`, /reply\[0\]\.a/],
    ["a side that is missing", `[{"a":1,"p":"1","q":"1","T":1}]`, /reply\[0\]\.m/]
  ])("is refused by the field for %s", (_what, body, problem) => {
    expect(() => BINANCE_TRADES.read(parseJson(body), 200)).toThrow(problem)
  })
})

describe("Bybit", () => {
  const row = (execId: string, time: string, side = "Buy") =>
    `{"execId":"${execId}","symbol":"DOGEUSDT","price":"0.23418","size":"120.5","side":"${side}","time":"${time}","isBlockTrade":false}`
  const body = (...list: ReadonlyArray<string>) =>
    `{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[${list.join(",")}]},"retExtInfo":{},"time":1672053054358}`

  it("gives its newest trades oldest first, numbered by the digits that count", () => {
    const answer = body(
      row("2100000000007764264", "1672052955800", "Sell"),
      row("2100000000007764263", "1672052955758")
    )
    expect(shown(BYBIT_TRADES, answer)).toStrictEqual([
      [7_764_263, 1_672_052_955_758, "0.23418", "120.5", "buy"],
      [7_764_264, 1_672_052_955_800, "0.23418", "120.5", "sell"]
    ])
    expect([BYBIT_TRADES.newest("DOGEUSDT"), BYBIT_TRADES.past]).toStrictEqual([
      "/v5/market/recent-trade?category=spot&symbol=DOGEUSDT&limit=60",
      null
    ])
  })

  it("says in its own words what it refuses, and what to wait for", () => {
    expect(shown(BYBIT_TRADES, `{"retCode":10001,"retMsg":"Not supported symbols","result":{}}`)).toStrictEqual({
      kind: "refused",
      advice: "rejected",
      detail: "10001 Not supported symbols"
    })
    expect(shown(BYBIT_TRADES, `{"retCode":10006,"retMsg":"Too many visits!"}`)).toMatchObject({ advice: "wait" })
  })

  it("is refused by the field for a number that is none", () => {
    expect(() => BYBIT_TRADES.read(parseJson(body(row("a-b-c", "1672052955758"))), 200)).toThrow(/execId/)
  })
})

import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { TradeLines } from "./tradeLines.ts"

const read = (...lines: ReadonlyArray<string>) => {
  const reader = new TradeLines()
  const trades = lines.flatMap((line) => reader.read(line) ?? [])
  return { trades, found: reader.found }
}
const NOON = Date.parse("2025-01-01T12:00:00.123Z")

describe("an archive of trades", () => {
  // [what, lines, what is said of the file, number and time of the last trade]
  it.each([
    [
      "Kraken's, without numbers",
      ["1735732800,0.31,5", "1735732800.1239,0.32,5"],
      /^Kraken's archive, times in seconds \(10 digits\), trades without/,
      2
    ],
    [
      "Binance's without a header, milliseconds",
      [`77,0.32,5,1,2,${NOON},true`],
      /^Binance aggTrades, times in milliseconds/,
      77
    ],
    [
      "Binance's without a header, microseconds",
      [`77,0.32,5,1,2,${NOON}999,true,true`],
      /^Binance aggTrades, times in microseconds/,
      77
    ],
    [
      "Bybit's",
      ["id,timestamp,price,volume,side,rpi", `7,${NOON},0.32,5,sell,0`],
      /^columns by their names, times in milliseconds/,
      7
    ],
    [
      "Binance's with a header",
      [
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
        `77,0.32,5,1,2,${NOON},true`,
        ""
      ],
      /^columns by their names, times in milliseconds/,
      77
    ],
    [
      "one whose header has another order",
      ["time_ms,agg_trade_id,price,qty,buyer_is_maker", `${NOON},77,0.32,5,true`],
      /^columns by their names/,
      77
    ]
  ] as const)("%s is understood, and it is said as what", (_what, lines, said, id) => {
    const { trades, found } = read(...lines)
    expect(found).toMatch(said)
    expect(trades.at(-1)).toMatchObject({ id, timeMs: NOON, price: Price.parse("0.32"), volume: Volume.parse("5") })
  })

  it.each([
    [["1735732800,0.31,5", `${NOON},0.31,5`], /line 2: time "\d{13}" is in milliseconds, the lines before in seconds/],
    [
      ["17357328000,0.31,5"],
      /line 1: time "17357328000" has 11 digits; seconds have 10, milliseconds 13, microseconds 16/
    ],
    [["1735732800,0,5"], /line 1: price "0" is no number above 0/],
    [
      ["1795180020.1,0.1,5", "1795180021.2,0.11,999999999999999999996"],
      /line 2: volume 999999999999999999996 is not within 0 and 1000000000000 units/
    ],
    [["1735732800,20000000000,5"], /line 1: price 20000000000 is not within .* and 10000000000 quote per unit/],
    [["0000000001,0.3,5"], /line 1: time 1000 is not within 1230768000000 and 4102444800000 ms since 1970/],
    [["1735732800,0.3,-5"], /line 1: volume "-5" is no number from 0 on/],
    [["1735732800,0.3"], /line 1: has 2 fields; without a header 3 \(Kraken\)/],
    [["1735732800,0.3,5", "1735732801,0.3"], /line 2: has 2 fields, not 3/],
    [["price,qty"], /line 1: the header names no time/],
    [[`x7,0.32,5,1,2,${NOON},true`], /line 1: the header names no time/],
    [[`77,0.32,5,1,2,${NOON},maybe`], /line 1: "maybe" is neither true nor false/]
  ] as const)("refuses %j by line and field", (lines, problem) => {
    expect(() => read(...lines)).toThrow(problem)
  })
})

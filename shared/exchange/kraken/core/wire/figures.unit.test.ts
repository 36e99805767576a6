/** Every number of every message, replaced by what no market has: refused by field and value, or not read at all. */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseJson, type Row, rowOf } from "../../../../core/wire/json.ts"
import { readBalances, readConstraints, readFees, readTime } from "./account.ts"
import { emptyExecutions, readExecutions } from "./executions.ts"
import { RANGES } from "../../../../core/ranges.ts"
import { readFrame } from "./frame.ts"
import { DOGE_USD } from "./names.ts"
import { readBars } from "./ohlc.ts"
import { readFillsPage, readOrders } from "./orders.ts"
import { readTrades } from "./trades.ts"
import { readRestTicker, readTickers } from "./ticker.ts"

const ORDER = {
  cl_ord_id: "k1",
  status: "open",
  opentm: 1790000000.12,
  vol: "60",
  vol_exec: "10",
  cost: "2",
  fee: "0.01",
  descr: { pair: "XDGUSD", type: "buy", ordertype: "limit", price: "0.2" }
}
const FILL = {
  ordertxid: "OABC",
  pair: "XDGUSD",
  time: 1790000000.12,
  type: "buy",
  price: "0.2",
  cost: "12",
  fee: "0.03",
  vol: "60",
  maker: true
}
const PAIR = { pair_decimals: 7, lot_decimals: 8, ordermin: "50", costmin: "0.5", status: "online" }
const TRADE = {
  order_id: "OABC",
  exec_id: "T1",
  exec_type: "trade",
  symbol: "DOGE/USD",
  side: "buy",
  last_qty: 60,
  last_price: 0.2,
  cost: 12,
  liquidity_ind: "m",
  timestamp: "2026-11-20T10:00:00.1Z",
  fees: [{ asset: "USD", qty: 0.03 }]
}
const BAR = {
  symbol: "DOGE/USD",
  open: 0.2,
  high: 0.2,
  low: 0.2,
  close: 0.2,
  volume: 5,
  trades: 3,
  interval: 1,
  interval_begin: "2026-11-20T10:00:00Z"
}
const PUBLIC = {
  symbol: "DOGE/USD",
  side: "buy",
  price: 0.2,
  qty: 5,
  trade_id: 7,
  timestamp: "2026-11-20T10:00:00.1Z"
}
const TICKER = { symbol: "DOGE/USD", bid: 0.2, ask: 0.2, last: 0.2 }

type Reader = (body: Row) => unknown
/** A message, how it is read, and its figures. */
type Message = readonly [name: string, message: object, read: Reader, figures: ReadonlyArray<string>]
const MESSAGES: ReadonlyArray<Message> = [
  ["Time", { unixtime: 1790000000 }, readTime, ["unixtime"]],
  ["AssetPairs", { XDGUSD: PAIR }, readConstraints, ["pair_decimals", "lot_decimals", "ordermin", "costmin"]],
  ["TradeVolume", { fees: { XDGUSD: { fee: "0.4" } }, fees_maker: { XDGUSD: { fee: "0.2" } } }, readFees, ["fee"]],
  [
    "BalanceEx",
    { XXDG: { balance: "5", hold_trade: "1" }, ZUSD: { balance: "7", hold_trade: "1" } },
    (body) => readBalances(body, DOGE_USD),
    ["balance", "hold_trade"]
  ],
  [
    "OpenOrders",
    { OABC: ORDER },
    (body) => readOrders(body, DOGE_USD),
    ["opentm", "vol", "vol_exec", "cost", "fee", "price"]
  ],
  [
    "TradesHistory",
    { count: 1, trades: { T1: FILL } },
    (body) => readFillsPage(body, DOGE_USD),
    ["count", "time", "price", "cost", "fee", "vol"]
  ],
  ["Ticker", { XDGUSD: { a: ["0.2"], b: ["0.2"], c: ["0.2"] } }, readRestTicker, ["0"]],
  ["ticker", { data: [TICKER] }, (body) => readTickers(body, DOGE_USD), ["bid", "ask", "last"]],
  [
    "ohlc",
    { data: [BAR] },
    (body) => readBars(body, DOGE_USD, 1),
    ["open", "high", "low", "close", "volume", "trades", "interval_begin"]
  ],
  ["trade", { data: [PUBLIC] }, (body) => readTrades(body, DOGE_USD), ["price", "qty", "timestamp"]],
  [
    "executions",
    { type: "snapshot", sequence: 1, data: [TRADE] },
    (body) => {
      const read = readExecutions(emptyExecutions(), body, DOGE_USD)
      if (read.kind === "events" && read.problems[0] !== undefined) throw read.problems[0]
      return read
    },
    ["last_qty", "last_price", "cost", "qty", "timestamp"]
  ],
  [
    "pong",
    { method: "pong", req_id: 1, time_out: "2026-11-20T10:00:00Z" },
    (body) => readFrame(JSON.stringify(body.fields)),
    ["time_out"]
  ]
]

/** No figure of a market, whatever it counts: below nothing, beyond all there is, another unit of time, no number. */
const NONSENSE = ["-1", "-0.00000001", "1e22", "1790000000000000", "NaN", "Infinity", "", "0x10", "1,5"]
const NO_TIME = ["1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "1790000000"]
/** Nothing: no price and no traded volume. */
const ABOVE_ZERO = new Set([
  "price",
  "last_price",
  "last_qty",
  "vol",
  "bid",
  "ask",
  "last",
  "open",
  "high",
  "low",
  "close",
  "0"
])

/** The message with `value` in every place that has this name. */
const withFigure = (message: unknown, figure: string, value: string): unknown => {
  if (Array.isArray(message)) {
    return message.map((part: unknown, at) => (String(at) === figure ? value : withFigure(part, figure, value)))
  }
  if (typeof message !== "object" || message === null) return message
  return Object.fromEntries(
    Object.entries(message).map(([key, part]) => [
      key,
      key === figure && typeof part !== "object" ? value : withFigure(part, figure, value)
    ])
  )
}

const rowFrom = (message: unknown): Row => rowOf(parseJson(JSON.stringify(message)), "reply")

const cases = MESSAGES.flatMap(([name, message, read, figures]) =>
  figures.flatMap((figure) => {
    const isTime = ["timestamp", "interval_begin", "time_out"].includes(figure)
    const values = isTime ? NO_TIME : [...NONSENSE, ...(ABOVE_ZERO.has(figure) ? ["0", "0.00000000", "-0"] : [])]
    return values.map((value) => ({ name, message, read, figure, value }))
  })
)

describe("a number the market cannot have", () => {
  it.each(MESSAGES)("is in no good %s: it is read", (_name, message, read) => {
    expect(() => read(rowFrom(message))).not.toThrow()
  })

  it.each(cases)("in $name: $figure = $value is refused by field and value", ({ message, read, figure, value }) => {
    expect(() => read(rowFrom(withFigure(message, figure, value)))).toThrow(
      new RegExp(`\\.${figure}: is ${JSON.stringify(value).replaceAll(/[.+]/g, "\\$&")}, `)
    )
  })

  it("cannot come in beside the table: no reader of this folder takes a number from anywhere else", () => {
    const folder = new URL("./", import.meta.url)
    const beside = readdirSync(folder)
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "figures.ts")
      .filter((file) => {
        const [, imported = ""] = /import \{([^}]*)\} from "[^"]*wire\/json.ts"/.exec(
          readFileSync(new URL(file, folder), "utf8")
        ) ?? [undefined, ""]
        return /\b(price|volume|quote|number|count|secondsAsMs|timestampMs)\b/.test(imported)
      })
    expect(beside).toStrictEqual([])
  })

  it.each(Object.entries(RANGES))("is told from one that it can by a range: %s", (_kind, { least, most }) => {
    expect(Number(least)).toBeLessThan(Number(most))
  })
})

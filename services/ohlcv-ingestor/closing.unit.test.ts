import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import type { Candle } from "../../shared/candles/candle.ts"
import { Price, Volume } from "../../shared/decimal/decimal.ts"
import { parseJson, rowOf, WireProblem } from "../../shared/exchange/kraken/wire/json.ts"
import { DOGE_USD } from "../../shared/exchange/kraken/wire/names.ts"
import { readBars } from "../../shared/exchange/kraken/wire/ohlc.ts"
import { closeDue, type Forming, hearBar, withoutHole } from "./closing.ts"

const bar = (timeSec: number, close: string): Candle => ({
  timeSec,
  open: Price.parse("0.2"),
  high: Price.parse("0.3"),
  low: Price.parse("0.1"),
  close: Price.parse(close),
  volume: Volume.parse("5"),
  trades: 1
})

/** What is stored, in order, as `start close`. */
const closedBy = (bars: ReadonlyArray<Candle>): ReadonlyArray<string> => {
  let forming: Forming = null
  const closed: Array<string> = []
  for (const next of bars) {
    const heard = hearBar(forming, next)
    forming = heard.forming
    closed.push(...heard.closed.map(({ timeSec, close }) => `${timeSec} ${Price.format(close)}`))
  }
  return closed
}

describe("a bar that the exchange streams", () => {
  it("is over when a later one begins, with the values it had last", () => {
    assert.deepEqual(closedBy([bar(0, "0.2"), bar(0, "0.21"), bar(60, "0.25")]), ["0 0.21"])
  })

  it("is over when a later one begins, also when those between had no trades", () => {
    assert.deepEqual(closedBy([bar(0, "0.2"), bar(300, "0.25"), bar(360, "0.25")]), ["0 0.2", "300 0.25"])
  })

  it("is stored again when the exchange corrects it after it was over", () => {
    assert.deepEqual(closedBy([bar(0, "0.2"), bar(60, "0.25"), bar(0, "0.22")]), ["0 0.2", "0 0.22"])
  })

  it("is not over while nothing later is heard", () => {
    assert.deepEqual(closedBy([bar(60, "0.2"), bar(60, "0.21")]), [])
  })

  it.each([
    { passedSec: 119, over: false },
    { passedSec: 120, over: true }
  ])("that began at 60 s is over by the clock at $passedSec s: $over", ({ passedSec, over }) => {
    const forming = bar(60, "0.2")
    assert.deepEqual(
      closeDue(forming, 1, passedSec),
      over ? { forming: null, closed: [forming] } : { forming, closed: [] }
    )
  })

  it("that has never come is not over either", () => {
    assert.deepEqual(closeDue(null, 1, 1e9), { forming: null, closed: [] })
  })
})

describe("streamed bars are stored after the one at 60 s", () => {
  const kept = (...starts: ReadonlyArray<number>) =>
    withoutHole(
      starts.map((start) => bar(start, "0.2")),
      60,
      1
    ).map(({ timeSec }) => timeSec)

  it.each([
    ["one after the other", [120, 180], [120, 180]],
    ["corrections too", [0, 60, 120], [0, 60, 120]],
    ["not after a hole", [180], []],
    ["up to a hole", [120, 240, 300], [120]],
    ["none of none", [], []]
  ])("%s", (_, given, wanted) => {
    assert.deepEqual(kept(...given), wanted)
  })
})

const frame = (...bars: ReadonlyArray<string>) =>
  rowOf(parseJson(`{"channel":"ohlc","type":"update","data":[${bars.join(",")}]}`), "frame")

const sent = (change: Readonly<Record<string, string>> = {}) =>
  `{${Object.entries({
    symbol: '"DOGE/USD"',
    open: "0.4",
    high: "0.5",
    low: "0.3",
    close: "0.45",
    trades: "7",
    volume: "12.34567890",
    vwap: "0.41",
    interval_begin: '"2024-11-12T06:05:00.000000000Z"',
    interval: "5",
    timestamp: '"2024-11-12T06:10:00.000000Z"',
    ...change
  })
    .map(([key, value]) => `"${key}":${value}`)
    .join(",")}}`

describe("an ohlc frame", () => {
  it("gives the bar's start and exact figures", () => {
    assert.deepEqual(readBars(frame(sent()), DOGE_USD, 5), [
      {
        timeSec: Date.parse("2024-11-12T06:05:00Z") / 1_000,
        open: Price.parse("0.4"),
        high: Price.parse("0.5"),
        low: Price.parse("0.3"),
        close: Price.parse("0.45"),
        volume: Volume.parse("12.3456789"),
        trades: 7
      }
    ])
  })

  it("gives nothing of other pairs and other lengths", () => {
    assert.deepEqual(readBars(frame(sent({ symbol: '"BTC/USD"' }), sent({ interval: "1" })), DOGE_USD, 5), [])
  })

  it.each([
    ["close", { close: "0" }, "is not above zero"],
    ["low", { low: "-0.1" }, "is not above zero"],
    ["volume", { volume: "-1" }, "is below zero"],
    ["high", { high: '"much"' }, "not a decimal number"],
    ["trades", { trades: "1.5" }, "not a whole number"],
    ["interval_begin", { interval_begin: '"yesterday"' }, "not a time"],
    ["interval_begin", { interval_begin: '"2024-11-12T06:05:00.500Z"' }, "is no whole second"]
  ])("that is wrong in %s is refused by that name (%o)", (field, change, problem) => {
    assert.throws(() => readBars(frame(sent(change)), DOGE_USD, 5), WireProblem, `frame.data[0].${field}`)
    assert.throws(() => readBars(frame(sent(change)), DOGE_USD, 5), WireProblem, problem)
  })
})

const RECORDED = new URL("../../../shared/data/kraken-ws2-ohlc5m-messages-2024-11-12.csv.gz", import.meta.url)
if (!existsSync(RECORDED)) console.log(`skipped: recorded ohlc messages: none at ${RECORDED.pathname}`)

describe.runIf(existsSync(RECORDED))("the messages that Kraken really sent", () => {
  const rows = gunzipSync(readFileSync(RECORDED))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .filter(([, symbol]) => symbol === "DOGE/USD")
  const messages = rows.map(
    ([, , begin, end, open = "", high = "", low = "", close = "", volume = "", vwap = "", n = ""]) =>
      sent({
        interval_begin: `"${begin}"`,
        timestamp: `"${end}"`,
        open,
        high,
        low,
        close,
        volume,
        vwap,
        trades: n
      })
  )

  it("leave each bar but the newest with the values of its last message, whatever a second snapshot repeats", () => {
    const startOf = ([, , begin = ""]: ReadonlyArray<string>) => String(Date.parse(begin) / 1_000)
    const starts = rows.map(startOf)
    assert.isBelow(new Set(starts).size, starts.length)
    const last = new Map(rows.map((row) => [startOf(row), Price.format(Price.parse(row[7] ?? ""))]))
    last.delete(starts.toSorted().at(-1) ?? "")
    const closed = closedBy(messages.flatMap((message) => readBars(frame(message), DOGE_USD, 5)))
    assert.isAtLeast(closed.length, 9)
    assert.deepEqual(new Map(closed.map((line) => line.split(" ") as [string, string])), last)
  })
})

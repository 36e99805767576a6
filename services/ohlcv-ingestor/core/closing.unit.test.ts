import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { parseJson, rowOf, WireProblem } from "../../../shared/core/wire/json.ts"
import { DOGE_USD } from "../../../shared/exchange/kraken/core/wire/names.ts"
import { readBars } from "../../../shared/exchange/kraken/core/wire/ohlc.ts"
import { hearBar, dropForming, hearTime, type Hearing, SILENCE, withoutHole } from "./closing.ts"
import { bar } from "../testing/minutes.ts"

/** A message of one connection: a bar, the exchange's time in Unix seconds, or something unreadable. */
type Message = Candle | number | "noise"

/** Figures as the exchange wrote them. */
const written = ({ timeSec, open, high, low, close, volume, trades }: Candle): string =>
  [timeSec, ...[open, high, low, close].map(Price.format), Volume.format(volume), trades].join(" ")

/** What one connection of 1 min bars closes, in order, and what it does not believe. */
const hearAll = (messages: ReadonlyArray<Message>, nowSec = 1e10) => {
  let hearing: Hearing = SILENCE
  const closed: Array<Candle> = []
  const problems: Array<string> = []
  for (const message of messages) {
    if (message === "noise") {
      hearing = dropForming(hearing)
      continue
    }
    const heard = typeof message === "number" ? hearTime(hearing, 1, message) : hearBar(hearing, message, nowSec)
    hearing = heard.hearing
    closed.push(...heard.closed)
    if (heard.problem !== null) problems.push(heard.problem)
  }
  return { closed: closed.map(({ timeSec, close }) => `${timeSec} ${Price.format(close)}`), problems, bars: closed }
}
const closedBy = (...messages: ReadonlyArray<Message>) => hearAll(messages).closed

describe("a bar that the exchange streams", () => {
  it("is over when a later one begins, with the values it had last", () => {
    expect(closedBy(bar(0, "0.2"), bar(0, "0.21"), bar(60, "0.25"))).toStrictEqual(["0 0.21"])
  })

  it("is over when a later one begins, also when those between had no trades", () => {
    expect(closedBy(bar(0, "0.2"), bar(300, "0.25"), bar(360, "0.25"))).toStrictEqual(["0 0.2", "300 0.25"])
  })

  it("is not over while nothing later is heard", () => {
    expect(closedBy(bar(60, "0.2"), bar(60, "0.21"), 119, 119)).toStrictEqual([])
  })

  it("is over when the exchange has told a time past its end twice, and once only", () => {
    expect(closedBy(bar(60, "0.2"), 119, 120)).toStrictEqual([])
    expect(closedBy(bar(60, "0.2"), 120, 122, 125, bar(120, "0.3"))).toStrictEqual(["60 0.2"])
  })

  it("may have its last trade told after the time of its end", () => {
    expect(closedBy(bar(60, "0.2", 1), 120, bar(60, "0.22", 2), 122)).toStrictEqual(["60 0.22"])
  })

  it("is left to polling when what came after it could not be read", () => {
    expect(closedBy(bar(0, "0.2"), "noise", bar(60, "0.25"), bar(120, "0.25"))).toStrictEqual(["60 0.25"])
    expect(closedBy(bar(0, "0.2"), "noise", 60, 61)).toStrictEqual([])
  })

  it("is known whole again when it comes once more after that", () => {
    expect(closedBy(bar(0, "0.2"), "noise", bar(0, "0.21"), bar(60, "0.25"))).toStrictEqual(["0 0.21"])
  })

  it("that never came is not over either", () => {
    expect(closedBy(1e9, 1e9)).toStrictEqual([])
  })

  it("may come twice", () => {
    expect(hearAll([bar(0, "0.2"), bar(0, "0.2"), bar(60, "0.3"), bar(60, "0.3")])).toStrictEqual({
      ...hearAll([bar(0, "0.2"), bar(60, "0.3")]),
      problems: []
    })
  })

  it("that comes after a later one is refused by name, and changes nothing", () => {
    const { closed, problems } = hearAll([bar(0, "0.2"), bar(60, "0.25"), bar(0, "0.22"), bar(120, "0.3")])
    expect(closed).toStrictEqual(["0 0.2", "60 0.25"])
    expect(problems).toStrictEqual(["interval_begin: 0 s comes after 60 s"])
  })

  it("with fewer trades than it had is refused by name, and changes nothing", () => {
    const { closed, problems } = hearAll([bar(0, "0.2", 7), bar(0, "0.22", 5), bar(60, "0.25")])
    expect(closed).toStrictEqual(["0 0.2"])
    expect(problems).toStrictEqual(["trades: 5 come after 7 of the same bar"])
  })

  it("of a time that is not yet is refused by name, and closes nothing", () => {
    const { closed, problems } = hearAll([bar(0, "0.2"), bar(60, "0.25"), bar(0, "0.2", 2)], 49)
    expect(closed).toStrictEqual([])
    expect(problems).toStrictEqual(["interval_begin: 60 s is after now, 49 s"])
    expect(hearAll([bar(0, "0.2"), bar(60, "0.25")], 50).closed).toStrictEqual(["0 0.2"])
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
    expect(kept(...given)).toStrictEqual(wanted)
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
    expect(readBars(frame(sent()), DOGE_USD, 5)).toStrictEqual([
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
    expect(readBars(frame(sent({ symbol: '"BTC/USD"' }), sent({ interval: "1" })), DOGE_USD, 5)).toStrictEqual([])
  })

  it.each([
    ["close", { close: "0" }, 'is "0", not within'],
    ["low", { low: "-0.1" }, 'is "-0.1", not within'],
    ["volume", { volume: "-1" }, 'is "-1", not within'],
    ["high", { high: '"much"' }, "not a decimal number"],
    ["trades", { trades: "1.5" }, "not a whole number"],
    ["interval_begin", { interval_begin: '"yesterday"' }, "not a time"],
    ["interval_begin", { interval_begin: '"2024-11-12T06:05:00.500Z"' }, "is not where a bar of 5 min begins"],
    ["interval_begin", { interval_begin: '"2024-11-12T06:06:00Z"' }, "is not where a bar of 5 min begins"]
  ])("that is wrong in %s is refused by that name (%o)", (field, change, problem) => {
    const read = () => readBars(frame(sent(change)), DOGE_USD, 5)
    expect(read).toThrow(WireProblem)
    expect(read).toThrow(`frame.data[0].${field}`)
    expect(read).toThrow(problem)
  })
})

/** Two connections with silence between them: `tests/data/README.md`. */
const RECORDED = new URL("../../../tests/data/ohlc-messages.csv.gz", import.meta.url)

describe("the messages of two connections", () => {
  const rows = gunzipSync(readFileSync(RECORDED))
    .toString("utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .filter(([, symbol]) => symbol === "DOGE/USD")
  const startOf = ([, , begin = ""]: ReadonlyArray<string>) => Date.parse(begin) / 1_000
  /** The start goes back where a new connection began with its snapshot. */
  const second = rows.findIndex((row, at) => at > 0 && startOf(row) < startOf(rows[at - 1] ?? []))
  const barsOf = (some: ReadonlyArray<ReadonlyArray<string>>) =>
    some.flatMap(
      ([, , begin, end, open = "", high = "", low = "", close = "", volume = "", vwap = "", trades = ""]) => {
        const times = { interval_begin: `"${begin}"`, timestamp: `"${end}"` }
        return readBars(frame(sent({ ...times, open, high, low, close, volume, vwap, trades })), DOGE_USD, 5)
      }
    )
  /** The last message of each bar, but for those after `untilSec`: their end is not in the recording. */
  const lastOf = (some: ReadonlyArray<ReadonlyArray<string>>, untilSec: number) => {
    const figures = some.map(
      (row) =>
        [
          startOf(row),
          row
            .slice(4, 9)
            .concat(row[10] ?? "")
            .join(" ")
        ] as const
    )
    return [...new Map(figures)].filter(([start]) => start <= untilSec).map(([start, text]) => `${start} ${text}`)
  }
  const at = (time: string) => Date.parse(`2024-03-01T${time}Z`) / 1_000

  it("leave each bar but the newest of a connection, with the figures of its last message to the last digit", () => {
    const [first, again] = [rows.slice(0, second), rows.slice(second)]
    const heard = [first, again].map((some) => hearAll(barsOf(some)))
    expect(heard[0]?.bars.map(written)).toStrictEqual(lastOf(first, at("06:40:00")))
    expect(heard[1]?.bars.map(written)).toStrictEqual(lastOf(again, at("07:10:00")))
    expect(heard.flatMap(({ problems }) => problems)).toStrictEqual([])
    expect(heard.map(({ bars }) => bars.length)).toStrictEqual([9, 13])
  })

  it("leave no bar of five minutes without a trade", () => {
    const starts = hearAll(barsOf(rows.slice(second))).bars.map(({ timeSec }) => timeSec)
    expect(starts.slice(-3)).toStrictEqual([at("06:55:00"), at("07:00:00"), at("07:10:00")])
  })

  it("do not close the bar in which a connection was cut; the next connection gives all of it", () => {
    const cut = hearAll([...barsOf(rows.slice(0, second)), "noise", at("06:50:00"), at("06:55:00")])
    expect(cut.bars.some(({ timeSec }) => timeSec === at("06:45:00"))).toBe(false)
    const whole = hearAll(barsOf(rows.slice(second))).bars.find(({ timeSec }) => timeSec === at("06:45:00"))
    expect(whole && written(whole)).toBe(`${at("06:45:00")} 0.4027331 0.4032284 0.4007113 0.4007113 198486.77814056 80`)
  })
})

/** Kinds of files that people have, and what is right for each. */
import { describe, expect, it } from "@effect/vitest"
import { Price, Volume } from "../../../core/decimal/decimal.ts"
import { archiveName } from "./name.ts"
import type { Row } from "./records.ts"
import { readCandleText } from "./testing/text.ts"

const FIRST = 1_704_067_200
const HEADER = "time,open,high,low,close,volume"
const row = (i: number, stepSec = 60) => `${FIRST + i * stepSec},0.2,0.3,0.19,0.2${i % 10},${i}.5`
const rows = (count: number, stepSec = 60) => Array.from({ length: count }, (_, i) => row(i, stepSec))
const file = (...lines: ReadonlyArray<string>) => [HEADER, ...lines].join("\n")
const times = (read: { readonly rows: ReadonlyArray<Row> }) => read.rows.map(({ timeMs }) => timeMs / 1_000)
const minutes = (count: number) => Array.from({ length: count }, (_, i) => FIRST + i * 60)

describe("the unit of time", () => {
  it.each([
    ["milliseconds", (sec: number) => `${sec}000`],
    ["microseconds", (sec: number) => `${sec}000000`],
    ["nanoseconds", (sec: number) => `${sec}000000000`],
    ["seconds", (sec: number) => `${sec}.0`],
    ["seconds", (sec: number) => `${sec / 1e9}e9`],
    ["dates, taken as UTC", (sec: number) => new Date(sec * 1_000).toISOString()],
    ["dates, taken as UTC", (sec: number) => new Date(sec * 1_000).toISOString().slice(0, 16).replace("T", " ")],
    ["dates, taken as UTC", (sec: number) => new Date(sec * 1_000).toISOString().replace(/[-:T]/g, "").slice(0, 12)]
  ])("%s is told by the size of the numbers, under any name and without one, and is said", (unit, written) => {
    for (const [header, count] of [
      ["open_time_ms,open,high,low,close,volume", ""],
      ["date,o,h,l,c,v", ""],
      ["", ",7"]
    ]) {
      const lines = minutes(20).map((time) => `${written(time)},0.2,0.21,0.19,0.2,5${count}`)
      const read = readCandleText([header, ...lines].join("\n"))
      expect(times(read)).toStrictEqual(minutes(20))
      expect(read.notes).toStrictEqual(unit === "seconds" ? [] : [`times are ${unit}`])
    }
  })

  it("days written as YYYYMMDD are days", () => {
    const read = readCandleText(file("20240101,1,1,1,1,1", "20240102,1,1,1,1,1", "20240103,1,1,1,1,1"))
    expect(times(read)).toStrictEqual([FIRST, FIRST + 86_400, FIRST + 2 * 86_400])
    expect(read.intervalMs).toBe(86_400_000)
  })

  it("two units in one file are refused with line, value and likely unit", () => {
    expect(() => readCandleText(file(row(0), row(1), `${FIRST + 120}000,0.2,0.2,0.2,0.2,1`))).toThrow(
      `x.csv: line 4: time "${FIRST + 120}000" looks like milliseconds, the rows before like seconds; split the file, or write one unit`
    )
    expect(() => readCandleText(file(row(0), "20240102,0.2,0.2,0.2,0.2,1"))).toThrow("looks like dates")
  })

  it.each([
    ["0", "lies between 2009 and now neither"],
    ["-1704067200", "lies between 2009 and now neither"],
    ["1230767940", "lies between 2009 and now neither"],
    ["1893456000", "lies after now: 2030-01-01, taken as seconds"],
    ["1893456000000", "lies after now: 2030-01-01, taken as milliseconds"],
    ["0x6592A680", "is no time; write Unix seconds"],
    ["01/02/2024", "is no time; write Unix seconds"],
    ["2024-02-30", "is no time; write Unix seconds"],
    ["NaN", "is no time"],
    ["", "is no time"]
  ])("a row at %j is left out, and a file of such rows refused", (time, problem) => {
    const bad = `${time},0.2,0.21,0.19,0.2,1`
    const { rows: kept, notes } = readCandleText(file(...rows(3), bad))
    expect(kept).toHaveLength(3)
    expect(notes[0]).toContain(`1 line left out: line 5: time "${time}" ${problem}`)
    expect(() => readCandleText(file(bad, bad))).toThrow(`x.csv: line 2: time "${time}" ${problem}`)
  })
})

describe("columns by header", () => {
  it.each([
    "time,open,high,low,close,vwap,volume,count",
    "count,volume,vwap,close,low,high,open,time",
    "Unix,Open,High,Low,Close,VWAP,Volume DOGE,tradecount",
    "Open time,Open Price,High Price,Low Price,Close Price,x,Base Volume,Number of trades",
    '"timestamp","o","h","l","c","vw","v","n"'
  ])("%s", (header) => {
    const cells = header
      .toLowerCase()
      .replaceAll('"', "")
      .split(",")
      .map((name) => {
        if (/^(time|unix|open time|timestamp)$/.test(name)) return "TIME"
        if (/^(vwap|vw|x)$/.test(name)) return "0.1"
        if (/^(count|tradecount|number of trades|n)$/.test(name)) return "12"
        if (/^(volume|v|volume doge|base volume)$/.test(name)) return "1500.5"
        return { o: "0.2", h: "0.25", l: "0.15", c: "0.22" }[name[0] ?? ""] ?? name
      })
    const line = (i: number) => cells.join(",").replace("TIME", String(FIRST + i * 60))
    const { rows: kept, notes } = readCandleText([header, line(0), line(1)].join("\n"))
    expect(notes).toStrictEqual([])
    expect(kept[0]).toMatchObject({
      timeMs: FIRST * 1_000,
      open: Price.parse("0.2"),
      high: Price.parse("0.25"),
      low: Price.parse("0.15"),
      close: Price.parse("0.22"),
      volume: Volume.parse("1500.5"),
      count: 12
    })
  })

  it.each([
    [
      "time,open,high,low,close",
      'line 1: the header has no column for volume; write a header line such as "time,open,'
    ],
    [
      "time,open,high,low,close,Volume DOGE,Volume USD",
      'line 1: 2 columns may be the volume; name the one of the base currency "volume"'
    ],
    ["time,open,high,low,close,close,volume", 'line 1: two columns are named "close"; leave one of them out']
  ])("%s is refused", (header, problem) => {
    expect(() => readCandleText(`${header}\n${row(0)}`)).toThrow(`x.csv: ${problem}`)
  })

  it("without a header seven cells are a candle and three a trade; any other number is refused with what to do", () => {
    expect(
      readCandleText(
        rows(3)
          .map((line) => `${line},7`)
          .join("\n")
      ).rows
    ).toHaveLength(3)
    expect(() => readCandleText(rows(3).join("\n"))).toThrow(
      "x.csv: line 1: 6 cells and no header; without one they are 7 (candles)"
    )
    expect(() =>
      readCandleText(
        rows(3)
          .map((line) => `${line},1,2`)
          .join("\n")
      )
    ).toThrow("line 1: 8 cells and no header")
  })

  it("lines before the header, a header again, blank lines and a row of another width cost nobody else", () => {
    const text = ["https://example.com", HEADER, row(0), "", HEADER, row(1), "1,2", row(2)].join("\n")
    const read = readCandleText(text)
    expect(times(read)).toStrictEqual(minutes(3))
    expect(read.notes).toStrictEqual([
      '2 lines left out that cannot be read; the first is line 1: "https://example.com" is neither a header nor a row of numbers'
    ])
  })

  it.each([
    [";", '";"'],
    ["\t", "tabs"],
    ["|", '"|"']
  ])("cells that %j separates are refused: their numbers may have commas", (mark, named) => {
    const text = file(...rows(3)).replaceAll(",", mark)
    expect(() => readCandleText(text)).toThrow(
      `x.csv: line 1: cells are separated by ${named}; save the file with commas`
    )
  })

  it("a file of two symbols is refused", () => {
    const text = ["time,symbol,price,qty", `${FIRST},DOGE/USD,0.2,1`, `${FIRST},BTC/USD,40000,1`].join("\n")
    expect(() => readCandleText(text)).toThrow(
      'line 3: is of "BTC/USD", the rows before of "DOGE/USD"; write a file for each'
    )
  })
})

describe("two rows of one time", () => {
  it("with equal values are one, with other values the later line: both are said", () => {
    const other = `${FIRST + 60},0.2,0.21,0.19,0.195,9`
    const read = readCandleText(file(...rows(5), row(3), other))
    expect(times(read)).toStrictEqual(minutes(5))
    expect(Volume.format(read.rows[1]?.volume ?? Volume.zero)).toBe("9")
    expect(read.notes).toStrictEqual([
      `1 line left out: line 5: time ${FIRST + 180} stands again in line 7 with equal values`,
      `1 line left out: line 3: time ${FIRST + 60} stands again in line 8 with other values, which count`,
      "rows do not stand in order of time"
    ])
  })

  it("everywhere are a time in two columns", () => {
    const text = [
      "date,ms_since_midnight,open,high,low,close,volume",
      ...[1, 2, 3].map((i) => `2024-01-01,${i},1,1,1,1,${i}`)
    ]
    expect(() => readCandleText([...text, "2024-01-02,1,1,1,1,1,1"].join("\n"))).toThrow(
      "is part of the time in another column?"
    )
  })
})

describe("order", () => {
  it.each([
    ["newest first", rows(9).toReversed(), "the newest row stands first"],
    ["shuffled", [4, 0, 2, 8, 1, 7, 3, 6, 5].map((i) => row(i)), "rows do not stand in order of time"]
  ])("%s: rows come oldest first, and it is said", (_, lines, remark) => {
    const read = readCandleText(file(...lines))
    expect(times(read)).toStrictEqual(minutes(9))
    expect(read.notes).toStrictEqual([remark])
  })
})

describe("the length of a candle", () => {
  it("is the commonest distance, and what stands between is left out by line", () => {
    const stray = `${FIRST + 149},0.2,0.2,0.2,0.2,1`
    const read = readCandleText(file(row(0), row(1), row(2), stray, row(3), row(4)))
    expect([times(read), read.intervalMs]).toStrictEqual([minutes(5), 60_000])
    expect(read.notes).toStrictEqual([`1 line left out: line 5: time ${FIRST + 149} is no start of a candle of 60 s`])
  })

  it("of a market that leaves most candles out is still theirs", () => {
    const quiet = [0, 30, 60, 61, 75, 105, 135, 136, 150].map((i) => row(i, 1))
    expect([readCandleText(file(...quiet)).intervalMs, readCandleText(file(...quiet)).rows.length]).toStrictEqual([
      1_000, 9
    ])
  })

  it("is a day where days have 23 and 25 hours", () => {
    const hours = [0, 24, 48, 71, 95, 119, 144, 168]
    const read = readCandleText(file(...hours.map((hour) => row(hour, 3_600))))
    expect([read.rows.length, read.intervalMs, read.notes]).toStrictEqual([hours.length, 86_400_000, []])
  })

  it("of an hour may begin at half past, as where a stock market opens then", () => {
    const read = readCandleText(file(...[0, 1, 2, 3].map((i) => row(2 * i + 1, 1_800)), `${FIRST + 12_660},1,1,1,1,1`))
    expect([read.rows.length, read.notes.length]).toStrictEqual([4, 1])
  })

  it.each([
    ["minutes under a name that says an hour", rows(20), 3_600, "rows are 60 s apart, the name says 1 h"],
    ["hours under a name that says a minute", rows(20, 3_600), 60, "rows are 1 h apart, the name says 60 s"]
  ])("%s is refused", (_, lines, namedSec, problem) => {
    expect(() => readCandleText(file(...lines), { namedSec })).toThrow(`x.csv: ${problem}; name it after what it holds`)
  })

  it("named by the file, a few rows between candles are left out and counted", () => {
    const read = readCandleText(file(...rows(9, 3_600), row(1), row(2)), { namedSec: 3_600 })
    expect(read.rows).toHaveLength(9)
    expect(read.notes[0]).toContain("2 lines left out that start between two candles; the first is line 11")
  })

  it("needs two rows where no name says it", () => {
    expect(() => readCandleText(file(row(0)))).toThrow("x.csv: needs two rows at different times")
  })
})

describe("values", () => {
  it.each([
    ["high below the close", "0.2,0.21,0.19,0.35,1", 'high "0.21" is below open or close'],
    ["high below low", "0.2,0.18,0.22,0.2,1", 'high "0.18" is below low'],
    ["low above the open", "0.2,0.3,0.25,0.26,1", 'low "0.25" is above open or close'],
    ["a price of 0", "0.2,0.21,0,0.2,1", 'low "0" must be above 0'],
    ["a negative price", "-0.2,0.21,0.19,0.2,1", 'open "-0.2" must be above 0'],
    ["a negative volume", "0.2,0.21,0.19,0.2,-1", 'volume "-1" must not be negative'],
    ["NaN", "0.2,0.21,0.19,NaN,1", 'close "NaN" is no decimal number such as 0.1234'],
    ["Infinity", "0.2,Infinity,0.19,0.2,1", 'high "Infinity" is no decimal number'],
    ["a hexadecimal number", "0.2,0.21,0.19,0x1,1", 'close "0x1" is no decimal number'],
    ["an empty cell", "0.2,0.21,0.19,,1", 'close "" is no decimal number'],
    ["thousands with commas", '0.2,0.21,0.19,0.2,"1,500.5"', 'volume "1,500.5" is no decimal number'],
    ["more digits than anything has", "0.2,0.21,0.19,0.2,1e30", 'volume "1e30" is no decimal number'],
    ["decimal commas", "0,2,0,21,0,19,0,2,1", "has 10 cells, not 6"],
    ["control characters", "0.2,0.21,0.19,\u001b[2J,1", 'close "?[2J" is no decimal number'],
    ["zero bytes", "0.2,0.21,0.19,\0,1", "holds zero bytes"],
    ["a quote that does not end", '0.2,0.21,0.19,"0.2,1', "holds a quote that does not end"],
    ["90,000 characters", `0.2,0.21,0.19,0.2,${"1".repeat(90_000)}`, "is longer than 1000 characters"]
  ])("%s costs its line and no other, which is named and shown clean and short", (_, cells, problem) => {
    const { rows: kept, notes } = readCandleText(file(row(0), row(1), `${FIRST + 120},${cells}`, row(3)))
    expect(kept).toHaveLength(3)
    expect(notes[0] ?? "").toMatch(/^1 line left out: line 4: [ -~…]*$/)
    expect(notes[0]).toContain(problem)
    expect(notes[0]?.length ?? 0).toBeLessThan(200)
  })

  it("a count that no store holds costs its line", () => {
    const text = rows(3)
      .map((line, i) => `${line},${i === 1 ? "3000000000" : "2147483647"}`)
      .join("\n")
    expect(readCandleText(text).notes).toStrictEqual([
      '1 line left out: line 2: trades "3000000000" is beyond what a store holds, 2147483647'
    ])
  })

  it("exponents and the residue of doubles are read, halves to even; quotes and spaces are taken off", () => {
    const { rows: kept } = readCandleText(
      file(`${FIRST}, 1.5E-7 , 6.5e-05,1e-7,"0.000000200",1E+1`, `${FIRST + 60},1,1,1,1,1997409.8999999999`)
    )
    expect(
      kept.map(({ open, high, volume }) => [Price.format(open), Price.format(high), Volume.format(volume)])
    ).toStrictEqual([
      ["0.00000015", "0.000065", "10"],
      ["1", "1", "1997409.9"]
    ])
  })
})

describe("what can be done with nothing", () => {
  it.each([
    ["an empty file", "", "x.csv: holds no rows; is the download complete?"],
    ["blank lines", "\n\r\n  \n", "x.csv: holds no rows; is the download complete?"],
    ["a header alone", `${HEADER}\n`, "x.csv: holds no rows; is the download complete?"],
    [
      "another kind of file",
      "\u001b[2Jhello,world\n1,2,3",
      'x.csv: line 1: "?[2Jhello,world" is neither a header nor a row'
    ],
    ["a page of HTML", "<html>\n".repeat(20_000), 'x.csv: line 1: "<html>" is neither a header nor a row'],
    ["one line of 5 MB", "x".repeat(5_000_000), "x.csv: line 1: "]
  ])("%s is refused and says why", (_, text, problem) => {
    expect(() => readCandleText(text)).toThrow(problem)
  })

  it("candles that are not over yet are left out, and a file of them refused", () => {
    const nowSec = FIRST + 150
    expect(times(readCandleText(file(...rows(3)), { nowSec }))).toStrictEqual(minutes(2))
    expect(() => readCandleText(file(row(3), row(4)), { nowSec })).toThrow(
      "and 60 s lie after now; no line of the file can be used"
    )
  })
})

describe("lines", () => {
  it.each([
    ["\\r\\n", "\r\n", ""],
    ["\\r", "\r", ""],
    ["\\n after a byte-order mark", "\n", "\ufeff"]
  ])("may end with %s", (_, separator, mark) => {
    const text =
      mark +
      rows(4)
        .map((line) => `${line},7`)
        .join(separator)
    expect(times(readCandleText(text))).toStrictEqual(minutes(4))
    expect(readCandleText(mark + text).notes).toStrictEqual([])
  })
})

describe("trades", () => {
  it("keep rows of one time, come in order, and say who was the taker where the file does", () => {
    const text = [
      "time_ms,agg_trade_id,price,qty,buyer_is_maker",
      `${FIRST}001,2,0.3,1,false`,
      `${FIRST}000,1,0.2,1,true`,
      `${FIRST}000,1,0.2,1,true`
    ]
    const read = readCandleText(text.join("\n"))
    expect(
      read.rows.map(({ timeMs, close, count }) => [timeMs - FIRST * 1_000, Price.format(close), count])
    ).toStrictEqual([
      [0, "0.2", 2],
      [0, "0.2", 2],
      [1, "0.3", 1]
    ])
  })
})

describe("the name of an archive", () => {
  it.each([
    ["XBTUSD_60.csv", { symbol: "XBTUSD", intervalMin: 60 }],
    ["/data/Kraken_OHLCVT/XDGUSD_1.csv.gz", { symbol: "XDGUSD", intervalMin: 1 }],
    ["XDGUSD.csv", null],
    ["notes.txt", null]
  ])("%s", (name, said) => expect(archiveName(name)).toStrictEqual(said))
})

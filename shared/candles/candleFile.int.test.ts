/** Files after those that people reported (tests/data/candles): each by the name of its kind, and a long one. */
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { attempt, readCandleFile } from "./candleFile.ts"
import { leftOutText } from "./core/file/leftOut.ts"
import { archiveName } from "./core/file/name.ts"
import { settle } from "./core/file/settle.ts"
import { Price, Volume } from "../core/decimal/decimal.ts"

const CASES = join(import.meta.dirname, "../../tests/data/candles")
/** 2026-11-29T00:00Z */
const NOW_SEC = 1_795_910_400

/** As an import reads it where the name says a length, else as a recording. */
const read = Effect.fnUntraced(function* (name: string) {
  const file = join(CASES, name)
  const found = yield* readCandleFile(file, { nowSec: NOW_SEC })
  const archive = archiveName(file)
  const namedSec = archive === null ? null : archive.intervalMin * 60
  const { length, at, intervalMs, leftOut, remarks } = yield* attempt(file, () =>
    settle(found, { namedSec, nowSec: NOW_SEC })
  )
  const rows = Array.from({ length }, (_, place) => at(place))
  return { rows, intervalMs, notes: [...leftOut.map(leftOutText), ...remarks] }
}, Effect.scoped)

const MINUTE = 60_000
const HOUR = 3_600_000

describe("files as people have them", () => {
  it.effect.each([
    ["the unit of time: seconds", "seconds.csv", 300, 1_704_067_200, MINUTE, []],
    ["the unit of time: milliseconds", "time-in-ms.csv", 300, 1_704_067_200, MINUTE, ["times are milliseconds"]],
    ["the unit of time: microseconds", "time-in-us.csv", 300, 1_704_067_200, MINUTE, ["times are microseconds"]],
    ["columns by header", "vwap8/XDGUSD_60.csv", 6, 1_704_067_200, HOUR, []],
    ["nothing wrong", "clean.csv", 200, 1_704_067_200, MINUTE, []],
    [
      "two rows of one time",
      "one-duplicate.csv",
      200,
      1_704_067_200,
      MINUTE,
      ["1 line left out: line 101: time 1704073140 stands again in line 102 with other values, which count"]
    ],
    [
      "a stray row between two candles",
      "one-stray-row.csv",
      200,
      1_704_067_200,
      MINUTE,
      ["1 line left out: line 102: time 1704073199 is no start of a candle of 60 s"]
    ],
    [
      "impossible bars",
      "broken/BROKEN_60.csv",
      1,
      1_704_074_400,
      HOUR,
      ['2 lines left out that cannot have been; the first is line 1: high "0.21" is below open or close']
    ],
    [
      "values that no store holds and no market has",
      "over/OVER_60.csv",
      1,
      1_704_067_200,
      HOUR,
      [
        '2 lines left out with a value that no market has; the first is line 2: trades "3000000000" is beyond what a store holds, 2147483647'
      ]
    ],
    ["exponents", "kraken-exponent.csv", 6, 1_381_910_400, HOUR, []],
    ["a byte-order mark", "bom/BOM_1.csv", 60, 1_704_067_200, MINUTE, []],
    ["a price that stands", "constant-price-varying-volume.csv", 400, 1_704_067_200, MINUTE, []],
    ["a short recording", "ten-rows.csv", 10, 1_704_067_200, MINUTE, []]
  ] as const)("%s", ([, name, count, firstSec, intervalMs, notes]) =>
    Effect.gen(function* () {
      const found = yield* read(name)
      expect([found.rows.length, (found.rows[0]?.timeMs ?? 0) / 1_000, found.intervalMs, found.notes]).toStrictEqual([
        count,
        firstSec,
        intervalMs,
        notes
      ])
    })
  )

  it.effect("the volume is that of the column, never that of the place", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("vwap8/XDGUSD_60.csv")
      expect(rows.map(({ volume, count }) => [Volume.format(volume), count])).toStrictEqual([
        ["1500", 12],
        ["2500.5", 31],
        ["42000", 57],
        ["0", 0],
        ["100.12345678", 4],
        ["700", 9]
      ])
    })
  )

  it.effect("1E+1 is ten", () =>
    Effect.gen(function* () {
      const { rows } = yield* read("kraken-exponent.csv")
      expect([Volume.format(rows[2]?.volume ?? Volume.zero), Price.format(rows[2]?.low ?? Price.zero)]).toStrictEqual([
        "10",
        "142.28538"
      ])
    })
  )

  it.effect.each([
    [
      "a name that says another length",
      "mixed/XDGUSD_60.csv",
      "rows are 60 s apart, the name says 1 h; name it after what it holds"
    ],
    ["nothing usable", "semi/SEMI_1.csv", 'line 1: cells are separated by ";"; save the file with commas'],
    ["control sequences", "escape.csv", 'line 1: "?[2J?]0;title?hello,world" is neither a header nor a row of numbers']
  ] as const)("%s is refused", ([, name, problem]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(name))
      expect(error.message.slice(0, join(CASES, name).length + 2)).toBe(`${join(CASES, name)}: `)
      expect(error.message).toContain(problem)
      expect(error.message).toMatch(/^[ -~…]*$/)
    })
  )
})

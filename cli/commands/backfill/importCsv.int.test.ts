import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { importCsv } from "./importCsv.ts"
import { memoryStore } from "../../../services/ohlcv-ingestor/testing/memoryStore.ts"

const directory = mkdtempSync(join(tmpdir(), "kennel-csv-"))
afterAll(() => rmSync(directory, { recursive: true }))

const FIRST = 1_600_000_020
const NOW_SEC = FIRST + 10_000_000
const SERIES = { venue: "real", symbol: "XDGUSD", intervalMin: 1 } as const
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `${FIRST + i * 60},0.2,0.3,0.19,0.2${i % 10},${i}.5,${i % 7}`).join("\n")
const file = (name: string, content: string | Buffer) => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return { file: path, bytes: statSync(path).size }
}
const ALL = { sinceSec: 0, nowSec: NOW_SEC }

it.live.each([
  ["plain", file("XDGUSD_1.csv", `${rows(25_000)}\n`)],
  ["packed", file("XDGUSD_1.csv.gz", gzipSync(rows(25_000)))],
  [
    "packed in two parts",
    file("PARTS_1.csv.gz", Buffer.concat([gzipSync(`${rows(12_000)}\n`), gzipSync(rows(25_000))]))
  ],
  ["UTF-16", file("WIDE_1.csv", Buffer.from(`\ufeff${rows(25_000)}`, "utf16le"))]
] as const)("a %s archive is stored once, in batches, and the same file again changes nothing", ([, path]) =>
  Effect.gen(function* () {
    const store = memoryStore()
    const told: Array<readonly [share: number, fresh: number]> = []
    const onProgress = (share: number, fresh: number) => Effect.sync(() => void told.push([share, fresh]))
    const first = yield* importCsv(path, SERIES, store.candles, { ...ALL, onProgress })
    expect(first).toMatchObject({ stored: 25_000, fresh: 25_000, skipped: 0 })
    expect(told.at(-1)).toStrictEqual([1, 25_000])
    expect(told.some(([, fresh]) => fresh > 0 && fresh < 25_000)).toBe(true)
    expect(told.every(([share], i) => share >= (told[i - 1]?.[0] ?? 0))).toBe(true)
    const again = yield* importCsv(path, SERIES, store.candles, ALL)
    expect(again).toMatchObject({ stored: 25_000, fresh: 0 })
    const stored = store.stored(SERIES)
    expect([stored.length, stored[0]?.timeSec, stored[0]?.provenance]).toStrictEqual([25_000, FIRST, "import"])
  })
)

it.live("candles before the wanted time are left out, and bad lines are counted and named", () =>
  Effect.gen(function* () {
    const path = file("MIXED_1.csv", `${rows(3)}\n${FIRST + 180},0.2,0.2,0.2,x,1,1\n`)
    const store = memoryStore()
    const result = yield* importCsv(path, SERIES, store.candles, { sinceSec: FIRST + 60, nowSec: NOW_SEC })
    expect(result).toStrictEqual({
      stored: 2,
      fresh: 2,
      skipped: 1,
      leftOut: ['1 line left out: line 4: close "x" is no decimal number such as 0.1234'],
      remarks: []
    })
  })
)

it.live("a candle that is not over yet never gets into the store", () =>
  Effect.gen(function* () {
    const store = memoryStore()
    const path = file("AHEAD_1.csv", rows(3))
    const result = yield* importCsv(path, SERIES, store.candles, { sinceSec: 0, nowSec: FIRST + 150 })
    expect(result).toMatchObject({
      stored: 2,
      leftOut: [`1 line left out: line 3: time ${FIRST + 120} and 60 s lie after now`]
    })
    expect(store.stored(SERIES).at(-1)?.timeSec).toBe(FIRST + 60)
  })
)

it.live.each([
  ["no such file", { file: join(directory, "none.csv"), bytes: 0 }, "no such file"],
  ["a folder", { file: directory, bytes: 0 }, "is a folder; name a file"],
  [
    "plain text that is named as packed",
    file("BROKEN_1.csv.gz", "plain text"),
    "is named .gz and is not packed; name it without .gz"
  ],
  ["packed text that is not named so", file("PACKED_1.csv", gzipSync(rows(9))), "is packed with gzip; name it "],
  [
    "a download that broke off",
    file("TORN_1.csv.gz", gzipSync(rows(20_000)).subarray(0, 40_000)),
    "cannot be unpacked to its end (unexpected end of file); fetch it again"
  ],
  ["an empty file", file("EMPTY_1.csv", ""), "holds no rows; is the download complete?"],
  ["an empty packed file", file("EMPTY_1.csv.gz", gzipSync("")), "holds no rows; is the download complete?"],
  [
    "UTF-16 that does not say so",
    file("WIDER_1.csv", Buffer.from(rows(9), "utf16le")),
    "holds zero bytes; save the file as UTF-8 text"
  ],
  ["trades", file("TRADES_1.csv", `${FIRST},0.2,1\n${FIRST},0.2,1`), "holds trades; name a file of candles"],
  [
    "two units of time",
    file("UNITS_1.csv", `${rows(15_000)}\n${FIRST}000,0.2,0.2,0.2,0.2,1,1`),
    `line 15001: time "${FIRST}000" looks like milliseconds`
  ],
  [
    "another kind of file",
    file("OTHER_1.csv", "hello,\u001b[2Jworld\n".repeat(2_000)),
    'line 1: "hello,?[2Jworld" is neither a header nor a row'
  ]
] as const)("%s is an error that says so, and nothing is stored", ([, path, text]) =>
  Effect.gen(function* () {
    const store = memoryStore()
    const error = yield* Effect.flip(importCsv(path, SERIES, store.candles, ALL))
    expect(error.message.startsWith(`${path.file}: `)).toBe(true)
    expect(error.message).toContain(text)
    expect(store.stored(SERIES)).toHaveLength(0)
  })
)

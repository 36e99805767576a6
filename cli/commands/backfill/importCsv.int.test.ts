import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { importCsv } from "./importCsv.ts"
import { memoryStore } from "../../../services/ohlcv-ingestor/testing/memoryStore.ts"

const directory = mkdtempSync(join(tmpdir(), "kennel-csv-"))
afterAll(() => rmSync(directory, { recursive: true }))

const FIRST = 1_600_000_020
const NOW_SEC = FIRST + 10_000_000
const SERIES = { symbol: "XDGUSD", intervalMin: 1 }
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `${FIRST + i * 60},0.2,0.21,0.19,0.2${i % 10},${i}.5,${i % 7}`).join("\n")
const file = (name: string, content: string | Buffer): string => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

it.live.each([
  ["plain", file("XDGUSD_1.csv", `${rows(25_000)}\n`)],
  ["packed", file("XDGUSD_1.csv.gz", gzipSync(rows(25_000)))]
] as const)("a %s archive is stored once, in batches, and the same file again changes nothing", ([, path]) =>
  Effect.gen(function* () {
    const store = memoryStore()
    const told: Array<readonly [number, number]> = []
    const onRead = (bytes: number, stored: number) => Effect.sync(() => void told.push([bytes, stored]))
    const first = yield* importCsv(path, SERIES, store.candles, { sinceSec: 0, nowSec: NOW_SEC, onRead })
    assert.deepInclude(first, { stored: 25_000, fresh: 25_000, skipped: 0, badLines: 0 })
    assert.strictEqual(told.at(-1)?.[0], statSync(path).size, "it was told how far it is, to the end")
    assert.isTrue(told.some(([, stored]) => stored > 0 && stored < 25_000))
    const again = yield* importCsv(path, SERIES, store.candles, { sinceSec: 0, nowSec: NOW_SEC })
    assert.deepInclude(again, { stored: 25_000, fresh: 0 })
    const stored = store.stored(SERIES)
    assert.deepStrictEqual([stored.length, stored[0]?.timeSec, stored[0]?.provenance], [25_000, FIRST, "import"])
  })
)

it.live("candles before the wanted time are left out, and bad lines are counted and named", () =>
  Effect.gen(function* () {
    const path = file("MIXED_1.csv", `${rows(3)}\n${FIRST + 180},0.2,0.2,0.2,x,1,1\n`)
    const store = memoryStore()
    const result = yield* importCsv(path, SERIES, store.candles, { sinceSec: FIRST + 60, nowSec: NOW_SEC })
    assert.deepStrictEqual(result, {
      stored: 2,
      fresh: 2,
      skipped: 1,
      unclosed: 0,
      badLines: 1,
      firstBad: [{ line: 4, text: `${FIRST + 180},0.2,0.2,0.2,x,1,1` }]
    })
  })
)

it.live("a candle that is not over yet, or whose time is in milliseconds, never gets into the store", () =>
  Effect.gen(function* () {
    const path = file("AHEAD_1.csv", `${rows(3)}\n${FIRST}000,0.2,0.2,0.2,0.2,1,1\n`)
    const store = memoryStore()
    const result = yield* importCsv(path, SERIES, store.candles, { sinceSec: 0, nowSec: FIRST + 150 })
    assert.deepInclude(result, { stored: 2, unclosed: 2, badLines: 0 })
    assert.strictEqual(store.stored(SERIES).at(-1)?.timeSec, FIRST + 60)
  })
)

it.live.each([
  ["no such file", join(directory, "none.csv"), "no such file"],
  ["a damaged gzip file", file("BROKEN_1.csv.gz", "plain text"), "cannot be read"],
  ["another kind of file", file("OTHER_1.csv", "hello,\u001b[2Jworld\n".repeat(2_000)), 'begins with "hello,?[2Jworld"']
] as const)("%s is an error that says so", ([, path, text]) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(importCsv(path, SERIES, memoryStore().candles, { sinceSec: 0, nowSec: NOW_SEC }))
    assert.include(error.message, path)
    assert.include(error.message, text)
  })
)

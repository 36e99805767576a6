import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { StoreError } from "../../../shared/store/port.ts"
import { memoryStore } from "../../../services/ohlcv-ingestor/testing/memoryStore.ts"
import { importArchives } from "./archives.ts"

const directory = mkdtempSync(join(tmpdir(), "kennel-archives-"))
afterAll(() => rmSync(directory, { recursive: true }))

const HOUR = 3_600
const FIRST = 1_600_000_000 - (1_600_000_000 % HOUR)
const row = (timeSec: number) => `${timeSec},0.2,0.21,0.19,0.2,5.5,7`
const archive = (name: string, rows: ReadonlyArray<string>) => writeFileSync(join(directory, name), rows.join("\n"))

archive("GOODUSD_60.csv", [row(FIRST), row(FIRST + HOUR)])
archive("MILLIUSD_60.csv", [row(FIRST * 1_000)])
archive("TORNUSD_60.csv", [row(FIRST), "torn"])
archive("EMPTYUSD_60.csv", [])
archive("ZEROUSD_0.csv", [row(FIRST)])
writeFileSync(join(directory, "PACKEDUSD_60.csv.gz"), "no gzip")
const EVERYTHING = { symbols: [], timeframes: [], days: null }

it.live("a folder is imported file by file: what one lacks is a note, one that fails does not stop the others", () =>
  Effect.gen(function* () {
    const { elapsedMs: _, ...result } = yield* importArchives(directory, EVERYTHING, memoryStore().candles)
    expect(result).toMatchObject({ done: 3, fresh: 4 })
    expect(result.remarks).toStrictEqual(["MILLIUSD 1h: times are milliseconds"])
    expect(result.notes).toStrictEqual(['TORNUSD 1h: 1 line left out: line 2: "torn" has 1 cells, not 7'])
    expect(result.failed).toHaveLength(2)
    expect(result.failed[0] ?? "").toMatch(/EMPTYUSD_60\.csv: holds no rows/)
    expect(result.failed[1] ?? "").toMatch(/PACKEDUSD_60\.csv\.gz: is named \.gz and is not packed/)
  })
)

it.live("what is older than asked for is left out, and a file that gave nothing says so", () =>
  Effect.gen(function* () {
    const { notes, fresh } = yield* importArchives(
      directory,
      { symbols: ["GOODUSD"], timeframes: [60], days: 30 },
      memoryStore().candles
    )
    expect([fresh, notes]).toStrictEqual([0, ["GOODUSD 1h: nothing stored, all 2 candles are older than asked for"]])
  })
)

it.live("values that the store refuses fail their file; a store that is away ends the run", () =>
  Effect.gen(function* () {
    const store = (advice: StoreError["advice"]) => ({
      upsert: () => new StoreError({ call: "candles.upsert", advice, detail: "as told" })
    })
    const { failed } = yield* importArchives(directory, EVERYTHING, store("refused"))
    expect(failed).toContain("store: candles.upsert: as told")
    const error = yield* Effect.flip(importArchives(directory, EVERYTHING, store("retry")))
    expect(error.message).toBe("store: candles.upsert: as told")
  })
)

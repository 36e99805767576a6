/** Candles as columns by way of a file: what the store has is what comes, whatever has become of the file. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { candleAt } from "../../candles/core/columns.ts"
import type { Candle } from "../../candles/core/candle.ts"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { EmbeddedStore } from "../embedded/store.ts"
import { type CandleSeries, CANDLES_OF_STRETCH, Store } from "../port.ts"
import { storedColumns } from "./storedColumns.ts"

const STRETCH_SEC = CANDLES_OF_STRETCH * 60

const candle = (timeSec: number, close = "0.1234567891"): Candle => ({
  timeSec,
  open: Price.parse("0.1"),
  high: Price.parse("2600000000.0000000001"),
  low: Price.parse("0.0000000001"),
  close: Price.parse(close),
  volume: Volume.parse("1234567890123456.00000001"),
  trades: 7
})

/** Three stretches: 1,440 candles, 10 and 5. */
const CANDLES: ReadonlyArray<Candle> = [
  ...Array.from({ length: CANDLES_OF_STRETCH }, (_, at) => candle(at * 60)),
  ...Array.from({ length: 10 }, (_, at) => candle(STRETCH_SEC + at * 60)),
  ...Array.from({ length: 5 }, (_, at) => candle(5 * STRETCH_SEC + at * 60))
]

const directory = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(join(tmpdir(), "kennel-columns-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

let made = 0
/** A series of its own for each test, with its candles stored. */
const stored = Effect.gen(function* () {
  const series: CandleSeries = { venue: "real", symbol: `COLUMNS/${++made}`, intervalMin: 1 }
  yield* (yield* Store).candles.upsert(series, CANDLES, "import")
  return series
})

/** What the columns hold, and how many candles were read from the store for it; the former is what the store has. */
const read = Effect.fnUntraced(function* (folder: string, series: CandleSeries, most?: number) {
  const { columns, read: count } = yield* storedColumns(folder, series, most === undefined ? {} : { mostBytes: most })
  const there = yield* (yield* Store).candles.between(series, 0, Number.MAX_SAFE_INTEGER)
  const held = Array.from({ length: columns.length }, (_, at) => candleAt(columns, at))
  expect(held).toStrictEqual(there.map(({ provenance: _, ...one }) => one))
  return count
})

/** Lines of the log while something runs. */
const logged = <A, E, R>(run: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    return Effect.map(Effect.provide(run, Logger.layer([logger])), (answer) => ({ answer, lines }))
  })

const onlyFile = (folder: string): string => {
  const [name = "", ...others] = fs.readdirSync(folder)
  expect(others).toStrictEqual([])
  return join(folder, name)
}

layer(EmbeddedStore.layer({ directory: null }))("candles of the store as columns", (it) => {
  it.effect("come digit by digit, also above 64 bits, and the second time from the file alone", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      expect(yield* read(folder, series)).toBe(CANDLES.length)
      expect(yield* read(folder, series)).toBe(0)
      expect(fs.statSync(onlyFile(folder)).mode & 0o077).toBe(0)
    })
  )

  it.effect("of a stretch that has changed are read again, and no others", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      const { candles } = yield* Store
      yield* read(folder, series)
      yield* candles.upsert(series, [candle(STRETCH_SEC + 60, "0.5")], "poll")
      expect(yield* read(folder, series), "a correction").toBe(10)
      yield* candles.upsert(series, [candle(3 * STRETCH_SEC), candle(6 * STRETCH_SEC)], "stream")
      expect(yield* read(folder, series), "a hole that is filled, and the newest").toBe(2)
      yield* candles.deleteOlderThan(series, 60 * 60)
      expect(yield* read(folder, series), "a deletion").toBe(CANDLES_OF_STRETCH - 60)
      yield* candles.deleteOlderThan(series, 5 * STRETCH_SEC)
      expect(yield* read(folder, series), "stretches without a candle").toBe(0)
      expect(yield* read(folder, series)).toBe(0)
    })
  )

  it.effect("of a stretch that comes while they are read wait for the next time, and never come twice", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      const store = yield* Store
      const early = (yield* store.candles.stamps(series)).filter(({ fromSec }) => fromSec !== STRETCH_SEC)
      const candles = { ...store.candles, stamps: () => Effect.succeed(early) }
      const before = yield* Effect.provideService(storedColumns(folder, series), Store, { ...store, candles })
      expect(before.columns.length).toBe(CANDLES.length - 10)
      expect(yield* read(folder, series)).toBe(10)
    })
  )

  it.effect("that nobody has stored are none", () =>
    Effect.gen(function* () {
      expect(yield* read(yield* directory, { venue: "real", symbol: "NOBODY", intervalMin: 1 })).toBe(0)
    })
  )

  it.effect(
    "are read again where a byte of the file is another one, or it is cut short or another's; that is said once",
    () =>
      Effect.gen(function* () {
        const [folder, series, other] = [yield* directory, yield* stored, yield* stored]
        yield* read(folder, series)
        const path = onlyFile(folder)
        const whole = fs.readFileSync(path)
        const flipped = (at: number): Buffer => {
          const bytes = Buffer.from(whole)
          bytes[at] = (bytes[at] ?? 0) ^ 1
          return bytes
        }
        const damaged = [0, 5, 20, 400, whole.length >> 1, whole.length - 1].map(flipped)
        for (const bytes of [...damaged, whole.subarray(0, 4), whole.subarray(0, whole.length - 8), Buffer.alloc(0)]) {
          fs.writeFileSync(path, bytes)
          const { answer, lines } = yield* logged(read(folder, series))
          expect([answer, lines.length, lines[0]?.startsWith(`store: ${path} is `)]).toStrictEqual([
            CANDLES.length,
            1,
            true
          ])
          expect(fs.readFileSync(path).equals(whole)).toBe(true)
        }
        fs.writeFileSync(path.replace(/%2F\d+/, `%2F${made}`), whole)
        expect(yield* read(folder, other), "a file under another's name").toBe(CANDLES.length)
      })
  )

  it.effect("come also where no file can be written", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      const blocked = join(folder, "a file")
      fs.writeFileSync(blocked, "")
      const { answer, lines } = yield* logged(read(join(blocked, "candles"), series))
      expect([answer, lines.length]).toStrictEqual([CANDLES.length, 1])
      expect(lines[0]).toMatch(/^store: candles are not kept in /)
    })
  )

  it.effect("take no more room than they may: the oldest files go", () =>
    Effect.gen(function* () {
      const [folder, first, second] = [yield* directory, yield* stored, yield* stored]
      yield* read(folder, first)
      const path = onlyFile(folder)
      fs.utimesSync(path, 1, 1)
      yield* read(folder, second, fs.statSync(path).size + 1)
      expect(onlyFile(folder)).not.toBe(path)
      expect(yield* read(folder, first)).toBe(CANDLES.length)
    })
  )

  it.effect("leave alone what another process is writing, and remove what a killed one has left an hour before", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      yield* TestClock.setTime(10 * 3_600_000)
      const unfinished = (name: string, hour: number) => {
        const path = join(folder, `real-OTHER-1m.columns.${name}.tmp`)
        fs.writeFileSync(path, "half")
        fs.utimesSync(path, hour * 3_600, hour * 3_600)
        return path
      }
      const [live, left] = [unfinished("1-live", 9.5), unfinished("1-left", 8.5)]
      const { lines } = yield* logged(read(folder, series, 1_000_000))
      expect([fs.existsSync(live), fs.existsSync(left), lines]).toStrictEqual([true, false, []])
    })
  )

  it.effect("that alone are more than all files may take are not kept, and that is said", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      const { lines } = yield* logged(read(folder, series, 1_000))
      expect([fs.readdirSync(folder), lines.length]).toStrictEqual([[], 1])
      expect(lines[0]).toMatch(/are not kept in .*: they take \d+ bytes, and all files together may take 1000/)
    })
  )

  it.effect("are refused where a row is no candle, with which one and what is wrong", () =>
    Effect.gen(function* () {
      const [folder, { candles }] = [yield* directory, yield* Store]
      const bad = [
        [{ ...candle(60), high: Price.parse("0.05") }, "high is below open or close"],
        [
          { ...candle(60), volume: Volume.parse("123456789012345678901234567890") },
          "volume is beyond what trades in a bar"
        ],
        [candle(90), "it starts between two candles"]
      ] as const
      for (const [row, what] of bad) {
        const series: CandleSeries = { venue: "real", symbol: `BAD/${++made}`, intervalMin: 1 }
        yield* candles.upsert(series, [candle(0), row, candle(STRETCH_SEC)], "import")
        const { message } = yield* Effect.flip(storedColumns(folder, series))
        const at = new Date(row.timeSec * 1_000).toISOString()
        expect(message).toContain(`candles of ${series.symbol} 1m: the row at ${at} is no candle: ${what}`)
        expect(message).toContain("kennel candles health")
      }
      const hours: CandleSeries = { venue: "real", symbol: `HOURS/${++made}`, intervalMin: 60 }
      yield* candles.upsert(
        hours,
        [1_800, 5_400, 7_200].map((timeSec) => candle(timeSec)),
        "import"
      )
      expect((yield* Effect.flip(storedColumns(folder, hours))).message).toContain(
        "T02:00:00.000Z is no candle: it starts"
      )
    })
  )

  it.effect("of more than fit into memory are refused, with what to do", () =>
    Effect.gen(function* () {
      const [folder, series] = [yield* directory, yield* stored]
      const { message } = yield* Effect.flip(storedColumns(folder, series, { mostCandles: 1_000 }))
      expect(message).toMatch(/more than 1,000; take a longer timeframe/)
    })
  )
})

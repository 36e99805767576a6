/**
 * The candles of a series from the store as typed columns, by way of a file that keeps them: of that file every stretch is believed whose
 * stamp the store still has, all others are read again. Where the file is missing or damaged everything is.
 */
import * as fs from "node:fs"
import { dirname, join } from "node:path"
import { Clock, Effect } from "effect"
import { type CandleColumns, columnsOf, sliceOf } from "../../candles/core/columns.ts"
import { problemOf } from "../../candles/core/bar.ts"
import { type Candle, intervalSec, timeframeName } from "../../candles/core/candle.ts"
import { phaseOf, slackMs, startsOnGrid } from "../../candles/core/file/spacing.ts"
import { messageOf } from "../../core/messageOf.ts"
import { UNFINISHED, writeAtomically } from "../../files/atomicFile.ts"
import { type CandleSeries, CANDLES_OF_STRETCH, type CandleStamp, Store, StoreError } from "../port.ts"
import { decodeColumns, encodeColumns, type KeptColumns, type KeptStretch } from "./columnsFile.ts"

/** Stretches that are asked for at once: 43,200 candles as objects are some 20 MB before they are columns. */
const STRETCHES_AT_ONCE = 30
/** How much is held and kept. */
export interface ColumnLimits {
  /** Candles of one series that are taken into memory. */
  readonly mostCandles: number
  /** What all files of the directory may take together, also while one is written; those that were made first go first. */
  readonly mostBytes: number
}
/** Half a gigabyte of memory, nineteen years of minutes; and two such series on the disk. */
const LIMITS: ColumnLimits = { mostCandles: 10_000_000, mostBytes: 2 ** 30 }
const ENDING = ".columns"
/** Writing half a gigabyte takes seconds, on a slow disk minutes. */
const ABANDONED_AFTER_MS = 3_600_000

/** A whole series. */
export interface StoredColumns {
  /** The file's bytes, for other threads (`decodeColumns`). */
  readonly memory: SharedArrayBuffer
  readonly columns: CandleColumns
  /** Candles that the file did not have, or had otherwise. */
  readonly read: number
}

const nameOf = ({ venue, symbol, intervalMin }: CandleSeries): string =>
  `${venue}-${encodeURIComponent(symbol)}-${timeframeName(intervalMin)}${ENDING}`

/** Every candle of the series that the store has. `directory` holds the files; what cannot be written there is said, and costs the next call its time. */
export const storedColumns = Effect.fn("storedColumns")(function* (
  directory: string,
  series: CandleSeries,
  limits: Partial<ColumnLimits> = {}
): Effect.fn.Return<StoredColumns, StoreError, Store> {
  const { mostCandles, mostBytes } = { ...LIMITS, ...limits }
  const path = join(directory, nameOf(series))
  const { candles } = yield* Store
  // First of all: what is changed from now on has a stamp that the file will not know.
  const stamps = yield* candles.stamps(series)
  const kept = yield* readKept(path, series)
  const known = knownStretches(kept)
  const isKept = ({ fromSec, stamp }: CandleStamp): boolean => known.get(fromSec)?.stamp === stamp
  if (kept !== null && kept.stretches.length === stamps.length && stamps.every(isKept)) return { ...kept, read: 0 }

  const [stretches, parts]: [Array<KeptStretch>, Array<CandleColumns>] = [[], []]
  let [total, read, lastSec] = [0, 0, Number.NEGATIVE_INFINITY]
  for (let at = 0; at < stamps.length;) {
    const run = runFrom(stamps, at, isKept)
    const [first] = run
    const there = first === undefined || !isKept(first) ? undefined : known.get(first.fromSec)
    const part = there?.part ?? (yield* readRun(series, run, lastSec))
    lastSec = part.timeSec.at(-1) ?? lastSec
    if (there === undefined) read += part.length
    total += part.length
    if (total > mostCandles) return yield* tooMany(series, mostCandles)
    stretches.push(...stretchesOf(run, part.timeSec))
    parts.push(part)
    at += run.length
  }
  const made = encodeColumns({ series, stretches }, parts)
  yield* keep(path, made.memory, mostBytes)
  return { ...made, read }
})

/** Candles of stretches from the store; `lastSec` is the start of the one before. */
const readRun = Effect.fnUntraced(function* (
  series: CandleSeries,
  run: ReadonlyArray<CandleStamp>,
  lastSec: number
): Effect.fn.Return<CandleColumns, StoreError, Store> {
  const rows = (yield* (yield* Store).candles.between(series, ...spanOf(series, run))).filter(withinAny(series, run))
  const wrong = wrongIn(series, rows, lastSec)
  return wrong === null ? columnsOf(rows) : yield* refused(series, wrong)
})

/** What is wrong with the first row that is no candle, by the checks that a file's rows pass; null: nothing. The table can be written by anybody. */
const wrongIn = ({ intervalMin }: CandleSeries, rows: ReadonlyArray<Candle>, lastSec: number): string | null => {
  const lengthMs = intervalSec(intervalMin) * 1_000
  let beforeMs = lastSec * 1_000
  for (const row of rows) {
    const timeMs = row.timeSec * 1_000
    const problem = problemOf(row)
    const fits = startsOnGrid(timeMs, lengthMs, phaseOf(timeMs)) && timeMs - beforeMs >= lengthMs - slackMs(lengthMs)
    const what = problem === null ? (fits ? null : "it starts between two candles") : `${problem.field} ${problem.what}`
    if (what !== null) {
      const at = new Date(timeMs).toISOString()
      return `the row at ${at} is no candle: ${what}; look at the series with kennel candles health, and correct or delete that row`
    }
    beforeMs = timeMs
  }
  return null
}

const refused = ({ symbol, intervalMin }: CandleSeries, detail: string): StoreError =>
  new StoreError({ call: `candles of ${symbol} ${timeframeName(intervalMin)}`, advice: "refused", detail })

const tooMany = (series: CandleSeries, most: number): StoreError =>
  refused(series, `the store has more than ${most.toLocaleString("en")}; take a longer timeframe`)

/** Stretches from a place on that are asked for together: one that is kept, or as many as there are that are not, and follow each other. */
const runFrom = (
  stamps: ReadonlyArray<CandleStamp>,
  at: number,
  isKept: (stamp: CandleStamp) => boolean
): ReadonlyArray<CandleStamp> => {
  const some = stamps.slice(at, at + STRETCHES_AT_ONCE)
  const stop = some.findIndex(isKept)
  return some.slice(0, stop === 0 ? 1 : stop === -1 ? some.length : stop)
}

/** First and last moment of stretches. */
const spanOf = ({ intervalMin }: CandleSeries, run: ReadonlyArray<CandleStamp>): [fromSec: number, toSec: number] => [
  run[0]?.fromSec ?? 0,
  (run.at(-1)?.fromSec ?? 0) + CANDLES_OF_STRETCH * intervalSec(intervalMin) - 1
]

/** Whether a candle is of these stretches: one between them is of a stretch that came since the stamps were asked for, and would come twice next time. */
const withinAny = ({ intervalMin }: CandleSeries, run: ReadonlyArray<CandleStamp>) => {
  const lengthSec = CANDLES_OF_STRETCH * intervalSec(intervalMin)
  const starts = new Set(run.map(({ fromSec }) => fromSec))
  return ({ timeSec }: { readonly timeSec: number }): boolean => starts.has(Math.floor(timeSec / lengthSec) * lengthSec)
}

/** How many of the candles, which stand in order of time, each stretch has. */
const stretchesOf = (run: ReadonlyArray<CandleStamp>, timeSec: Float64Array): ReadonlyArray<KeptStretch> => {
  let place = 0
  return run.map((stamp, at) => {
    const untilSec = run[at + 1]?.fromSec ?? Number.POSITIVE_INFINITY
    const before = place
    while (place < timeSec.length && (timeSec[place] ?? 0) < untilSec) place++
    return { ...stamp, length: place - before }
  })
}

const knownStretches = (kept: KeptColumns | null) => {
  let at = 0
  return new Map(
    (kept?.stretches ?? []).map(({ fromSec, stamp, length }) => {
      const from = at
      at += length
      return [fromSec, { stamp, part: kept === null ? undefined : sliceOf(kept.columns, from, at) }]
    })
  )
}

/** What the file has; null where there is none, or none that is of use. */
const readKept = (path: string, series: CandleSeries) =>
  Effect.try({
    try: () => {
      const memory = readShared(path)
      if (memory === null) return null
      const kept = decodeColumns(memory)
      return nameOf(kept.series) === nameOf(series) ? { ...kept, memory } : null
    },
    catch: messageOf
  }).pipe(
    Effect.catch((problem) =>
      Effect.as(Effect.logWarning(`store: ${path} ${problem}; the candles are read from the store again`), null)
    )
  )

/** The bytes of a file, in memory that threads share; null where there is none. */
const readShared = (path: string): SharedArrayBuffer | null => {
  if (!fs.existsSync(path)) return null
  const file = fs.openSync(path, "r")
  try {
    const memory = new SharedArrayBuffer(fs.fstatSync(file).size)
    const bytes = new Uint8Array(memory)
    for (let done = 0; done < bytes.length;) {
      const more = fs.readSync(file, bytes, done, bytes.length - done, done)
      if (more === 0) break
      done += more
    }
    return memory
  } finally {
    fs.closeSync(file)
  }
}

const keep = Effect.fnUntraced(function* (path: string, memory: SharedArrayBuffer, mostBytes: number) {
  const nowMs = yield* Clock.currentTimeMillis
  yield* Effect.try({
    try: () => {
      makeRoom(dirname(path), memory.byteLength, mostBytes, nowMs)
      writeAtomically(path, new Uint8Array(memory))
    },
    catch: messageOf
  }).pipe(Effect.catch((problem) => Effect.logWarning(`store: candles are not kept in ${path}: ${problem}`)))
})

/** Before a file is written: the oldest go until it fits beside the others; and what a killed writer has left. */
const makeRoom = (directory: string, newBytes: number, mostBytes: number, nowMs: number): void => {
  if (newBytes > mostBytes) throw new Error(`they take ${newBytes} bytes, and all files together may take ${mostBytes}`)
  if (!fs.existsSync(directory)) return
  const files = fs
    .readdirSync(directory)
    .filter((name) => name.includes(ENDING))
    .flatMap((name) => {
      // Another process may have moved or removed it since.
      const stat = fs.statSync(join(directory, name), { throwIfNoEntry: false })
      return stat === undefined ? [] : [{ name, size: stat.size, mtimeMs: stat.mtimeMs }]
    })
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
  let bytes = newBytes
  for (const { name, size, mtimeMs } of files) {
    bytes += size
    // What another process is writing right now is its own.
    const goes = name.endsWith(UNFINISHED) ? mtimeMs < nowMs - ABANDONED_AFTER_MS : bytes > mostBytes
    if (!goes) continue
    fs.rmSync(join(directory, name), { force: true })
    bytes -= size
  }
}

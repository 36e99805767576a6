/** `kennel backfill --from`: candle files named like Kraken's CSV archives, one of them or a folder. */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Clock, Effect, Schema } from "effect"
import { timeframeName } from "../../../shared/candles/core/candle.ts"
import { type ArchiveName, archiveName } from "../../../shared/candles/core/file/name.ts"
import type { CandleStore, StoreError } from "../../../shared/store/port.ts"
import { importCsv, type Imported } from "./importCsv.ts"
import type { RunResult } from "./run.ts"
import { endLine, showLine } from "../../shared/terminal.ts"
import { progressLine } from "./progress.ts"

/** What is taken out of a folder; empty lists take everything. */
export interface WantedArchives {
  readonly symbols: ReadonlyArray<string>
  readonly timeframes: ReadonlyArray<number>
  /** Only so far back from now; null: all of it. */
  readonly days: number | null
}

/** What was named holds nothing to import. */
export class NoArchives extends Schema.TaggedError<NoArchives>()("NoArchives", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.detail}`
  }
}

interface ArchiveFile extends ArchiveName {
  readonly file: string
  readonly bytes: number
}

/** Imports every file that fits, one after the other; a file that fails does not stop the others. */
export const importArchives = Effect.fn("importArchives")(function* (
  path: string,
  wanted: WantedArchives,
  store: Pick<CandleStore, "upsert">
): Effect.fn.Return<RunResult, NoArchives | StoreError> {
  const startedMs = yield* Clock.currentTimeMillis
  const files = yield* filesAt(path, wanted)
  const nowSec = Math.floor(startedMs / 1_000)
  const sinceSec = wanted.days === null ? 0 : nowSec - wanted.days * 86_400
  const allBytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const failed: Array<string> = []
  const notes: Array<string> = []
  const remarks: Array<string> = []
  let [fresh, before] = [0, 0]
  for (const [jobsDone, { file, bytes, symbol, intervalMin }] of files.entries()) {
    const label = `${symbol} ${timeframeName(intervalMin)}`
    const onProgress = (done: number, stored: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (ms) => {
        const share = (before + done * bytes) / Math.max(1, allBytes)
        const elapsedMs = ms - startedMs
        const made = { jobsDone, jobsTotal: files.length, share, elapsedMs, fresh: fresh + stored, label }
        return showLine(progressLine(made))
      })
    const options = { sinceSec, nowSec, onProgress }
    // Files are of real markets, also where the market that reads them is not.
    const series = { venue: "real", symbol, intervalMin } as const
    const result = yield* Effect.result(importCsv({ file, bytes }, series, store, options))
    before += bytes
    if (result._tag === "Failure") {
      const { failure } = result
      if (failure._tag === "StoreError" && failure.advice !== "refused") return yield* failure
      failed.push(failure.message)
      continue
    }
    fresh += result.success.fresh
    notes.push(...notesOf(label, result.success))
    remarks.push(...result.success.remarks.map((remark) => `${label}: ${remark}`))
  }
  yield* endLine
  const elapsedMs = (yield* Clock.currentTimeMillis) - startedMs
  return { done: files.length - failed.length, skipped: 0, fresh, failed, notes, remarks, elapsedMs }
})

/** What was left out of a file, a line for each reason. */
const notesOf = (name: string, { stored, skipped, leftOut }: Imported): ReadonlyArray<string> => [
  ...(stored === 0 ? [`${name}: nothing stored, all ${skipped} candles are older than asked for`] : []),
  ...(stored > 0 && skipped > 0 ? [`${name}: ${skipped} candles left out, older than asked for`] : []),
  ...leftOut.map((line) => `${name}: ${line}`)
]

const filesAt = (path: string, wanted: WantedArchives): Effect.Effect<ReadonlyArray<ArchiveFile>, NoArchives> =>
  Effect.tryPromise({
    try: async () => {
      const folder = (await stat(path)).isDirectory()
      const files = folder ? (await readdir(path)).sort().map((name) => join(path, name)) : [path]
      const named = files.flatMap((file): ReadonlyArray<Omit<ArchiveFile, "bytes">> => {
        const name = archiveName(file)
        return name === null ? [] : [{ file, ...name }]
      })
      const fitting = named.filter(
        ({ symbol, intervalMin }) =>
          (wanted.symbols.length === 0 || wanted.symbols.includes(symbol)) &&
          (wanted.timeframes.length === 0 || wanted.timeframes.includes(intervalMin))
      )
      if (fitting.length === 0) {
        throw new Error(
          named.length === 0
            ? "holds no archive; their names are like XBTUSD_60.csv"
            : "holds no archive of these symbols and timeframes"
        )
      }
      return await Promise.all(fitting.map(async (one) => ({ ...one, bytes: (await stat(one.file)).size })))
    },
    catch: (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      return new NoArchives({ path, detail: code === "ENOENT" ? "no such file or folder" : message })
    }
  })

/** `kennel backfill --from`: Kraken's CSV archives, one file or a folder of them. */
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { Clock, Effect } from "effect"
import { timeframeName } from "../../shared/candles/candle.ts"
import { type ArchiveName, archiveName } from "../../shared/candles/csv.ts"
import type { CandleStore, StoreError } from "../../shared/store/port.ts"
import { importCsv, ImportFailed } from "../../services/ohlcv-ingestor/importCsv.ts"
import type { RunResult } from "./run.ts"

/** What is taken out of a folder; empty lists take everything. */
export interface WantedArchives {
  readonly symbols: ReadonlyArray<string>
  readonly timeframes: ReadonlyArray<number>
  /** Only so far back from now; null: all of it. */
  readonly days: number | null
}

interface ArchiveFile extends ArchiveName {
  readonly file: string
}

/** Imports every file that fits, one after the other; a file that fails does not stop the others. */
export const importArchives = Effect.fn("importArchives")(function* (
  path: string,
  wanted: WantedArchives,
  store: Pick<CandleStore, "upsert">
): Effect.fn.Return<RunResult, ImportFailed | StoreError> {
  const startedMs = yield* Clock.currentTimeMillis
  const files = yield* filesAt(path, wanted)
  const sinceSec = wanted.days === null ? 0 : Math.floor(startedMs / 1_000) - wanted.days * 86_400
  const failed: Array<string> = []
  const notes: Array<string> = []
  let fresh = 0
  for (const { file, symbol, intervalMin } of files) {
    const name = `${symbol} ${timeframeName(intervalMin)}`
    const result = yield* Effect.result(importCsv(file, { symbol, intervalMin }, store, { sinceSec }))
    if (result._tag === "Failure") {
      if (result.failure._tag !== "ImportFailed") return yield* result.failure
      failed.push(result.failure.message)
      continue
    }
    const { success } = result
    fresh += success.fresh
    const [bad] = success.firstBad
    if (bad !== undefined) notes.push(`${name}: ${success.badLines} lines left out, the first is line ${bad.line}`)
    yield* Effect.logInfo(`backfill: ${name}: ${success.stored} candles from ${file}`)
  }
  const elapsedMs = (yield* Clock.currentTimeMillis) - startedMs
  return { done: files.length - failed.length, skipped: 0, fresh, failed, notes, elapsedMs }
})

const filesAt = (path: string, wanted: WantedArchives): Effect.Effect<ReadonlyArray<ArchiveFile>, ImportFailed> =>
  Effect.tryPromise({
    try: async () => {
      const folder = (await stat(path)).isDirectory()
      const files = folder ? (await readdir(path)).sort().map((name) => join(path, name)) : [path]
      const named = files.flatMap((file): ReadonlyArray<ArchiveFile> => {
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
      return fitting
    },
    catch: (error) => {
      const { code, message } = error as NodeJS.ErrnoException
      return new ImportFailed({ file: path, detail: code === "ENOENT" ? "no such file or folder" : message })
    }
  })

/** Reads one of Kraken's CSV archives into the store, a piece at a time: memory does not grow with the file. */
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { Effect, Schema, Stream } from "effect"
import type { Candle } from "../../shared/candles/candle.ts"
import { type BadLine, csvReader } from "../../shared/candles/csv.ts"
import type { CandleSeries, CandleStore, StoreError } from "../../shared/store/port.ts"

/** The file cannot be read, or is no archive of candles: lines before may have been stored. */
export class ImportFailed extends Schema.TaggedError<ImportFailed>()("ImportFailed", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

export interface Imported {
  /** Candles read and stored; those before `sinceSec` are read and left out. */
  readonly stored: number
  /** Those the store did not have. */
  readonly fresh: number
  readonly skipped: number
  readonly badLines: number
  readonly firstBad: ReadonlyArray<BadLine>
}

/** Candles that go to the store together; it splits them further as it likes. */
const BATCH = 10_000
/** More bad lines than this with not one good one before: another kind of file was named. */
const HOPELESS = 1_000

/** Stores the candles of `file` (plain or `.gz`) from `sinceSec` on as `series`. The same file again changes nothing. */
export const importCsv = Effect.fn("importCsv")(function* (
  file: string,
  series: CandleSeries,
  store: Pick<CandleStore, "upsert">,
  options: { readonly sinceSec: number; readonly onStored?: (stored: number) => Effect.Effect<void> }
): Effect.fn.Return<Imported, ImportFailed | StoreError> {
  const reader = csvReader()
  let batch: Array<Candle> = []
  let [stored, fresh, skipped] = [0, 0, 0]

  const flush = Effect.fnUntraced(function* () {
    if (batch.length === 0) return
    fresh += yield* store.upsert(series, batch, "import")
    stored += batch.length
    batch = []
    yield* options.onStored?.(stored) ?? Effect.void
  })
  const take = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>) {
    for (const candle of candles) {
      if (candle.timeSec < options.sinceSec) skipped++
      else batch.push(candle)
    }
    if (batch.length >= BATCH) yield* flush()
    if (stored + skipped + batch.length === 0 && reader.bad().count > HOPELESS) {
      const shown = reader.bad().first[0]?.text ?? ""
      return yield* new ImportFailed({
        file,
        detail: `is no file of candles (time,open,high,low,close,volume,trades); it begins with "${shown}"`
      })
    }
  })

  yield* Stream.runForEach(textOf(file), (text) => take(reader.push(text)))
  yield* take(reader.end())
  yield* flush()
  const { count, first } = reader.bad()
  return { stored, fresh, skipped, badLines: count, firstBad: first }
})

/** The file's text in pieces; a character is never cut in two, as the format is ASCII. */
const textOf = (file: string): Stream.Stream<string, ImportFailed> =>
  Stream.fromAsyncIterable(pieces(file), (error) => {
    const { code, message } = error as NodeJS.ErrnoException
    const detail = code === "ENOENT" ? "no such file" : `cannot be read (${message})`
    return new ImportFailed({ file, detail })
  })

async function* pieces(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 })
  const source = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes
  bytes.once("error", (error) => source.destroy(error))
  for await (const chunk of Readable.from(source)) yield (chunk as Buffer).toString("latin1")
}

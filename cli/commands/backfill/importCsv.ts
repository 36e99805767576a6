/** Reads one of Kraken's CSV archives into the store, a piece at a time: memory does not grow with the file. */
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { Effect, Schema, Stream } from "effect"
import { type Candle, intervalSec } from "../../../shared/candles/core/candle.ts"
import { type BadLine, csvReader } from "../../../shared/candles/core/csv.ts"
import type { CandleSeries, CandleStore, StoreError } from "../../../shared/store/port.ts"

/** The file cannot be read, or is no archive of candles: lines before may have been stored. */
export class ImportFailed extends Schema.TaggedError<ImportFailed>()("ImportFailed", {
  file: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.file}: ${this.detail}`
  }
}

/** What became of the file's lines. */
export interface Imported {
  /** Candles read and stored. */
  readonly stored: number
  /** Those the store did not have. */
  readonly fresh: number
  /** Read and left out: before `sinceSec`. */
  readonly skipped: number
  /** Read and left out: not over at `nowSec`. Times in milliseconds look so, or a name that belongs to another timeframe. */
  readonly unclosed: number
  readonly badLines: number
  readonly firstBad: ReadonlyArray<BadLine>
}

/** Candles that go to the store together; it splits them further as it likes. */
const BATCH = 10_000
/** More bad lines than this with not one good one before: another kind of file was named. */
const HOPELESS = 1_000

/** Which candles are taken, and who is told of progress. */
export interface ImportOptions {
  /** First start that is wanted, Unix seconds. */
  readonly sinceSec: number
  /** The clock, Unix seconds: one candle of the future would pass for fresh data for ever. */
  readonly nowSec: number
  /** Told after every piece how much of the file has been read (bytes on disk), and how many candles are stored. */
  readonly onRead?: (readBytes: number, stored: number) => Effect.Effect<void>
}

/** Stores the closed candles of `file` (plain or `.gz`) as `series`. The same file again changes nothing. */
export const importCsv = Effect.fn("importCsv")(function* (
  file: string,
  series: CandleSeries,
  store: Pick<CandleStore, "upsert">,
  { sinceSec, nowSec, onRead }: ImportOptions
): Effect.fn.Return<Imported, ImportFailed | StoreError> {
  const reader = csvReader()
  let batch: Array<Candle> = []
  const lastSec = nowSec - intervalSec(series.intervalMin)
  let [stored, fresh, skipped, unclosed] = [0, 0, 0, 0]

  const flush = Effect.fnUntraced(function* () {
    if (batch.length === 0) return
    fresh += yield* store.upsert(series, batch, "import")
    stored += batch.length
    batch = []
  })
  const take = Effect.fnUntraced(function* (candles: ReadonlyArray<Candle>) {
    for (const candle of candles) {
      if (candle.timeSec < sinceSec) skipped++
      else if (candle.timeSec > lastSec) unclosed++
      else batch.push(candle)
    }
    if (batch.length >= BATCH) yield* flush()
    if (stored + skipped + unclosed + batch.length === 0 && reader.bad().count > HOPELESS) {
      // Anything may stand in another kind of file, also what a terminal would obey.
      const shown = (reader.bad().first[0]?.text ?? "").replace(/[^ -~]/g, "?")
      return yield* new ImportFailed({
        file,
        detail: `is no file of candles (time,open,high,low,close,volume,trades); it begins with "${shown}"`
      })
    }
  })

  yield* Stream.runForEach(textOf(file), ({ text, readBytes }) =>
    Effect.andThen(
      take(reader.push(text)),
      Effect.suspend(() => onRead?.(readBytes, stored) ?? Effect.void)
    )
  )
  yield* take(reader.end())
  yield* flush()
  const { count, first } = reader.bad()
  return { stored, fresh, skipped, unclosed, badLines: count, firstBad: first }
})

interface Piece {
  readonly text: string
  readonly readBytes: number
}

/** The file's text in pieces; a character is never cut in two, as the format is ASCII. */
const textOf = (file: string): Stream.Stream<Piece, ImportFailed> =>
  Stream.fromAsyncIterable(pieces(file), (error) => {
    const { code, message } = error as NodeJS.ErrnoException
    const detail = code === "ENOENT" ? "no such file" : `cannot be read (${message})`
    return new ImportFailed({ file, detail })
  })

async function* pieces(file: string): AsyncGenerator<Piece> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 18 })
  const source = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes
  bytes.once("error", (error) => source.destroy(error))
  for await (const chunk of Readable.from(source)) {
    yield { text: (chunk as Buffer).toString("latin1"), readBytes: bytes.bytesRead }
  }
}

/** Reads a file of candles into the store. Nothing is stored before the whole file has been read and judged. */
import { Effect } from "effect"
import { attempt, type CandleFileError, readCandleFile } from "../../../shared/candles/candleFile.ts"
import { intervalSec } from "../../../shared/candles/core/candle.ts"
import { leftOutText } from "../../../shared/candles/core/file/leftOut.ts"
import { CandleFileRefused } from "../../../shared/candles/core/file/refused.ts"
import { candleOf, settle } from "../../../shared/candles/core/file/settle.ts"
import type { CandleSeries, CandleStore, StoreError } from "../../../shared/store/port.ts"

/** What came of a file. */
export interface Imported {
  /** Candles read and stored. */
  readonly stored: number
  /** Those the store did not have. */
  readonly fresh: number
  /** Read and left out: before `sinceSec`. */
  readonly skipped: number
  /** What else was left out and why, a line each. */
  readonly leftOut: ReadonlyArray<string>
  /** How the file was read where that is not what one would expect, a line each. */
  readonly remarks: ReadonlyArray<string>
}

/** Candles that go to the store together; it splits them further as it likes. */
const BATCH = 10_000
/** Of the time that an import takes, what reading takes; the store sets the pace. */
const READING_SHARE = 0.1

/** Which candles are taken, and who is told of progress. */
export interface ImportOptions {
  /** First start that is wanted, Unix seconds. */
  readonly sinceSec: number
  /** The clock, Unix seconds: one candle of the future would pass for fresh data for ever. */
  readonly nowSec: number
  /** Told what share of the work on the file of this size is done, 0 to 1, and how many candles are new. */
  readonly onProgress?: (share: number, fresh: number) => Effect.Effect<void>
}

/** Stores the closed candles of `file` (plain or `.gz`, `bytes` long) as `series`. The same file again changes nothing. */
export const importCsv = (
  { file, bytes }: { readonly file: string; readonly bytes: number },
  series: CandleSeries,
  store: Pick<CandleStore, "upsert">,
  { sinceSec, nowSec, onProgress = () => Effect.void }: ImportOptions
): Effect.Effect<Imported, CandleFileError | StoreError> =>
  Effect.gen(function* () {
    const onRead = (readBytes: number) => onProgress((READING_SHARE * readBytes) / Math.max(1, bytes), 0)
    const found = yield* readCandleFile(file, { nowSec, onRead })
    if (found.kind !== "candles") {
      return yield* Effect.fail(new CandleFileRefused(file, null, "holds trades; name a file of candles"))
    }
    const settled = yield* attempt(file, () => settle(found, { namedSec: intervalSec(series.intervalMin), nowSec }))
    const { length, at, leftOut, remarks } = settled
    let skipped = 0
    while (skipped < length && at(skipped).timeMs < sinceSec * 1_000) skipped++
    let fresh = 0
    for (let from = skipped; from < length; from += BATCH) {
      const candles = Array.from({ length: Math.min(BATCH, length - from) }, (_, i) => candleOf(at(from + i)))
      fresh += yield* store.upsert(series, candles, "import")
      yield* onProgress(READING_SHARE + ((1 - READING_SHARE) * (from + candles.length)) / length, fresh)
    }
    return { stored: length - skipped, fresh, skipped, leftOut: leftOut.map(leftOutText), remarks }
  }).pipe(Effect.scoped, Effect.withSpan("importCsv"))

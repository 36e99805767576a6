/** A recording out of a text, as arrays. */
import { FileReader } from "../../../shared/candles/core/file/fileReader.ts"
import { memoryPages } from "../../../shared/candles/core/file/records.ts"
import { type CandleRow, openRecording, type Sequence, type TradeRow } from "../core/market/rows.ts"

/** A recording as arrays. */
export type Recording =
  | { readonly kind: "candles"; readonly rows: ReadonlyArray<CandleRow> }
  | { readonly kind: "trades"; readonly rows: ReadonlyArray<TradeRow> }

/** 2100: a text is not asked whether it is of the past. */
const NO_CLOCK_SEC = 4_102_444_800

/** The recording in a text. Throws a `CandleFileRefused`; `file` is only used to name it. */
export const readRecording = (file: string, text: string): Recording => {
  const reader = new FileReader({ file, pages: memoryPages(), nowSec: NO_CLOCK_SEC })
  reader.push(text)
  const { recording } = openRecording(reader.end(), NO_CLOCK_SEC)
  return recording.kind === "candles"
    ? {
        kind: "candles",
        rows: asArray(recording.rows, ({ timeMs, open, high, low, close, volume }) => ({
          timeMs,
          open,
          high,
          low,
          close,
          volume
        }))
      }
    : { kind: "trades", rows: asArray(recording.rows, (row) => row) }
}

const asArray = <A>({ length, at }: Sequence<A>, of: (row: A) => A): ReadonlyArray<A> =>
  Array.from({ length }, (_, place) => at(place)).flatMap((row) => (row === undefined ? [] : [of(row)]))

/** A text read as a file of candles: for tests. */
import { FileReader } from "../fileReader.ts"
import { leftOutText } from "../leftOut.ts"
import { memoryPages, type Row } from "../records.ts"
import { settle } from "../settle.ts"

/** 2026-11-29T00:00Z, Unix seconds: now, unless a test says otherwise. */
export const NOW_SEC = 1_795_910_400

/** What a text gave, as plain values. */
export interface ReadText {
  readonly rows: ReadonlyArray<Row>
  readonly intervalMs: number
  readonly notes: ReadonlyArray<string>
}

/** Reads `text`, cut at `cuts`, as the file `x.csv`. Throws what the reader throws. */
export const readCandleText = (
  text: string,
  {
    namedSec = null,
    nowSec = NOW_SEC,
    cuts = []
  }: { namedSec?: number | null; nowSec?: number; cuts?: ReadonlyArray<number> } = {}
): ReadText => {
  const reader = new FileReader({ file: "x.csv", pages: memoryPages(), nowSec })
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length]
  for (const [i, from] of places.slice(0, -1).entries()) reader.push(text.slice(from, places[i + 1]))
  const { length, at, intervalMs, leftOut, remarks } = settle(reader.end(), { namedSec, nowSec })
  const rows = Array.from({ length }, (_, place) => at(place))
  return { rows, intervalMs, notes: [...leftOut.map(leftOutText), ...remarks] }
}

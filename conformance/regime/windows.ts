/** Windows of recorded candles, as the quality of the regime model's starts is measured on them. */
import { columnOf } from "../format/numbers.ts"
import { type FeatureCandles, featureRows } from "../../services/hmm-advisor/core/features.ts"
import type { Rows } from "../../services/hmm-advisor/core/hmm/rows.ts"
import type { Refusal } from "../../services/hmm-advisor/core/training/refusal.ts"

/** The closes and volumes of a CSV whose first line names its columns; `name` is for errors. */
export const candlesOf = (csv: string, name: string): FeatureCandles => {
  const [header = "", ...lines] = csv.trim().split(/\r?\n/)
  const rows = lines.map((line) => Float64Array.from(line.split(","), Number))
  const column = (field: string) => columnOf(rows, header.split(",").indexOf(field), `${name}.${field}`)
  return { closes: column("close"), volumes: column("volume") }
}

/** The feature rows of `length` candles from `from` on. */
export const windowOf = ({ closes, volumes }: FeatureCandles, from: number, length: number): Rows | Refusal =>
  featureRows({ closes: closes.subarray(from, from + length), volumes: volumes.subarray(from, from + length) })

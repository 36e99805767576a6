/** Observations for a model: `count` rows of `features` numbers each, oldest first, one after the other in `values`. */
import { refuse, type Refusal } from "../../training/refusal.ts"

/** Feature rows, oldest first, row by row in `values`. */
export interface Rows {
  readonly count: number
  readonly features: number
  readonly values: Float64Array
}

/** What is wrong with the rows for a model of `features` features, or null. */
export const checkRows = ({ count, features, values }: Rows, wanted: number): Refusal | null => {
  if (count === 0) return refuse("too-few-rows", "there is no row to look at")
  if (features !== wanted) return refuse("bad-input", `rows must have ${wanted} features, have ${features}`)
  if (values.length !== count * features) {
    return refuse(
      "bad-input",
      `${count} rows of ${features} make ${count * features} numbers, there are ${values.length}`
    )
  }
  const odd = values.findIndex((value) => !Number.isFinite(value))
  if (odd < 0) return null
  return refuse(
    "bad-input",
    `row ${Math.floor(odd / features)}, feature ${odd % features} must be finite, is ${values[odd]}`
  )
}

/** The last `count` rows, or all where there are fewer; shares the numbers. */
export const lastRows = (rows: Rows, count: number): Rows => {
  const kept = Math.min(count, rows.count)
  return {
    count: kept,
    features: rows.features,
    values: rows.values.subarray((rows.count - kept) * rows.features, rows.count * rows.features)
  }
}

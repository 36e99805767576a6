/** Reading lists of bars whose times are Unix milliseconds. Pure. */
import { type Json, WireProblem } from "../../../core/wire/json.ts"
import type { RawCandle } from "../normalise.ts"

/** A list of lists; something else inside becomes an empty list, which no candle can be read from. */
export const listOf = (value: Json | undefined, path: string): ReadonlyArray<ReadonlyArray<Json>> => {
  if (!Array.isArray(value)) throw new WireProblem(path, "is not a list")
  return value.map((row: Json) => (Array.isArray(row) ? (row as ReadonlyArray<Json>) : []))
}

/** The bar with its start in seconds. */
export const rawOfMs = (startMs: Json | undefined, ...rest: ReadonlyArray<Json | undefined>): RawCandle => [
  typeof startMs === "string" && /^\d{4,16}$/.test(startMs) ? startMs.slice(0, -3) : undefined,
  ...rest
]

/** A start as a cursor, or null when there is no row. */
export const lastStartMs = (startMs: Json | undefined): string | null =>
  typeof startMs === "string" && /^\d{4,16}$/.test(startMs) ? startMs : null

/** What differs between public sources: how a page is asked for and what its answer means. Pure. */
import type { Json } from "../../core/wire/json.ts"
import type { RawCandle } from "./normalise.ts"
import type { CandleRequest, CandleSourceError } from "../source.ts"
import type { Rate } from "./tokenBucket.ts"

/** What an answer holds, or why there is none. */
export type Answer =
  | {
      readonly kind: "page"
      readonly rows: ReadonlyArray<RawCandle>
      readonly cursor: string | null
      readonly more: boolean
      /** Unix seconds up to which the source itself says that bars are closed; null: by the clock. */
      readonly closedUntilSec: number | null
    }
  | {
      readonly kind: "refused"
      readonly advice: CandleSourceError["advice"]
      readonly detail: string
      /** Unix milliseconds of the source's clock. */
      readonly retryAtMs: number | null
    }

/** One public source: how it is asked, how fast, and how its answers are read. */
export interface Dialect {
  readonly name: string
  /** Base address without a path. */
  readonly url: string
  readonly rate: Rate
  /** As in `CandleSource`. */
  readonly reachable: number | null
  /** Path and query of a page, or null when the source does not have this timeframe. `nowSec` is the source's clock. */
  readonly path: (request: CandleRequest, nowSec: number) => string | null
  /** Reads a 200. Throws a `WireProblem` that names the field for anything that was not promised. */
  readonly read: (body: Json, request: CandleRequest, nowMs: number) => Answer
  /** Reads the body of a 4xx; null leaves the verdict to the status. May throw a `WireProblem`: then the same. */
  readonly refusal?: (body: Json) => Answer | null
}

/** A refusal without a time. */
export const refusedAs = (advice: CandleSourceError["advice"], detail: string): Answer => ({
  kind: "refused",
  advice,
  detail,
  retryAtMs: null
})

/** What differs between public sources: how a page is asked for and what its answer means. Pure. */
import { type Json, parseJson, WireProblem } from "../../core/wire/json.ts"
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

/** What is shown of a reply that could not be read. */
const EXCERPT_LENGTH = 200

/** What a source's reply means, whatever came: a body that is not as promised is no answer, and may be asked for again. */
export const answerOf = (
  dialect: Dialect,
  request: CandleRequest,
  { status, body }: { readonly status: number; readonly body: string },
  nowMs: number
): Answer => {
  if (status === 200) {
    const excerpt = `; reply: ${body.slice(0, EXCERPT_LENGTH)}`
    return attempt(
      () => dialect.read(parseJson(body), request, nowMs),
      (problem) => refusedAs("retry", `${problem.message}${excerpt}`)
    )
  }
  // 418 is how one source says that an address is banned for going on after 429.
  if (status === 429 || status === 418) return refusedAs("wait", `HTTP ${status}`)
  if (status >= 500) return refusedAs("retry", `HTTP ${status}`)
  const said = dialect.refusal
  const known =
    said === undefined
      ? null
      : attempt(
          () => said(parseJson(body)),
          () => null
        )
  if (known !== null) return known
  return refusedAs(status === 401 || status === 403 ? "stop" : "rejected", `HTTP ${status}`)
}

const attempt = <A>(read: () => A, otherwise: (problem: WireProblem) => A): A => {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireProblem) return otherwise(error)
    throw error
  }
}

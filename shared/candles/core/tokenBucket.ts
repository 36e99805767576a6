/**
 * How fast a source may be asked: a bucket of tokens, and a pause after it has said that it was too fast. Pure: time is
 * given, in milliseconds of any clock.
 */

/** What a source allows. */
export interface Rate {
  /** Calls that may follow each other without a pause after a quiet time, at least 1. */
  readonly burst: number
  /** Calls a second in the long run, above 0. */
  readonly perSec: number
}

/**
 * A source's allowance at `atMs`; `tokens` lies between 0 and the rate's `burst`, with fractions.
 */
export interface Bucket {
  readonly tokens: number
  readonly atMs: number
  /** No call before this, whatever the tokens say. */
  readonly blockedUntilMs: number
  /** Refusals for going too fast since the last call that went well. */
  readonly refusals: number
}

/** The bucket of a source that nobody has asked lately. */
export const fullBucket = (rate: Rate, nowMs: number): Bucket => ({
  tokens: rate.burst,
  atMs: nowMs,
  blockedUntilMs: 0,
  refusals: 0
})

/** Whether a call may go out now, or when the next one may. */
export type Taken =
  | { readonly granted: true; readonly bucket: Bucket }
  | { readonly granted: false; readonly readyAtMs: number }

/** Takes one token at `nowMs`. A clock that was moved back brings neither tokens nor debt. */
export const take = (bucket: Bucket, rate: Rate, nowMs: number): Taken => {
  if (nowMs < bucket.blockedUntilMs) return { granted: false, readyAtMs: bucket.blockedUntilMs }
  const elapsedSec = Math.max(0, nowMs - bucket.atMs) / 1_000
  const tokens = Math.min(rate.burst, bucket.tokens + elapsedSec * rate.perSec)
  // A token that is there but for the last bits of a double counts: else the caller would sleep for nothing and ask again.
  if (tokens >= 1 - 1e-9) return { granted: true, bucket: { ...bucket, tokens: Math.max(0, tokens - 1), atMs: nowMs } }
  return { granted: false, readyAtMs: nowMs + Math.ceil(((1 - tokens) / rate.perSec) * 1_000) }
}

/** First pause after a refusal that names no time; each further one in a row doubles it. */
export const FIRST_PAUSE_MS = 5_000
/** A source that still refuses after this long is asked again this often. */
export const LONGEST_PAUSE_MS = 300_000

/** After a refusal (429, `EAPI:Rate limit exceeded`): nothing until the time the source named, or a growing pause. */
export const refused = (bucket: Bucket, nowMs: number, retryAtMs: number | null): Bucket => {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** bucket.refusals)
  // A named time in the past, or one a clock error puts days away, is no advice.
  const named = retryAtMs === null ? nowMs + pauseMs : Math.min(retryAtMs, nowMs + MAX_NAMED_PAUSE_MS)
  return {
    tokens: 0,
    atMs: nowMs,
    blockedUntilMs: Math.max(bucket.blockedUntilMs, named, nowMs + FIRST_PAUSE_MS / 5),
    refusals: bucket.refusals + 1
  }
}
/** Kraken's temporary lockout lasts a quarter of an hour; nobody asks for longer than this. */
const MAX_NAMED_PAUSE_MS = 3_600_000

/** After a call that went well the next refusal pauses briefly again. */
export const succeeded = (bucket: Bucket): Bucket => (bucket.refusals === 0 ? bucket : { ...bucket, refusals: 0 })

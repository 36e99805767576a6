/** How long to leave Telegram alone after a call that failed. Pure. */

/** As much of a failure as says so. */
export interface Failed {
  readonly code: number | null
  readonly retryAfterSec: number | null
}

const FIRST_MS = 1_000
/** An outage of hours is looked at once a minute. */
const MOST_MS = 60_000
/** What Telegram asks for is kept, up to an hour: beyond that it is no answer to go by. */
const MOST_ASKED_MS = 3_600_000
/** Another process polls for the same bot: two that take turns would each lose half of what is said. */
const CONFLICT_MS = 30_000
/** The token is wrong, or was taken back: only a person changes that. */
const REFUSED_MS = 600_000

/** 1 s, 2 s, 4 s, … up to a minute; or as long as Telegram asks for. `attempt` counts failures in a row, from 1. */
export const pauseMs = ({ retryAfterSec }: Failed, attempt: number): number => {
  if (retryAfterSec !== null) return Math.min(MOST_ASKED_MS, Math.max(FIRST_MS, retryAfterSec * 1_000))
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16))
}

/** As `pauseMs`, of the poll. */
export const pollPauseMs = (failed: Failed, attempt: number): number => {
  if (failed.code === 409) return CONFLICT_MS
  if (isRefused(failed)) return REFUSED_MS
  return pauseMs(failed, attempt)
}

/** Whether the bot itself is refused: a wrong token. */
export const isRefused = ({ code }: Failed): boolean => code === 401 || code === 404

/** Whether sending the same again can come to anything: not what Telegram refuses to take, or to this chat. */
export const mayBeSentAgain = ({ code }: Failed): boolean =>
  code === null || code === 429 || code === 409 || code >= 500

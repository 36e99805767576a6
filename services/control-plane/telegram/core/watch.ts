/** How the chat itself is, as this process knows it: what `/api/status` and the page say of it. Pure. */
import { type QuietHours, quietHoursText } from "./quietHours.ts"

/** Times are Unix milliseconds of the wall; null: not yet. */
export interface ChatWatch {
  /** Chats that are let in. */
  readonly chats: number
  readonly quietHours: QuietHours | null
  /** Since when this process polls; null while it does not: another has the lease, or the bot has not been reached. */
  readonly pollsSinceMs: number | null
  /** When Telegram last answered any call. */
  readonly lastAnswerMs: number | null
  /** When something last came that somebody had written or pressed. */
  readonly lastUpdateMs: number | null
  /** The last call that failed, in Telegram's words or those of the way to it; never with the token. */
  readonly lastError: { readonly atMs: number; readonly text: string } | null
  /** Who polls, by the lease in the journal: a name that no other process has; null: nobody, or not read yet. */
  readonly holder: string | null
}

/** Before anything was heard. */
export const watchOf = (chats: number, quietHours: QuietHours | null): ChatWatch => ({
  chats,
  quietHours,
  pollsSinceMs: null,
  lastAnswerMs: null,
  lastUpdateMs: null,
  lastError: null,
  holder: null
})

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms) / 1_000)

/**
 * The block `telegram`; times are Unix seconds of this machine's clock. Null: no bot runs here, as no token is set. `quietNow`: whether it
 * is one of the quiet hours; null where there are none.
 */
export const chatView = (watch: ChatWatch | null, quietNow: boolean | null) => {
  const { quietHours = null, lastError = null, pollsSinceMs = null } = watch ?? {}
  return {
    /** Whether a token is set for this process. */
    enabled: watch !== null,
    chats: watch?.chats ?? 0,
    /** This process asks for updates; where it does not, another may. */
    polls: pollsSinceMs !== null,
    polls_since: seconds(pollsSinceMs),
    last_answer_at: seconds(watch?.lastAnswerMs ?? null),
    last_update_at: seconds(watch?.lastUpdateMs ?? null),
    last_error: lastError === null ? null : { at: lastError.atMs / 1_000, text: lastError.text },
    /** Who has the lease; `polls` says whether that is this process. */
    lease_holder: watch?.holder ?? null,
    quiet_hours: quietHours === null ? null : quietHoursText(quietHours),
    /** Only what is urgent sounds now; null where no quiet hours are set. */
    quiet_now: quietNow
  }
}

/** Asking again where that helps: the journal for a while, the store for ever. */
import { Duration, Effect, Schedule } from "effect"
import type { AppendError } from "./journal/port.ts"
import { StoreError } from "./store/port.ts"

/**
 * How long an unreachable journal is waited for before the process gives up and its supervisor takes over: longer than
 * a server restart, short enough that a person hears of it.
 */
export const JOURNAL_RETRY_FOR = "5 minutes"

const JOURNAL_RETRY = Schedule.exponential("50 millis").pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(1)))),
  Schedule.upTo({ duration: JOURNAL_RETRY_FOR })
)

/** Repeats an append (same id) while the journal does not answer; fails with its last error after `JOURNAL_RETRY_FOR`. */
export const retryAppend = <A, E extends AppendError>(append: Effect.Effect<A, E>) =>
  Effect.retry(append, { schedule: JOURNAL_RETRY, while: (error) => error._tag === "JournalUnavailable" })

/** Pauses grow to this while the store is away. */
const STORE_RETRY = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("30 seconds")])

/** Everything but a value the store will never take. */
const mayWait = (error: unknown): error is StoreError => error instanceof StoreError && error.advice !== "refused"

/**
 * Repeats work on the store until it has answered, however long that takes: only a refusal, and what is no error of the
 * store, comes back. `waitsFor` is told of each failure, and with null once there is an answer.
 */
export const retryStore = <A, E, R>(
  work: Effect.Effect<A, E | StoreError, R>,
  waitsFor: (trouble: string | null) => Effect.Effect<void>
): Effect.Effect<A, E | StoreError, R> =>
  work.pipe(
    Effect.tapError((error) => (mayWait(error) ? waitsFor(error.message) : Effect.void)),
    Effect.retry({ schedule: STORE_RETRY, while: mayWait }),
    Effect.tap(waitsFor(null))
  )

/** Writing what a fold has decided: each output once, in order, whoever else writes the same. */
import { Duration, Effect, Schedule } from "effect"
import { type AppendError, Journal, type JournalRefused, type JournalUnavailable } from "../journal/port.ts"
import type { ActorFold } from "./fold.ts"

/**
 * How long an unreachable journal is waited for before the process gives up and its supervisor takes over: longer than
 * a server restart, short enough that a person hears of it.
 */
const PATIENCE = "5 minutes"

const backoff = Schedule.exponential("50 millis").pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(1)))),
  Schedule.upTo({ duration: PATIENCE })
)

/** Repeats an append (same id) while the journal does not answer. */
export const untilAnswered = <A, E extends AppendError>(append: Effect.Effect<A, E>) =>
  Effect.retry(append, { schedule: backoff, while: (error) => error._tag === "JournalUnavailable" })

/**
 * Appends the fold's unsent outputs, each expecting the one before it as the last of the subject. A conflict means that
 * a twin was faster: its record is on the way to our own reader, where the fold compares it; nothing more is sent until
 * it has come round.
 */
export const publish = Effect.fnUntraced(function* <State>(
  fold: ActorFold<State>
): Effect.fn.Return<void, JournalRefused | JournalUnavailable, Journal> {
  const journal = yield* Journal
  if (fold.overtaken) return
  while (fold.sent < fold.pending.length) {
    const entry = fold.pending[fold.sent]
    if (entry === undefined) return
    const seq = yield* untilAnswered(journal.append({ ...entry, expectedLastSeq: fold.expectedLastSeq })).pipe(
      Effect.map((appended) => appended.seq),
      Effect.catchTag("JournalConflict", () => Effect.succeed(null))
    )
    if (seq === null) {
      fold.overtaken = true
      return
    }
    fold.sent++
    fold.expectedLastSeq = seq
  }
})

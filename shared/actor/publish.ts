/** Writing what a fold has decided: each output once, in order, whoever else writes the same. */
import { Effect } from "effect"
import { Journal, type JournalRefused, type JournalUnavailable } from "../journal/port.ts"
import { retryAppend } from "../retry.ts"
import type { ActorFold } from "./fold.ts"

/** What every fold still owes the journal, side by side. */
export const publishAll = <State>(folds: ReadonlyArray<ActorFold<State>>) => {
  const owing = folds.filter((fold) => fold.sent < fold.pending.length)
  return owing.length === 0 ? Effect.void : Effect.forEach(owing, publish, { concurrency: "unbounded", discard: true })
}

/**
 * Appends the fold's unsent outputs, each expecting the one before it as the last of the subject. A conflict means that
 * a twin was faster: its record is on the way to our own reader, where the fold compares it; nothing more is sent until
 * it has come round.
 */
const publish = Effect.fnUntraced(function* <State>(
  fold: ActorFold<State>
): Effect.fn.Return<void, JournalRefused | JournalUnavailable, Journal> {
  const journal = yield* Journal
  if (fold.overtaken) return
  for (let entry = fold.unsent; entry !== null; entry = fold.unsent) {
    const seq = yield* retryAppend(journal.append({ ...entry, expectedLastSeq: fold.expectedLastSeq })).pipe(
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

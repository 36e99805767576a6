/** Folds a whole journal again and compares every recorded output: the proof that the decisions follow from the inputs. */
import { Effect, Stream } from "effect"
import { decodeRecord, type RecordUndecodable } from "../events/envelope.ts"
import type { MarketSubjects } from "../core/ids/subjects.ts"
import { Journal, type ReadError } from "../journal/port.ts"
import type { Actor } from "./core/actor.ts"
import { EVERY_ACTOR, readControl, skipKey } from "./control.ts"
import { ActorFold, Divergence, FoldFailed } from "./fold.ts"
import { sha256 } from "./hash.ts"
import { messageOf } from "../core/messageOf.ts"

/** The result of a whole re-fold. Without divergences the recorded decisions follow from the recorded inputs. */
export interface Verification {
  /** The last record read. */
  readonly head: number
  /** Events folded, over all records. */
  readonly events: number
  /** One line for each recorded output that is missing, extra or different, and each record that does not fold. */
  readonly divergences: ReadonlyArray<string>
  /** SHA-256 of each actor's state at the head, and the outputs a crash has left unwritten. */
  readonly actors: ReadonlyArray<{ readonly name: string; readonly stateHash: string; readonly unwritten: number }>
}

/** At most this many divergences are kept: after the first, the rest are mostly its consequences. */
const MAX_DIVERGENCES = 1_000

/** Reads from the first record to the head; uses no snapshot and writes nothing. */
export const verifyJournal = Effect.fn("verifyJournal")(function* <State>(options: {
  readonly subjects: MarketSubjects
  /** The actors whose outputs the journal may hold. */
  readonly actors: ReadonlyArray<Actor<State>>
}): Effect.fn.Return<Verification, ReadError | RecordUndecodable, Journal> {
  const journal = yield* Journal
  const control = yield* readControl(options.subjects)
  const folds = options.actors.map((actor) => new ActorFold(actor, options.subjects))
  const divergences: Array<string> = []
  const report = (line: string): void => {
    if (divergences.length < MAX_DIVERGENCES) divergences.push(line)
  }
  let events = 0
  let head = 0
  yield* journal.read({ from: 1, filter: options.subjects.everything }).pipe(
    Stream.runForEach((record) =>
      Effect.sync(() => {
        head = record.seq
        if (control.skipped.has(skipKey(EVERY_ACTOR, record.seq))) return
        try {
          const stored = decodeRecord(record)
          events += stored.events.length
          for (const fold of folds) {
            if (control.skipped.has(skipKey(fold.actor.name, record.seq))) continue
            if (stored.subject === fold.outputSubject) dropMissing(fold, stored.id, report)
            apply(() => fold.apply(stored, record.data), fold, stored.id, report)
          }
        } catch (error) {
          report(messageOf(error))
        }
      })
    )
  )
  const actors = folds.map((fold) => ({
    name: fold.actor.name,
    stateHash: sha256(fold.actor.encode(fold.state)),
    unwritten: fold.pending.length
  }))
  return { head, events, divergences, actors }
})

/** When the recorded output is a later one of ours, the earlier ones were never written: report them and go on from there. */
const dropMissing = <State>(fold: ActorFold<State>, recordedId: string, report: (line: string) => void): void => {
  if (!fold.pending.some((entry) => entry.id === recordedId)) return
  while (fold.pending[0] !== undefined && fold.pending[0].id !== recordedId) {
    report(`${fold.actor.name}: output ${fold.pending[0].id} is missing`)
    fold.dropPending()
  }
}

const apply = <State>(
  step: () => void,
  fold: ActorFold<State>,
  recordedId: string,
  report: (line: string) => void
): void => {
  try {
    step()
  } catch (error) {
    if (!(error instanceof Divergence) && !(error instanceof FoldFailed)) throw error
    report(error.message)
    if (fold.pending[0]?.id === recordedId) fold.dropPending()
  }
}

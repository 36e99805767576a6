/**
 * Whether a record really stops whom a fault names, as this build finds it. A fault is the word of whoever wrote it, and every service may:
 * before anything is passed over for it, the record is read, and folded, here.
 */
import { Effect, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import type { DecodeError } from "../../events/envelope.ts"
import { Journal, type ReadError, type SnapshotStore } from "../../journal/port.ts"
import type { Actor } from "../core/actor.ts"
import { ActorFold, FoldFailed } from "../fold.ts"
import { Refold } from "../refold.ts"
import { restoreSealed } from "../seals/sealed.ts"
import { lastSeal } from "../seals/seals.ts"
import { SliceStart } from "../seals/slice.ts"
import { restoreFold } from "../snapshots.ts"
import { EVERY_ACTOR, readControl } from "./control.ts"
import { decode } from "./decode.ts"

/** A record that a fault names. */
export interface Faulted {
  readonly subjects: MarketSubjects
  readonly seq: number
  /** Who is said to have stopped at it; `*`: everybody. */
  readonly actor: string
  /** Every actor that this build can fold. */
  readonly actors: ReadonlyArray<Actor<unknown>>
}

/** What came of looking. */
export interface Verdict {
  /** Null: it cannot be told here. */
  readonly stops: boolean | null
  /** What was found, for people. */
  readonly found: string
}

/** Reads the record, and folds it where one actor is said to have stopped at it: from its newest trustworthy state on. */
export const judged = Effect.fn("judged")(function* (
  faulted: Faulted
): Effect.fn.Return<Verdict, ReadError | DecodeError, Journal | SnapshotStore> {
  const { seq, actor, actors } = faulted
  const journal = yield* Journal
  const record = yield* journal.get(seq)
  if (record === null) {
    return { stops: false, found: `there is no record ${seq}, the journal ends with record ${yield* journal.head}` }
  }
  const unread = yield* decode(record).pipe(
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => null })
  )
  if (unread !== null) return { stops: true, found: unread }
  if (actor === EVERY_ACTOR) return { stops: false, found: `this build reads record ${seq} on ${record.subject}` }
  const one = actors.find(({ name }) => name === actor)
  return one === undefined
    ? { stops: null, found: `this build has no actor ${actor}` }
    : yield* foldedTo(faulted, new ActorFold(one, faulted.subjects))
})

const foldedTo = Effect.fnUntraced(function* (
  faulted: Faulted,
  fold: ActorFold<unknown>
): Effect.fn.Return<Verdict, ReadError | DecodeError, Journal | SnapshotStore> {
  const { subjects, seq, actor } = faulted
  const journal = yield* Journal
  yield* restoreFold(fold, seq - 1)
  const seal = yield* lastSeal(subjects)
  const start = seal !== null && seal.to < seq ? seal : yield* SliceStart
  if (fold.seq === 0 && start !== null && start.to < seq) yield* restoreSealed(fold, start)
  const first = yield* journal.first
  if (fold.seq + 1 < first) {
    return {
      stops: null,
      found: `what ${actor} had made of the records before ${first} is not here, and those were dropped`
    }
  }
  const { skipped } = yield* readControl(subjects)
  let stopped: FoldFailed | null = null
  let differs: string | null = null
  const again = new Refold([fold], skipped, (line, error) => {
    // What it does behind the first that it cannot fold says nothing.
    if (error instanceof FoldFailed) stopped ??= error
    else differs ??= line
  })
  yield* journal.read({ from: fold.seq + 1 }).pipe(
    Stream.takeWhile((record) => record.seq <= seq),
    Stream.runForEachArray((records) =>
      Effect.try({ try: () => again.take(records), catch: (error) => error as DecodeError })
    )
  )
  return verdictOf(faulted, stopped, differs)
})

const verdictOf = ({ seq, actor }: Faulted, stopped: FoldFailed | null, differs: string | null): Verdict => {
  if (stopped?.seq === seq) return { stops: true, found: stopped.message }
  const before = stopped?.message ?? differs
  if (before !== null) return { stops: null, found: `there is something wrong before it: ${before}` }
  return { stops: false, found: `${actor} folds record ${seq} in this build` }
}

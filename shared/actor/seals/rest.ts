/** Where a market rests: a record after which nobody owed an answer. What is kept of the folds there says all about them. */
import { Effect, Schema, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import { BuildTooOld, type DecodeError, RecordUndecodable } from "../../events/envelope.ts"
import { Journal, type JournalRecord, type ReadError, type Snapshot } from "../../journal/port.ts"
import { readControl } from "../control/control.ts"
import { type ActorFold, Divergence, FoldFailed } from "../fold.ts"
import { FoldSet } from "../foldSet.ts"
import { snapshotOf } from "../snapshots.ts"

/** A place at which nobody owed an answer, and each fold there. */
export interface Rest {
  readonly record: JournalRecord
  readonly rulesVersion: number
  readonly snapshots: ReadonlyArray<Snapshot>
}

/** The records do not fold to what is recorded: no state of theirs is to be believed. */
export class NotSound extends Schema.TaggedError<NotSound>()("NotSound", {
  seq: Schema.Int,
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

/**
 * Folds up to `to`, or up to a record that does not decode, and returns the last place from `from` on at which nobody owed an answer;
 * null: there was none. The folds may stand at earlier records. Fails with `NotSound` where such a record stands before every such place. `each`: told of every record from `from` on.
 */
export const lastRest = Effect.fn("lastRest")(function* (options: {
  readonly subjects: MarketSubjects
  readonly folds: ReadonlyArray<ActorFold<unknown>>
  readonly from: number
  readonly to: number
  readonly each?: (record: JournalRecord) => void
}): Effect.fn.Return<Rest | null, ReadError | DecodeError | NotSound, Journal> {
  const { subjects, folds, from, to, each } = options
  const journal = yield* Journal
  const control = yield* readControl(subjects)
  const hosted = new FoldSet(folds, control.skipped)
  let last: (() => Rest) | null = null
  const take = (record: JournalRecord): void => {
    hosted.take([record])
    if (record.seq < from) return
    each?.(record)
    if (folds.some(({ pending }) => pending.length > 0)) return
    // The states are immutable: they are held here, and written as text once.
    const encodings = folds.map((fold) => ({ fold, encode: fold.encoding() }))
    const rulesVersion = folds[0]?.inForce.rulesVersion ?? control.rulesVersion
    last = () => ({
      record,
      rulesVersion,
      snapshots: encodings.map(({ fold: { actor }, encode }) => snapshotOf(actor, record, encode()))
    })
  }
  const begin = Math.min(from, ...folds.map(({ seq }) => seq + 1))
  yield* journal.read({ from: begin }).pipe(
    Stream.takeWhile(({ seq }) => seq <= to),
    Stream.runForEachArray((records) =>
      Effect.try({
        try: () => {
          for (const record of records) take(record)
        },
        catch: (error) => error
      }).pipe(Effect.catch(asNotSound))
    ),
    // An era ends before what nobody can read; where nothing can end there, it waits for an operator's answer.
    Effect.catchTag("RecordUndecodable", ({ seq, message }) =>
      last === null
        ? Effect.fail(new NotSound({ seq, detail: `${message}. Look at it, then "kennel journal skip"` }))
        : Effect.void
    )
  )
  return (last as (() => Rest) | null)?.() ?? null
})

/** A journal that does not prove itself gives no state to begin at. */
const asNotSound = (error: unknown): Effect.Effect<never, NotSound | DecodeError> => {
  if (error instanceof BuildTooOld || error instanceof RecordUndecodable) return Effect.fail(error)
  if (!(error instanceof Divergence) && !(error instanceof FoldFailed)) return Effect.die(error)
  const seq = error instanceof FoldFailed ? error.seq : 0
  return Effect.fail(new NotSound({ seq, detail: `${error.message}. Run "kennel journal verify"` }))
}

/** A fold at rest as seals name it. */
export const sealedActor = ({ actor: name, reducerVersion: version, stateHash }: Snapshot) => ({
  name,
  version,
  stateHash
})

/** Snapshots as text, for the stores that keep text. */
import { Effect, Schema } from "effect"
import type { Snapshot } from "./port.ts"

/** How many snapshots of an actor are kept: the newest may be torn or ahead of its journal, the next two are the way out. */
export const KEPT_SNAPSHOTS = 3

const SnapshotText = Schema.fromJsonString(
  Schema.Struct({
    actor: Schema.NonEmptyString,
    seq: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    /** Empty where the record was written by something else than a journal, and excluded. */
    recordId: Schema.String,
    recordHash: Schema.NonEmptyString,
    storedMs: Schema.optionalKey(Schema.Int),
    reducerVersion: Schema.NonEmptyString,
    stateHash: Schema.NonEmptyString,
    state: Schema.String
  })
)

/** The snapshot as JSON text; `decodeSnapshot` reads it back. */
export const encodeSnapshot = (snapshot: Snapshot): string => Schema.encodeSync(SnapshotText)(snapshot)

const decode = Schema.decodeUnknownEffect(SnapshotText)

/**
 * The snapshot in this text, or null with a warning that names `where` when it does not decode: a snapshot is a
 * shortcut, so a damaged one only costs time.
 */
export const decodeSnapshot = (text: string, where: string): Effect.Effect<Snapshot | null> =>
  decode(text).pipe(
    Effect.catch((problem) =>
      Effect.logWarning(`${where}: not a readable snapshot, left out: ${problem.message}`).pipe(Effect.as(null))
    )
  )

/** Throws `TypeError` unless the actor's name can stand in a file name and a key: one token of `A-Z a-z 0-9 _ -`. */
export const checkActor = (actor: string): void => {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(actor)) {
    throw new TypeError(`actor ${JSON.stringify(actor)} must be 1 to 100 characters of A-Z a-z 0-9 _ -`)
  }
}

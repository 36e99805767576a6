/** Snapshots: written at rest, believed only when the journal agrees. */
import { Effect } from "effect"
import { Journal, type JournalRecord, type ReadError, type Snapshot, SnapshotStore } from "../journal/port.ts"
import type { ActorFold } from "./fold.ts"
import { sha256 } from "./hash.ts"

/**
 * Puts a fold at its newest trustworthy snapshot, or leaves it at the beginning. A snapshot counts only when reducer
 * version and state hash are right and the journal holds, at its sequence, the very record it names: a snapshot can be
 * ahead of a journal that lost its tail. Returns why newer ones were passed over, for the log.
 */
export const restoreFold = Effect.fn("restoreFold")(function* <State>(
  fold: ActorFold<State>
): Effect.fn.Return<ReadonlyArray<string>, ReadError, Journal | SnapshotStore> {
  const snapshots = yield* SnapshotStore
  const refused: Array<string> = []
  for (const snapshot of yield* snapshots.load(fold.actor.name)) {
    const problem = yield* objection(fold, snapshot)
    if (problem === null) {
      fold.restore(snapshot.state, snapshot.seq)
      return refused
    }
    refused.push(`snapshot of ${snapshot.actor} at ${snapshot.seq} not used: ${problem}`)
  }
  return refused
})

const objection = Effect.fnUntraced(function* <State>(fold: ActorFold<State>, snapshot: Snapshot) {
  const { version } = fold.actor
  if (snapshot.reducerVersion !== version)
    return `its state has shape ${snapshot.reducerVersion}, this build's has ${version}`
  if (sha256(snapshot.state) !== snapshot.stateHash) return "its state does not match its hash"
  const journal = yield* Journal
  const record = yield* journal
    .get(snapshot.seq)
    .pipe(Effect.catchTag("RecordsArchived", () => Effect.succeed("dropped" as const)))
  if (record === "dropped") return `record ${snapshot.seq} was dropped from the journal, and no archive of it is here`
  if (record === null) return "it is ahead of the journal"
  if (record.id !== snapshot.recordId || sha256(record.data) !== snapshot.recordHash) {
    return `the journal holds another record at ${snapshot.seq}`
  }
  return null
})

/** Saves the fold after `record`, its last one. Only at rest: with outputs unconfirmed there is nothing to save yet. */
export const saveFold = Effect.fn("saveFold")(function* <State>(fold: ActorFold<State>, record: JournalRecord) {
  if (fold.pending.length > 0 || fold.seq !== record.seq) return false
  const snapshots = yield* SnapshotStore
  const state = fold.encode()
  yield* snapshots.save({
    actor: fold.actor.name,
    seq: record.seq,
    recordId: record.id,
    recordHash: sha256(record.data),
    reducerVersion: fold.actor.version,
    stateHash: sha256(state),
    state
  })
  return true
})

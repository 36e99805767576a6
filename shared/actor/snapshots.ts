/** Snapshots: written at rest, believed only when the journal agrees. */
import { Effect } from "effect"
import { Journal, type JournalRecord, type ReadError, type Snapshot, SnapshotStore } from "../journal/port.ts"
import type { Actor } from "./core/actor.ts"
import type { ActorFold } from "./fold.ts"
import { sha256 } from "./hash.ts"

/**
 * Puts a fold at its newest trustworthy snapshot, or leaves it at the beginning. A snapshot counts only when reducer
 * version and state hash are right and the journal holds, at its sequence, the very record it names, stored when it says: a snapshot
 * can be ahead of a journal that lost its tail, which may have been written anew. Returns why newer ones were passed over, for the
 * log. `upTo`: the fold is to stand at this record or before it; younger snapshots are for others.
 */
export const restoreFold = Effect.fn("restoreFold")(function* <State>(
  fold: ActorFold<State>,
  upTo = Number.POSITIVE_INFINITY
): Effect.fn.Return<ReadonlyArray<string>, ReadError, Journal | SnapshotStore> {
  const snapshots = yield* SnapshotStore
  const refused: Array<string> = []
  for (const snapshot of yield* snapshots.load(fold.actor.name)) {
    if (snapshot.seq > upTo) continue
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
  const { storedMs = record.storedMs } = snapshot
  const isIt = record.id === snapshot.recordId && sha256(record.data) === snapshot.recordHash
  if (!isIt || record.storedMs !== storedMs) {
    return `the journal holds another record at ${snapshot.seq}`
  }
  return null
})

type Named = Pick<Actor<unknown>, "name" | "version">

/** As much of a record as a snapshot names. */
type Place = Pick<JournalRecord, "seq" | "id" | "data" | "storedMs">

/** The snapshot of an actor whose fold, after `record`, is this text. */
export const snapshotOf = ({ name, version }: Named, record: Place, state: string): Snapshot => ({
  actor: name,
  seq: record.seq,
  recordId: record.id,
  recordHash: sha256(record.data),
  storedMs: record.storedMs,
  reducerVersion: version,
  stateHash: sha256(state),
  state
})

/** A fold as it was when it owed nothing, after this record. */
interface Rest {
  readonly record: Place
  readonly encode: () => string
  readonly saved: boolean
}

/**
 * Where each fold last owed nothing: that is what a snapshot can hold. A busy fold has nearly always an output on its way; where it
 * rested last is a few records back, and what came since is folded again.
 */
export class Rests<State> {
  private readonly last = new Map<ActorFold<State>, Rest>()
  /** Those whose snapshot is due. */
  private readonly wanted = new Set<ActorFold<State>>()
  private ready = false

  /** Whether a snapshot is due of a fold that has rested since the one before. */
  get due(): boolean {
    return this.ready
  }

  /** A snapshot of each fold is due: as it last rested, or as soon as it rests. */
  ask(folds: ReadonlyArray<ActorFold<State>>): void {
    for (const fold of folds) this.wanted.add(fold)
    this.ready = true
  }

  /** Told of the folds after `record`. */
  note(folds: ReadonlyArray<ActorFold<State>>, { seq, id, data, storedMs }: JournalRecord): void {
    let place: Place | null = null
    for (const fold of folds) {
      if (fold.pending.length > 0 || fold.seq !== seq || this.last.get(fold)?.record.seq === seq) continue
      // A copy of its own where what was read is a view of a megabyte: a fold may rest for long.
      place ??= { seq, id, storedMs, data: data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data) }
      this.last.set(fold, { record: place, encode: fold.encoding(), saved: false })
      if (this.wanted.size > 0 && this.wanted.has(fold)) this.ready = true
    }
  }

  /**
   * Saves the snapshots that are due, as far as their folds have rested. One that cannot be saved is due again when it is asked for
   * again: whoever saves at every batch what cannot be saved decides late. Returns whether there was any.
   */
  readonly saveDue = Effect.suspend(() => {
    this.ready = false
    const due = [...this.wanted].filter((fold) => this.last.get(fold)?.saved === false)
    for (const fold of due) this.wanted.delete(fold)
    return Effect.as(this.saveOf(due), due.length > 0)
  })

  /** Saves a snapshot of each fold that has rested since the last one. */
  readonly save = Effect.suspend(() => this.saveOf([...this.last.keys()]))

  private saveOf(folds: ReadonlyArray<ActorFold<State>>) {
    return Effect.forEach(
      folds,
      (fold) => {
        const rest = this.last.get(fold)
        if (rest === undefined || rest.saved) return Effect.void
        return Effect.tap(saveRest(fold.actor, rest), () =>
          Effect.sync(() => {
            if (this.last.get(fold) === rest) this.last.set(fold, { ...rest, saved: true })
          })
        )
      },
      { discard: true }
    )
  }
}

const saveRest = Effect.fn("saveRest")(function* (actor: Named, { record, encode }: Rest) {
  yield* (yield* SnapshotStore).save(snapshotOf(actor, record, encode()))
})

/** Seals as the journal holds them, and the states that were sealed. */
import { Effect, Stream } from "effect"
import type { MarketSubjects } from "../../core/ids/subjects.ts"
import type { DecodeError, StoredRecord } from "../../events/envelope.ts"
import type { EventOf } from "../../events/event.ts"
import { Journal, type ReadError, type Snapshot, SnapshotStore } from "../../journal/port.ts"
import { type ControlView, decode } from "../control.ts"
import type { ActorFold } from "../fold.ts"
import { sha256 } from "../hash.ts"

/** A seal, and the record that it stands in. */
export interface Seal extends EventOf<"EraSealed"> {
  readonly seq: number
}

const sealIn = ({ seq, events }: StoredRecord): ReadonlyArray<Seal> =>
  events.flatMap((event) => (event._tag === "EraSealed" ? [{ ...event, seq }] : []))

/** The newest seal, or null. */
export const lastSeal = Effect.fn("lastSeal")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<Seal | null, ReadError | DecodeError, Journal> {
  const record = yield* (yield* Journal).last(subjects.seal)
  return record === null ? null : (sealIn(yield* decode(record))[0] ?? null)
})

/** Every seal, oldest first. */
export const readSeals = Effect.fn("readSeals")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<ReadonlyArray<Seal>, ReadError | DecodeError, Journal> {
  const journal = yield* Journal
  const records = yield* journal
    .read({ from: 1, filter: subjects.seal })
    .pipe(Stream.mapEffect(decode), Stream.runCollect)
  return records.flatMap(sealIn)
})

/** What a seal keeps of the control records. */
export const sealedControl = (view: ControlView): Seal["control"] => ({
  epoch: view.epoch,
  rulesVersion: view.rulesVersion,
  rulesSeq: view.rulesSeq,
  lastSeq: view.lastSeq,
  skipped: [...view.skipped],
  explained: [...view.explained],
  events: [...view.faults, ...view.configurations.values()]
})

/** Sealed states stand beside the snapshots, under a name of their own, so that newer snapshots do not push them out. */
const keyOf = (actor: string): string => `sealed-${actor}`

/** Keeps the fold as text, as it stood after the last record of an era. */
export const saveSealed = Effect.fn("saveSealed")(function* (snapshot: Snapshot) {
  yield* (yield* SnapshotStore).save({ ...snapshot, actor: keyOf(snapshot.actor) })
})

/** The fold as text that was sealed for an actor, or null where it is not kept, or is of another shape. */
const sealedState = Effect.fn("sealedState")(function* <State>(fold: ActorFold<State>, seal: Seal) {
  const { name, version } = fold.actor
  const sealed = seal.actors.find((actor) => actor.name === name)
  if (sealed === undefined || sealed.version !== version) return null
  const kept = yield* (yield* SnapshotStore).load(keyOf(name))
  const found = kept.find(({ seq, state }) => seq === seal.to && sha256(state) === sealed.stateHash)
  return found?.state ?? null
})

/** Puts a fold at its sealed state where that is kept and of its shape; says whether it did. */
export const restoreSealed = Effect.fn("restoreSealed")(function* <State>(fold: ActorFold<State>, seal: Seal) {
  const text = yield* sealedState(fold, seal)
  if (text !== null) fold.restore(text, seal.to)
  return text !== null
})

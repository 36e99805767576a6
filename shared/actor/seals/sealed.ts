/** The states that were sealed: kept beside the snapshots. */
import { Effect } from "effect"
import { type Snapshot, SnapshotStore } from "../../journal/port.ts"
import type { ActorFold } from "../fold.ts"
import { sha256 } from "../hash.ts"
import type { Seal } from "./seals.ts"

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

/** Every fold as text that was sealed and is still kept, by actor. */
export const sealedTexts = Effect.fn("sealedTexts")(function* (seal: Seal) {
  const store = yield* SnapshotStore
  const texts: Record<string, string> = {}
  for (const { name, stateHash } of seal.actors) {
    const kept = yield* store.load(keyOf(name))
    const found = kept.find(({ seq, state }) => seq === seal.to && sha256(state) === stateHash)
    if (found !== undefined) texts[name] = found.state
  }
  return texts
})

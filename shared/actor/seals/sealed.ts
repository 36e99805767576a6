/** The states that were sealed: kept beside the snapshots. */
import { Effect } from "effect"
import { type Snapshot, SnapshotStore } from "../../journal/port.ts"
import type { ActorFold } from "../fold.ts"
import { sha256 } from "../hash.ts"
import type { SealedStates } from "./slice.ts"

/** Sealed states stand beside the snapshots, under a name of their own, so that newer snapshots do not push them out. */
export const sealedKey = (actor: string): string => `sealed-${actor}`

/** Keeps the fold as text, as it stood after the last record of an era. */
export const saveSealed = Effect.fn("saveSealed")(function* (snapshot: Snapshot) {
  yield* (yield* SnapshotStore).save({ ...snapshot, actor: sealedKey(snapshot.actor) })
})

/** The fold as text that was sealed for this actor, or undefined where it is not kept. */
const keptText = Effect.fnUntraced(function* (
  { name, stateHash }: SealedStates["actors"][number],
  { to }: Pick<SealedStates, "to">
) {
  const kept = yield* (yield* SnapshotStore).load(sealedKey(name))
  return kept.find(({ seq, state }) => seq === to && sha256(state) === stateHash)?.state
})

/** Puts a fold at its sealed state where that is kept and of its shape; says whether it did. */
export const restoreSealed = Effect.fn("restoreSealed")(function* <State>(
  fold: ActorFold<State>,
  seal: Pick<SealedStates, "to" | "actors">
) {
  const { name, version } = fold.actor
  const sealed = seal.actors.find((actor) => actor.name === name && actor.version === version)
  const text = sealed === undefined ? undefined : yield* keptText(sealed, seal)
  if (text === undefined) return false
  fold.restore(text, seal.to)
  return true
})

/** Every fold as text that was sealed and is still kept, by actor. */
export const sealedTexts = Effect.fn("sealedTexts")(function* (seal: Pick<SealedStates, "to" | "actors">) {
  const texts: Record<string, string> = {}
  for (const sealed of seal.actors) {
    const text = yield* keptText(sealed, seal)
    if (text !== undefined) texts[sealed.name] = text
  }
  return texts
})

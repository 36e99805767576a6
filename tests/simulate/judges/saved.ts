/** Snapshots and sealed states: what a service has saved of an actor is what the journal's own records lead to, to the last byte. */
import type { ActorFold } from "../../../shared/actor/fold.ts"
import type { StoredRecord } from "../../../shared/events/envelope.ts"
import { sealedKey } from "../../../shared/actor/seals/sealed.ts"
import type { Snapshot } from "../../../shared/journal/port.ts"

/** States of one actor that are remembered: a snapshot is of where its actor last owed nothing, some records back. */
const KEPT = 128
/** Snapshots that wait for their record to be acknowledged. */
const WAITING = 200

interface Kept {
  readonly from: number
  readonly state: unknown
}

/** Compares snapshots with folds of the judge's own. */
export class Saved {
  private readonly problem: (text: string) => void
  private readonly folds: ReadonlyArray<ActorFold<unknown>>
  private readonly states: ReadonlyMap<string, Array<Kept>>
  private waiting: Array<Snapshot> = []
  private readonly places = new Map<number, Pick<StoredRecord, "id" | "storedMs">>()
  private seq = 0

  constructor(problem: (text: string) => void, folds: ReadonlyArray<ActorFold<unknown>>) {
    this.problem = problem
    this.folds = folds
    this.states = new Map(folds.map(({ actor }) => [actor.name, []]))
  }

  /** A service has saved this one. */
  saved(snapshot: Snapshot): void {
    if (snapshot.seq <= this.seq) this.compare(snapshot)
    else if (this.waiting.length < WAITING) this.waiting.push(snapshot)
  }

  /** After every fold has taken the record. */
  take({ seq, id, storedMs }: StoredRecord): void {
    this.seq = seq
    this.places.set(seq, { id, storedMs })
    this.places.delete(seq - 4 * KEPT)
    for (const { actor, state } of this.folds) {
      const kept = this.states.get(actor.name)
      if (kept === undefined || kept.at(-1)?.state === state) continue
      kept.push({ from: seq, state })
      if (kept.length > 2 * KEPT) kept.splice(0, KEPT)
    }
    if (this.waiting.length === 0) return
    for (const snapshot of this.waiting.filter((one) => one.seq <= seq)) this.compare(snapshot)
    this.waiting = this.waiting.filter((one) => one.seq > seq)
  }

  private compare({ actor: key, seq, recordId, storedMs, reducerVersion, state }: Snapshot): void {
    // Of a record that was lost with the power: whoever starts refuses it.
    const place = this.places.get(seq)
    if (place?.id !== recordId || place.storedMs !== storedMs) return
    const actor = this.folds.find((fold) => fold.actor.name === key || sealedKey(fold.actor.name) === key)?.actor
    if (actor === undefined || actor.version !== reducerVersion) return
    const { name } = actor
    const kept = this.states.get(name)?.findLast(({ from }) => from <= seq)
    if (kept === undefined) return
    const { state: saved } = JSON.parse(state) as { readonly state: string }
    if (saved !== actor.encode(kept.state))
      this.problem(`${name} has saved a state after record ${seq} that the records up to there do not lead to`)
  }
}

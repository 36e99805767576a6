/** What is noted of a record, so that a question about the past finds it without reading the journal. Pure. */
import { type LocalId, type SlotNumber } from "../../core/ids/kinds.ts"
import { slotOf } from "../../actor/core/actor.ts"
import type { StoredRecord } from "../../events/envelope.ts"
import type { MarketEvent } from "../../events/event.ts"

/** An order by its slot and the slot's own number of it. */
export interface OrderKey {
  readonly slot: SlotNumber
  readonly localId: LocalId
}

/** One thing to find a record by. */
export type Note =
  /** The record is about this order. */
  | { readonly _tag: "Step"; readonly order: OrderKey }
  /** The exchange's id, or ours, of this order. */
  | { readonly _tag: "Id"; readonly id: string; readonly order: OrderKey }
  /** Something changed: the mode, a refusal, a configuration (`turnKeys`). */
  | { readonly _tag: "Turn"; readonly key: string }

/** The keys of what changes. */
export const turnKeys = {
  /** The mode, and its reason. */
  mode: "mode",
  /** The answer to a wish of a slot changed to this refusal. */
  refused: (slot: SlotNumber, what: string) => `refused ${slot} ${what}`,
  /** Anything that an actor decided. */
  decided: (actor: string) => `decided ${actor}`,
  /** What is in force from here on: settings by the tag of their event, `TargetsSet`, `SizingSet`, `RulesAdopted`, `SlotsSet`. */
  inForce: (tag: string) => `in force ${tag}`
} as const

const IN_FORCE: ReadonlySet<string> = new Set([
  "MarketConfigured",
  "GovernorConfigured",
  "RebalancerConfigured",
  "RulesAdopted",
  "EpochRaised",
  "TargetsSet",
  "SizingSet",
  "SlotsSet",
  "ConstraintsObserved",
  "FeesObserved"
])

const notesOfEvent = (event: MarketEvent, record: StoredRecord): ReadonlyArray<Note> => {
  const notes: Array<Note> = []
  const slot = slotOf(event, record)
  if (slot !== null && "localId" in event) {
    const order = { slot, localId: event.localId }
    notes.push({ _tag: "Step", order })
    if ("clientId" in event) notes.push({ _tag: "Id", id: event.clientId, order })
    if ("txid" in event) notes.push({ _tag: "Id", id: event.txid, order })
  }
  if (event._tag === "ModeChanged") notes.push({ _tag: "Turn", key: turnKeys.mode })
  if (event._tag === "DecisionRefused" && slot !== null) {
    notes.push({ _tag: "Turn", key: turnKeys.refused(slot, event.what) })
  }
  if (IN_FORCE.has(event._tag)) notes.push({ _tag: "Turn", key: turnKeys.inForce(event._tag) })
  return notes
}

/** The actor whose output a record is: the last token of `….out.<actor>`; null: a fact. */
const actorOf = ({ subject }: StoredRecord): string | null => /\.out\.([^.]+)$/.exec(subject)?.[1] ?? null

/** Everything that is noted of a record. */
export const notesOf = (record: StoredRecord): ReadonlyArray<Note> => {
  const actor = actorOf(record)
  const decided: ReadonlyArray<Note> = actor === null ? [] : [{ _tag: "Turn", key: turnKeys.decided(actor) }]
  return [...decided, ...record.events.flatMap((event) => notesOfEvent(event, record))]
}

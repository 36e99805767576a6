/** The slot actors' shell: puts the rules into the journal, then hands every slot to the actor runtime. */
import { Effect } from "effect"
import { appendControl, type ControlContended, type ControlView } from "../../shared/actor/control.ts"
import { type HostError, runActors } from "../../shared/actor/runtime.ts"
import { encodeState } from "../../shared/actor/stateText.ts"
import type { SlotRules } from "../../shared/events/control.ts"
import type { RecordUndecodable } from "../../shared/events/envelope.ts"
import type { EventOf } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/events/subjects.ts"
import type { AppendError, Journal, ReadError, SnapshotStore } from "../../shared/journal/port.ts"
import { slotActor } from "./actor.ts"

export interface SlotServiceOptions {
  readonly subjects: MarketSubjects
  /** The slots that trade, by number. */
  readonly slots: ReadonlyArray<number>
  readonly rules: SlotRules
}

/** Rules are events, so that an old journal folds as it did: they are written when they differ from the journal's last. Returns the control records as they then stand. */
export const configureMarket = Effect.fn("configureMarket")(function* (
  options: SlotServiceOptions
): Effect.fn.Return<ControlView, AppendError | ReadError | RecordUndecodable | ControlContended, Journal> {
  const { subjects, slots, rules } = options
  const wanted: EventOf<"MarketConfigured"> = { _tag: "MarketConfigured", slots, rules }
  return yield* appendControl({
    subjects,
    writer: "slot-actor",
    timeMs: 0,
    make: ({ configured }) => (configured !== null && encodeState(configured) === encodeState(wanted) ? null : wanted)
  })
})

/** Runs until interrupted or halted. */
export const slotService = Effect.fn("slotService")(function* (
  options: SlotServiceOptions
): Effect.fn.Return<never, HostError, Journal | SnapshotStore> {
  // Every slot that ever traded in this journal: also one configured away has outputs to compare.
  const { slots } = yield* configureMarket(options)
  const actors = slots.map(slotActor)
  return yield* runActors({ host: "slot-actor", subjects: options.subjects, actors, publish: true })
})

/** The slot actors' shell: puts the rules into the journal, then hands every slot to the actor runtime, newcomers as they come. */
import type { SlotNumber } from "../../shared/core/ids/kinds.ts"
import { Effect, FiberSet, Stream } from "effect"
import { configure, type ControlContended, type ControlView } from "../../shared/actor/control/control.ts"
import type { ActorFold } from "../../shared/actor/fold.ts"
import { type HostError, runActors } from "../../shared/actor/runtime.ts"
import { slotsNamedAfter, slotsNamedUpTo } from "../../shared/actor/control/slotsNamed.ts"
import type { SlotRules } from "../../shared/events/families/control.ts"
import type { DecodeError } from "../../shared/events/envelope.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import { type AppendError, Journal, type ReadError, type SnapshotStore } from "../../shared/journal/port.ts"
import { slotActor } from "./core/actor.ts"
import { explainHalt, type ExplainError } from "./explain.ts"
import type { SlotState } from "./core/state.ts"

/** Which slots trade, and by which rules. */
export interface SlotServiceOptions {
  readonly subjects: MarketSubjects
  /** The slots that trade, by number. */
  readonly slots: ReadonlyArray<number>
  readonly rules: SlotRules
}

/** Puts the market's slots and rules into the journal: they are events. Returns the control records as they then stand. */
export const configureMarket = Effect.fn("configureMarket")(function* (
  options: SlotServiceOptions
): Effect.fn.Return<ControlView, AppendError | ReadError | DecodeError | ControlContended, Journal> {
  const { subjects, slots, rules } = options
  return yield* configure(subjects, "slot-actor", { _tag: "MarketConfigured", slots, rules })
})

/**
 * Runs until interrupted or halted. Every slot that ever traded in this journal folds: also one that is gone has outputs to
 * compare. A slot that is added later gets a host of its own until the next start.
 */
export const slotService = (
  options: SlotServiceOptions
): Effect.Effect<never, HostError | ExplainError, Journal | SnapshotStore> => Effect.scoped(hostAll(options))

const hostAll = Effect.fn("slotService")(function* (options: SlotServiceOptions) {
  const { subjects } = options
  yield* configureMarket(options)
  const head = yield* (yield* Journal).head
  const known = yield* slotsNamedUpTo(subjects, head)
  const hosted = new Set(known)
  const newcomers = yield* FiberSet.make<never, HostError | ExplainError>()
  const welcome = Effect.fnUntraced(function* (slot: SlotNumber) {
    if (hosted.has(slot)) return
    hosted.add(slot)
    yield* FiberSet.run(newcomers, hostOf(subjects, [slot]))
  })
  const watch = Effect.flatMap(slotsNamedAfter(subjects, head), Stream.runForEach(welcome))
  return yield* Effect.raceAllFirst([
    hostOf(subjects, known),
    Effect.andThen(watch, Effect.never),
    Effect.andThen(FiberSet.join(newcomers), Effect.never)
  ])
})

const hostOf = (subjects: MarketSubjects, slots: ReadonlyArray<SlotNumber>) => {
  const seen = new Set<SlotNumber>()
  const explainHalts = Effect.fnUntraced(function* (
    _all: ReadonlyArray<ActorFold<SlotState>>,
    moved: ReadonlyArray<ActorFold<SlotState>>
  ) {
    for (const { actor, state, pending } of moved) {
      const { slot } = actor
      // The breach itself must stand in the journal before it is explained.
      if (slot === undefined || state.book.halted === null || pending.length > 0 || seen.has(slot)) continue
      seen.add(slot)
      yield* explainHalt(subjects, slot, state.book.halted)
    }
  })
  return runActors({
    host: "slot-actor",
    subjects,
    actors: slots.map(slotActor),
    publish: true,
    onAdvance: explainHalts
  })
}

/** Every actor that decides in a market: those whose recorded outputs can be proven. */
import { Effect } from "effect"
import { governorActor } from "../services/governor/core/actor.ts"
import { rebalancerActor } from "../services/rebalancer/core/actor.ts"
import { slotActor } from "../services/slot-actor/core/actor.ts"
import { type Actor, ofAnyKind } from "../shared/actor/core/actor.ts"
import { slotsNamedUpTo } from "../shared/actor/slotsNamed.ts"
import type { RecordUndecodable } from "../shared/events/envelope.ts"
import type { MarketSubjects } from "../shared/core/ids/subjects.ts"
import { Journal, type ReadError } from "../shared/journal/port.ts"

/** Slots the journal has ever named, the governor and the rebalancer. */
export const decidingActors = Effect.fn("decidingActors")(function* (
  subjects: MarketSubjects
): Effect.fn.Return<ReadonlyArray<Actor<unknown>>, ReadError | RecordUndecodable, Journal> {
  const head = yield* (yield* Journal).head
  const slots = yield* slotsNamedUpTo(subjects, head)
  return [...slots.map((slot) => ofAnyKind(slotActor(slot))), ofAnyKind(governorActor), ofAnyKind(rebalancerActor)]
})

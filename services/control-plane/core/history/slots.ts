/** Cycles and transitions of slots. */
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { orderHandlers, orphaned, takeLegs } from "./orders.ts"
import { type HistoryState, kept, type PastCycle, type SlotPhase, type Transition } from "./state.ts"

const withTransition = (state: HistoryState, transition: Transition): HistoryState => {
  const { entries, cutSeq } = kept(state, "transitions", state.transitions, transition, ({ seq }) => seq)
  return { ...state, transitions: entries, cutSeq }
}

/** By the exits that stand: S1a is trade A in position, whose exit buys; S1b trade B; S2 both. Recoveries do not count. */
const phaseOf = ({ live }: HistoryState, slot: SlotNumber): SlotPhase => {
  let [buyExit, sellExit] = [false, false]
  for (const order of Object.values(live)) {
    if (order.slot !== slot || order.role !== "exit" || order.recoveryId !== null) continue
    if (order.side === "buy") buyExit = true
    else sellExit = true
  }
  return buyExit ? (sellExit ? "S2" : "S1a") : sellExit ? "S1b" : "S0"
}

/**
 * Notes a change of the slot's phase. It is looked at where the slot decides, and not at the exchange's facts: between an exit that is
 * off the book and the one that takes its place there is no phase of its own.
 */
const withPhase = (state: HistoryState, { slot, seq, timeMs: atMs }: EventPlace, reason: Reason): HistoryState => {
  if (slot === null) return state
  const from = state.phases[slot] ?? null
  const to = phaseOf(state, slot)
  if (from === to) return state
  const next = { ...state, phases: { ...state.phases, [slot]: to } }
  return withTransition(next, { seq, atMs, slot, what: "phase", from, to, localId: null, reason, detail: null })
}

const booked = (state: HistoryState, event: EventOf<"CycleBooked">, place: EventPlace): HistoryState => {
  const { slot, seq, timeMs: atMs } = place
  if (slot === null) return state
  const { _tag, standIn: _shown, totalProfit: _total, localId: _exit, ...figures } = event
  const { legs, rest } = takeLegs(state, slot, event)
  const cycle: PastCycle = { ...figures, ...legs, seq, atMs, slot }
  const { entries, cutSeq } = kept(state, "cycles", state.cycles, cycle, (one) => one.seq)
  return withPhase({ ...state, cycles: entries, cutSeq, legs: rest }, place, event.reason)
}

type Told = EventOf<"ExitOrphaned" | "PositionReleased" | "SlotSettled">

/** What a slot's own words change about it. */
const told =
  (what: Transition["what"]) =>
  (state: HistoryState, event: Told, { slot, seq, timeMs: atMs }: EventPlace): HistoryState => {
    if (slot === null) return state
    const localId = "localId" in event ? event.localId : null
    const to = "recoveryId" in event ? `recovery ${event.recoveryId}` : null
    const { reason } = event
    return withTransition(state, { seq, atMs, slot, what, from: null, to, localId, reason, detail: null })
  }

const tellOrphaned = told("orphaned")
const tellReleased = told("released")

/** Everything that the history hears. */
export const historyHandlers = {
  ...orderHandlers,
  OrderRequested: (state, event, place) =>
    withPhase(orderHandlers.OrderRequested(state, event, place), place, event.reason),
  ExitOrphaned: (state, event, place) =>
    withPhase(tellOrphaned(orphaned(state, event, place), event, place), place, event.reason),
  CycleBooked: booked,
  PositionReleased: (state, event, place) => {
    const { rest: legs } = takeLegs(state, place.slot ?? 0, event)
    return withPhase(tellReleased({ ...state, legs }, event, place), place, event.reason)
  },
  SlotSettled: told("settled"),
  InvariantBroken: (state, { violations }, { slot, seq, timeMs: atMs }) =>
    slot === null
      ? state
      : withTransition(state, {
          seq,
          atMs,
          slot,
          what: "halted",
          from: null,
          to: null,
          localId: null,
          reason: null,
          detail: violations.join("; ")
        })
} satisfies Handlers<HistoryState, HistoryState, "order">

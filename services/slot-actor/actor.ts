/**
 * A slot as an actor: which event of the journal leads to which rule.
 *
 * A price moves the market and refreshes one stale entry; a clock tick runs the timers; both then ask again for lost
 * exits, fill an empty slot and repair a one-sided one. An order fact changes the order it names. After each of these
 * the fallback flags are set from the orders, and the invariants decide whether the slot goes on.
 */
import type { Actor, EventPlace, Step } from "../../shared/actor/actor.ts"
import { decodeState, encodeState } from "../../shared/actor/stateText.ts"
import { Price } from "../../shared/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { slotActor as actorName, slotOfSubject } from "../../shared/events/subjects.ts"
import { autoRepair, ensureBootstrapped } from "./bootstrap.ts"
import { closeDraft, type Draft, openDraft, unchanged } from "./draft.ts"
import { normaliseFlags } from "./flags.ts"
import { haltingViolations } from "./invariants.ts"
import { retryLostExits } from "./lostOrders.ts"
import { applyOutcome, noteProgress, type OrderOutcome, type OrderProgress } from "./orderFacts.ts"
import { orphanLateExits, timersDue } from "./orphan.ts"
import { baseSizes } from "./pricing.ts"
import { refreshDue, refreshStaleEntry } from "./refresh.ts"
import { initialState, type SlotFacts, type SlotState, type TradeId } from "./state.ts"
import { type Terms, termsOf } from "./terms.ts"

/** Changes with every change of these rules: a snapshot of another version is not read. */
const VERSION = "1"

export const slotActor = (slot: number): Actor<SlotState> => ({
  name: actorName(slot),
  version: VERSION,
  initial: initialState,
  reduce: (state, event, place) => reduce(slot, state, event, place),
  encode: encodeState,
  decode: decodeState<SlotState>
})

const reduce = (slot: number, state: SlotState, event: MarketEvent, place: EventPlace): Step<SlotState> => {
  switch (event._tag) {
    case "PriceObserved":
      return priceObserved(state, event, place.timeMs)
    case "ClockTicked":
      return clockTicked(state, event, place.timeMs)
    case "OrderClaimed":
    case "OrderAccepted":
    case "OrderUnknown":
      return slotOfSubject(place.subject) === slot ? orderProgress(state, event, place.timeMs) : unchanged(state)
    case "OrderRejected":
    case "FillRecorded":
    case "OrderFilled":
    case "OrderCancelled":
      return slotOfSubject(place.subject) === slot ? orderOutcome(state, event, place.timeMs) : unchanged(state)
    case "MarketConfigured":
      return learn(state, { ...state.facts, active: event.slots.includes(slot), rules: event.rules })
    case "ConstraintsObserved":
      return learn(state, { ...state.facts, constraints: event })
    case "FeesObserved":
      return learn(state, { ...state.facts, fees: event })
    case "BalancesObserved":
      return learn(state, { ...state.facts, balances: event })
    case "AccountReconciled":
      return learn(state, { ...state.facts, reconciled: true })
    case "OrderRequested":
    case "CancelRequested":
    case "ExitOrphaned":
    case "CycleBooked":
    case "DecisionRefused":
    case "InvariantBroken":
    case "EpochRaised":
    case "FaultRaised":
    case "RecordSkipped":
    case "FrameQuarantined":
      return unchanged(state)
  }
}

const priceObserved = (state: SlotState, event: EventOf<"PriceObserved">, timeMs: number): Step<SlotState> => {
  const nowMs = Math.max(state.nowMs, timeMs)
  const { facts, terms, book } = state
  const next: SlotState = {
    nowMs,
    marketPrice: Price.toNumber(event.last),
    priceAtMs: nowMs,
    priceAgeSec: 0,
    facts,
    terms,
    book
  }
  if (terms === null || book.halted !== null) return unchanged(next)
  if (!legsMissing(next) && !refreshDue(next, terms.refreshPct)) return unchanged(next)
  const draft = open(next, terms)
  if (next.marketPrice > 0) refreshStaleEntry(draft)
  restoreLegs(draft)
  return settle(draft)
}

const clockTicked = (state: SlotState, event: EventOf<"ClockTicked">, timeMs: number): Step<SlotState> => {
  const { marketPrice, priceAtMs, facts, terms, book } = state
  const nowMs = Math.max(state.nowMs, timeMs)
  const next: SlotState = { nowMs, marketPrice, priceAtMs, priceAgeSec: event.priceAgeSec, facts, terms, book }
  if (terms === null || book.halted !== null) return unchanged(next)
  if (!legsMissing(next) && !timersDue(next, terms)) return unchanged(next)
  const draft = open(next, terms)
  if (marketPrice > 0) orphanLateExits(draft)
  restoreLegs(draft)
  return settle(draft)
}

const orderProgress = (state: SlotState, fact: OrderProgress, timeMs: number): Step<SlotState> =>
  unchanged({ ...state, nowMs: Math.max(state.nowMs, timeMs), book: noteProgress(state.book, fact) })

/** A halted slot books nothing more: its orders are the operator's. */
const orderOutcome = (state: SlotState, fact: OrderOutcome, timeMs: number): Step<SlotState> => {
  if (state.terms === null || state.book.halted !== null) return unchanged(state)
  const draft = open({ ...state, nowMs: Math.max(state.nowMs, timeMs) }, state.terms)
  applyOutcome(draft, fact)
  return settle(draft)
}

const learn = (state: SlotState, facts: SlotFacts): Step<SlotState> => {
  const { rules, constraints, fees } = facts
  return unchanged({ ...state, facts, terms: rules === null ? null : termsOf(rules, constraints, fees) })
}

const open = (state: SlotState, terms: Terms): Draft =>
  openDraft(state, terms, baseSizes(state.book.totalProfit, terms))

/** True when the slot has fewer orders at work than it wants, and may ask for one. */
const legsMissing = (state: SlotState): boolean => {
  const { book } = state
  if (book.waiting > 0) return true
  if (book.orders.length === 0) return !restsInCooldown(state, "A") || !restsInCooldown(state, "B")
  return (book.longOnly && !restsInCooldown(state, "A")) || (book.shortOnly && !restsInCooldown(state, "B"))
}

/** The trade's cooldown forbids its entry, and the slot has said so: there is nothing to do for this leg. */
const restsInCooldown = ({ book, nowMs }: SlotState, tradeId: TradeId): boolean =>
  nowMs < book.trades[tradeId].cooldownUntilMs &&
  (tradeId === "A" ? book.refusals.entry_A : book.refusals.entry_B) === "cooldown"

const restoreLegs = (draft: Draft): void => {
  retryLostExits(draft)
  ensureBootstrapped(draft)
  normaliseFlags(draft)
  autoRepair(draft)
}

const settle = (draft: Draft): Step<SlotState> => {
  normaliseFlags(draft)
  const step = closeDraft(draft)
  const [first, ...more] = haltingViolations(step.state)
  if (first === undefined) return step
  const violations: [string, ...Array<string>] = [first, ...more]
  return {
    state: { ...step.state, book: { ...step.state.book, halted: violations } },
    outputs: [...step.outputs, { _tag: "InvariantBroken", violations }]
  }
}

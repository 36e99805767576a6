/**
 * A slot as an actor: which event of the journal leads to which rule.
 *
 * A price moves the market and refreshes one stale entry; a clock tick runs the timers; both then ask again for lost
 * exits, fill an empty slot and repair a one-sided one. An order fact changes the order it names. After each of these
 * the fallback flags are set from the orders, and the invariants decide whether the slot goes on.
 */
import type { Actor, EventPlace, Step } from "../../../shared/actor/core/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { slotActor as actorName, slotOfSubject } from "../../../shared/core/ids/subjects.ts"
import { autoRepair, ensureBootstrapped } from "./entry/bootstrap.ts"
import { closeDraft, type Draft, openDraft, unchanged } from "./draft.ts"
import { normaliseFlags } from "./flags.ts"
import { askForFunds, entryRefused, fundsMissing, fundsOf, useFunds } from "./entry/funds.ts"
import { haltingViolations } from "./invariants.ts"
import { retryLostExits } from "./trouble/lostOrders.ts"
import { entriesClosed, lifeOf } from "./gate.ts"
import { applyOutcome, noteProgress, type OrderOutcome, type OrderProgress } from "./orderFacts.ts"
import { orphanLateExits, timersDue } from "./exit/orphan.ts"
import { orderSizes } from "./money/orderSizes.ts"
import { refreshDue, refreshStaleEntry } from "./entry/refresh.ts"
import { retire, retires } from "./leaving/retire.ts"
import { amended, amendOnceAccepted, amendRefused, softClose } from "./exit/softClose.ts"
import { initialState, type SlotFacts, type SlotState, type TradeId } from "./state.ts"
import { type Terms, termsOf } from "./terms.ts"

/** Changes with every change of these rules: a snapshot of another version is not read. */
const VERSION = "3"

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
    case "OrderAccepted":
      return slotOfSubject(place.subject) === slot ? orderAccepted(state, event, place.timeMs) : unchanged(state)
    case "OrderAmended":
      return slotOfSubject(place.subject) === slot
        ? decide(state, place.timeMs, (draft) => amended(draft, event))
        : unchanged(state)
    case "AmendRefused":
      return slotOfSubject(place.subject) === slot
        ? decide(state, place.timeMs, (draft) => amendRefused(draft, event))
        : unchanged(state)
    case "FundsAllotted":
      return event.slot === slot ? fundsAllotted(state, event, place.timeMs) : unchanged(state)
    case "EntryRefused":
      return event.slot === slot ? decide(state, place.timeMs, (draft) => entryRefused(draft, event)) : unchanged(state)
    case "SoftCloseAsked":
      return event.slot === slot ? decide(state, place.timeMs, (draft) => softClose(draft, event)) : unchanged(state)
    case "ModeChanged":
      return modeChanged(state, event)
    case "SizingSet":
      return learn(state, { ...state.facts, sizing: event })
    case "TargetsSet":
      return learn(
        { ...state, book: { ...state.book, profitPctRuntime: event.runtimeProfitPct ?? 0 } },
        { ...state.facts, targets: event }
      )
    case "SlotsSet":
      return slotsSet(slot, state, event)
    case "OrderClaimed":
    case "OrderUnknown":
      return slotOfSubject(place.subject) === slot ? orderProgress(state, event, place.timeMs) : unchanged(state)
    case "OrderRejected":
    case "FillRecorded":
    case "OrderFilled":
    case "OrderCancelled":
      return slotOfSubject(place.subject) === slot ? orderOutcome(state, event, place.timeMs) : unchanged(state)
    case "MarketConfigured":
      return configured(slot, state, event)
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
    case "AmendRequested":
    case "FundsWanted":
    case "PositionReleased":
    case "SlotSettled":
    case "OpenOrdersObserved":
    case "ExchangeErrorsObserved":
    case "DriftReconciled":
    case "TradeHistoryObserved":
    case "GovernorConfigured":
    case "HaltExplained":
    case "StartupAdvanced":
    case "EntryGranted":
    case "EntryDeferred":
    case "LossLockChanged":
    case "NoticeRaised":
    case "DriftReconcileAsked":
    case "AuditAsked":
    case "RetrainAsked":
    case "CommandApplied":
    case "CommandRefused":
    case "CommandIssued":
    case "SkewDecided":
    case "CapacityBandChanged":
    case "RebalancerConfigured":
    case "RegimeObserved":
    case "RegimeModelTrained":
    case "RegimeTrainingRefused":
    case "RetrainAnswered":
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
  const refreshes = mayRefresh(next) && refreshDue(next, terms.refreshPct)
  if (!legsMissing(next) && !refreshes) return unchanged(next)
  const draft = open(next, terms)
  if (refreshes) refreshStaleEntry(draft)
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
  if (marketPrice > 0 && !retires(next)) orphanLateExits(draft)
  restoreLegs(draft)
  return settle(draft)
}

const orderProgress = (state: SlotState, fact: OrderProgress, timeMs: number): Step<SlotState> =>
  unchanged({ ...state, nowMs: Math.max(state.nowMs, timeMs), book: noteProgress(state.book, fact) })

/** Applies a rule to a draft, unless the slot cannot act yet or any more. */
const decide = (state: SlotState, timeMs: number, rule: (draft: Draft) => void): Step<SlotState> => {
  if (state.terms === null || state.book.halted !== null) return unchanged(state)
  const draft = open({ ...state, nowMs: Math.max(state.nowMs, timeMs) }, state.terms)
  rule(draft)
  return settle(draft)
}

/** One that is to be moved next to the market goes on to that. */
const orderAccepted = (state: SlotState, event: EventOf<"OrderAccepted">, timeMs: number): Step<SlotState> => {
  const step = orderProgress(state, event, timeMs)
  const moves = step.state.book.recoveries.some(
    ({ order, softClose: move }) => move === "wanted" && order.localId === event.localId
  )
  return moves ? decide(step.state, timeMs, (draft) => amendOnceAccepted(draft, event.localId)) : step
}

/** The missing entries, planned with what the governor allots; their sizes look at the same funds. */
const fundsAllotted = (state: SlotState, event: EventOf<"FundsAllotted">, timeMs: number): Step<SlotState> => {
  if (state.terms === null || state.book.halted !== null) return unchanged(state)
  const next = { ...state, nowMs: Math.max(state.nowMs, timeMs) }
  const funds = fundsOf(event)
  const draft = openDraft(next, state.terms, orderSizes(next, state.terms, funds), funds)
  useFunds(draft)
  return settle(draft)
}

/** A market that stands still answers no questions: they are asked again when it runs. */
const modeChanged = (state: SlotState, { mode }: EventOf<"ModeChanged">): Step<SlotState> => {
  const facts = { ...state.facts, mode }
  const standsStill = mode === "PAUSED" || mode === "HALTED"
  return unchanged({ ...state, facts, book: standsStill ? { ...state.book, wish: null } : state.book })
}

const configured = (slot: number, state: SlotState, event: EventOf<"MarketConfigured">): Step<SlotState> =>
  learn(state, {
    ...state.facts,
    listed: event.slots.includes(slot),
    governed: event.governed === true,
    rules: event.rules
  })

const slotsSet = (slot: number, state: SlotState, { slots }: EventOf<"SlotsSet">): Step<SlotState> => {
  const life = slots.find((known) => known.slot === slot)?.state ?? "none"
  if (life === state.facts.life) return unchanged(state)
  const book = { ...state.book, wish: null, askAgainAtMs: 0, retireAsked: [], settled: false }
  return unchanged({ ...state, facts: { ...state.facts, life }, book })
}

/** A halted slot books nothing more: its orders are the operator's. */
const orderOutcome = (state: SlotState, fact: OrderOutcome, timeMs: number): Step<SlotState> =>
  decide(state, timeMs, (draft) => applyOutcome(draft, fact))

const learn = (state: SlotState, facts: SlotFacts): Step<SlotState> => {
  const { rules, constraints, fees, targets, sizing } = facts
  const terms = rules === null ? null : termsOf(rules, constraints, fees, targets, sizing)
  return unchanged({ ...state, facts, terms })
}

const open = (state: SlotState, terms: Terms): Draft => openDraft(state, terms, orderSizes(state, terms))

/** A refreshed entry is cancelled and asked for anew: not while the new one would be refused. */
const mayRefresh = ({ facts }: SlotState): boolean =>
  lifeOf(facts) !== "retiring" && entriesClosed(facts, false) === null

/** True when the slot has fewer orders at work than it wants, and may ask for one. */
const legsMissing = (state: SlotState): boolean => {
  const { book, facts } = state
  if (retires(state) || book.waiting > 0) return true
  if (facts.governed) return fundsMissing(state)
  if (book.orders.length === 0) return !restsInCooldown(state, "A") || !restsInCooldown(state, "B")
  return (book.longOnly && !restsInCooldown(state, "A")) || (book.shortOnly && !restsInCooldown(state, "B"))
}

/** The trade's cooldown forbids its entry, and the slot has said so: there is nothing to do for this leg. */
const restsInCooldown = ({ book, nowMs }: SlotState, tradeId: TradeId): boolean =>
  nowMs < book.trades[tradeId].cooldownUntilMs && book.refusals[`entry_${tradeId}`]?.answer === "cooldown"

const restoreLegs = (draft: Draft): void => {
  const { facts } = draft.state
  if (lifeOf(facts) === "retiring") return retire(draft)
  retryLostExits(draft)
  if (facts.governed) return askForFunds(draft)
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

/**
 * A slot as an actor: which event of the journal leads to which rule.
 *
 * A price moves the market and refreshes one stale entry; a clock tick runs the timers; both then ask again for lost
 * exits, and for funds for entries that are missing. An order fact changes the order it names. After each of these
 * the fallback flags are set from the orders, and the invariants decide whether the slot goes on.
 */
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { type Actor, defineActor, type EventPlace, slotOf, type Step } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handler, type Handlers, hearsOnly } from "../../../shared/actor/core/handlers.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { slotActor as actorName } from "../../../shared/core/ids/subjects.ts"
import { closeDraft, type Draft, openDraft, unchanged } from "./draft.ts"
import { normaliseFlags } from "./flags.ts"
import { askForFunds, entryRefused, fundsMissing, useFunds } from "./entry/funds.ts"
import { haltingViolations } from "./invariants.ts"
import { retryLostExits } from "./trouble/lostOrders.ts"
import { entryStop } from "./gate.ts"
import { applyOutcome, noteProgress, type OrderOutcome, type OrderProgress } from "./orderFacts.ts"
import { orphanLateExits, timersDue } from "./exit/orphan.ts"
import { fundsIn, orderSizes } from "./money/orderSizes.ts"
import { refreshDue, refreshStaleEntry } from "./entry/refresh.ts"
import { retire, retires } from "./leaving/retire.ts"
import { amended, amendOnceAccepted, amendRefused, softClose } from "./exit/softClose.ts"
import { SLOT_QUIETNESS } from "./quiet.ts"
import { slotVariants } from "./variants.ts"
import { initialState, type SlotFacts, type SlotState } from "./state.ts"
import { type Terms, termsOf } from "./terms.ts"

type SlotHandler<T extends MarketEvent["_tag"]> = Handler<SlotState, Step<SlotState>, T>

const priceObserved: SlotHandler<"PriceObserved"> = (state, event, place) => {
  const { timeMs } = place
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
  const draft = open(next, terms, place)
  if (refreshes) refreshStaleEntry(draft)
  restoreLegs(draft)
  return settle(draft)
}

const clockTicked: SlotHandler<"ClockTicked"> = (state, event, place) => {
  const { marketPrice, priceAtMs, facts, terms, book } = state
  const nowMs = Math.max(state.nowMs, place.timeMs)
  const next: SlotState = { nowMs, marketPrice, priceAtMs, priceAgeSec: event.priceAgeSec, facts, terms, book }
  if (terms === null || book.halted !== null) return unchanged(next)
  if (!legsMissing(next) && !timersDue(next, terms)) return unchanged(next)
  const draft = open(next, terms, place)
  if (marketPrice > 0 && !retires(next)) orphanLateExits(draft)
  restoreLegs(draft)
  return settle(draft)
}

const orderProgress = (state: SlotState, fact: OrderProgress, { timeMs }: EventPlace): Step<SlotState> =>
  unchanged({ ...state, nowMs: Math.max(state.nowMs, timeMs), book: noteProgress(state.book, fact) })

/** Applies a rule to a draft, unless the slot cannot act yet or any more. */
const decide = (state: SlotState, place: EventPlace, rule: (draft: Draft) => void): Step<SlotState> => {
  if (state.terms === null || state.book.halted !== null) return unchanged(state)
  const draft = open({ ...state, nowMs: Math.max(state.nowMs, place.timeMs) }, state.terms, place)
  rule(draft)
  return settle(draft)
}

/** One that is to be moved next to the market goes on to that. */
const orderAccepted: SlotHandler<"OrderAccepted"> = (state, event, place) => {
  const step = orderProgress(state, event, place)
  const moves = step.state.book.recoveries.some(
    ({ order, softClose: move }) => move === "wanted" && order.localId === event.localId
  )
  return moves ? decide(step.state, place, (draft) => amendOnceAccepted(draft, event.localId)) : step
}

/** The missing entries, planned with what the governor allots; their sizes look at the same funds. */
const fundsAllotted: SlotHandler<"FundsAllotted"> = (state, event, { timeMs, rulesVersion }) => {
  if (state.terms === null || state.book.halted !== null) return unchanged(state)
  const next = { ...state, nowMs: Math.max(state.nowMs, timeMs) }
  const funds = fundsIn(event)
  const sizes = orderSizes(next, state.terms, funds)
  const draft = openDraft(next, state.terms, slotVariants(rulesVersion), sizes, funds)
  useFunds(draft, funds)
  return settle(draft)
}

/** A market that stands still answers no questions: they are asked again when it runs. */
const modeChanged: SlotHandler<"ModeChanged"> = (state, { mode }) => {
  const facts = { ...state.facts, mode }
  const standsStill = mode === "PAUSED" || mode === "HALTED"
  return unchanged({ ...state, facts, book: standsStill ? { ...state.book, wish: null } : state.book })
}

const slotsSet = (slot: SlotNumber, state: SlotState, { slots }: EventOf<"SlotsSet">): Step<SlotState> => {
  const life = slots.find((known) => known.slot === slot)?.state ?? "none"
  if (life === state.facts.life) return unchanged(state)
  const book = { ...state.book, wish: null, askAgainAtMs: 0, retireAsked: [], settled: false }
  return unchanged({ ...state, facts: { ...state.facts, life }, book })
}

/** A halted slot books nothing more: its orders are the operator's. */
const orderOutcome = (state: SlotState, fact: OrderOutcome, place: EventPlace): Step<SlotState> =>
  decide(state, place, (draft) => applyOutcome(draft, fact))

const learn = (state: SlotState, facts: SlotFacts): Step<SlotState> => {
  const { rules, constraints, fees, targets, sizing } = facts
  const terms = rules === null ? null : termsOf(rules, constraints, fees, targets, sizing)
  return unchanged({ ...state, facts, terms })
}

const open = (state: SlotState, terms: Terms, { rulesVersion }: EventPlace): Draft =>
  openDraft(state, terms, slotVariants(rulesVersion), orderSizes(state, terms))

/** A refreshed entry is cancelled and asked for anew: not while the new one would be refused. */
const mayRefresh = ({ facts }: SlotState): boolean => entryStop(facts, false) === null

/** True when the slot has fewer orders at work than it wants, and may ask for one. */
const legsMissing = (state: SlotState): boolean => retires(state) || state.book.waiting > 0 || fundsMissing(state)

const restoreLegs = (draft: Draft): void => {
  if (draft.state.facts.life === "retiring") return retire(draft)
  retryLostExits(draft)
  askForFunds(draft)
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

/** What every slot hears of market, account and governor, and the rule that each of it leads to. */
const marketHandlers = (slot: SlotNumber): Handlers<SlotState, Step<SlotState>, "price" | "clock"> => ({
  PriceObserved: priceObserved,
  ClockTicked: clockTicked,

  ModeChanged: modeChanged,
  SlotsSet: (state, event) => slotsSet(slot, state, event),
  SizingSet: (state, sizing) => learn(state, { ...state.facts, sizing }),
  TargetsSet: (state, targets) =>
    learn(
      { ...state, book: { ...state.book, profitPctRuntime: targets.runtimeProfitPct ?? 0 } },
      { ...state.facts, targets }
    ),

  MarketConfigured: (state, { rules }) => learn(state, { ...state.facts, rules }),
  ConstraintsObserved: (state, constraints) => learn(state, { ...state.facts, constraints }),
  FeesObserved: (state, fees) => learn(state, { ...state.facts, fees }),
  // Balances are in no term, and come far more often than what is: the terms stay as they are.
  BalancesObserved: (state, balances) => unchanged({ ...state, facts: { ...state.facts, balances } })
})

/** What a slot hears of its own: every fact about its orders, and what the governor says to it. */
const OWN_HANDLERS: Handlers<SlotState, Step<SlotState>, "order"> = {
  OrderClaimed: orderProgress,
  OrderUnknown: orderProgress,
  OrderAccepted: orderAccepted,
  OrderAmended: (state, event, place) => decide(state, place, (draft) => amended(draft, event)),
  AmendRefused: (state, event, place) => decide(state, place, (draft) => amendRefused(draft, event)),
  OrderRestated: orderProgress,
  FillRecorded: orderOutcome,
  OrderRejected: orderOutcome,
  OrderFilled: orderOutcome,
  OrderCancelled: orderOutcome,
  LateFillRecorded: orderOutcome,

  FundsAllotted: fundsAllotted,
  EntryRefused: (state, event, place) => decide(state, place, (draft) => entryRefused(draft, event)),
  SoftCloseAsked: (state, event, place) => decide(state, place, (draft) => softClose(draft, event))
}

const hearOwn = dispatch(OWN_HANDLERS, unchanged)
const hearsOfOwn = hearsOnly(OWN_HANDLERS)

/** One slot of the market, by its number. */
export const slotActor = (slot: SlotNumber): Actor<SlotState> => {
  const handlers = marketHandlers(slot)
  const hearsOfMarket = hearsOnly(handlers)
  return defineActor({
    name: actorName(slot),
    /** The shape of the state (`Actor.version`). */
    version: "5",
    initial: initialState,
    slot,
    quiet: SLOT_QUIETNESS,
    hears: (tag, about) => hearsOfMarket(tag) || (about === slot && hearsOfOwn(tag)),
    reduce: dispatch(handlers, (state, event, place) =>
      slotOf(event, place) === slot ? hearOwn(state, event, place) : unchanged(state)
    )
  })
}

/**
 * The governor as an actor: which event of the journal leads to which rule.
 *
 * A clock or price fact moves time: loops begin, waiting entries go, ages and limits are looked at. What a slot decides is
 * judged; what the exchange says keeps the table of live orders. After every event the start and the mode are settled, and
 * only then is the next slot told its funds.
 */
import type { Actor, EventPlace, Step } from "../../../shared/actor/core/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { handlesOrders } from "../../../shared/core/ids/services.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { slotOfSubject } from "../../../shared/core/ids/subjects.ts"
import { learnAdvisor } from "./watch/advisor.ts"
import { addCycle, addTrade, answerAudit, noteTrade } from "./watch/audit.ts"
import { countOpenOrders, observeOrder, watchBand } from "./entries/capacity.ts"
import { applyCommand, refuseUngoverned } from "./commands.ts"
import { type Books, closeDraft, type Draft, openDraft, reason, unchanged } from "./draft.ts"
import { answerDriftReconciled, watchDrift } from "./watch/drift.ts"
import { allotNext, askForFunds, freeFunds, noteAnswer } from "./entries/funds.ts"
import { countLoss, judge, noteLoss, rollOver, setLossLimit } from "./mode/lossLock.ts"
import { learnMarket, type MarketFact, minimums, noteSpending } from "./market.ts"
import {
  clearCause,
  raiseCause,
  settleMode,
  slotBroke,
  slotStarted,
  standsStill,
  watchErrors,
  watchFaults,
  watchPriceAge
} from "./mode/mode.ts"
import { forget, noteProgress, orderKey, type OrderProgress, track } from "./orderTable.ts"
import { configureTargets, sampleProfitTarget, watchFees } from "./slots/profitTarget.ts"
import { noteOrphanPressure, softCloseUnderPressure } from "./slots/recoveries.ts"
import { answerRetrain, watchRetrain } from "./watch/retrain.ts"
import { beginLoop, drain, fitBudget, refuseUntracked, refuseWaiting, schedule, withdraw } from "./entries/scheduler.ts"
import { learnSkew, updateSizing } from "./slots/sizing.ts"
import { configureSlots, slotSettled } from "./slots/slots.ts"
import { advanceStartup, noteFunded, readyForEntries, restart } from "./mode/startup.ts"
import { type GovernorState, initialState } from "./state.ts"

/** Folds everything; writes the mode, what becomes of entries, and the figures the slots trade by. */
export const governorActor: Actor<GovernorState> = {
  name: "governor",
  /** Changes with every change of these rules: a snapshot of another version is not read. */
  version: "4",
  initial: initialState,
  reduce: (state, event, place) => reduce(state, event, place),
  encode: encodeState,
  decode: decodeState<GovernorState>
}

const reduce = (before: GovernorState, event: MarketEvent, place: EventPlace): Step<GovernorState> => {
  const state = learnAdvisor(place.timeMs > before.nowMs ? { ...before, nowMs: place.timeMs } : before, event)
  if (event._tag === "GovernorConfigured") return configure(state, event)
  if (event._tag === "MarketConfigured") return configureMarket(state, event)
  if (state.rules === null || !state.governed) {
    if (event._tag === "CommandIssued") return { state, outputs: [refuseUngoverned(event)] }
    return unchanged(remember(state, event, place))
  }
  const draft = openDraft(state, state.rules)
  apply(draft, event, place)
  settle(draft, event)
  return closeDraft(draft)
}

/** The governor's own rules. With the market's they make it governed, in whichever order the two come. */
const configure = (state: GovernorState, event: EventOf<"GovernorConfigured">): Step<GovernorState> => {
  const { rules } = event
  const limitChanged = state.rules !== null && state.rules.dailyLossLimit !== rules.dailyLossLimit
  const draft = openDraft({ ...state, rules }, rules)
  if (!state.governed) return closeDraft(draft)
  configureSlots(draft)
  if (limitChanged) setLossLimit(draft, null)
  else judge(draft)
  updateSizing(draft, "configured")
  fitBudget(draft)
  watchFees(draft)
  settle(draft, event)
  return closeDraft(draft)
}

const configureMarket = (state: GovernorState, event: EventOf<"MarketConfigured">): Step<GovernorState> => {
  const before = state.market.slotRules
  const known: GovernorState = {
    ...state,
    governed: event.governed === true,
    market: { ...state.market, slotRules: event.rules },
    slots: { ...state.slots, listed: event.slots }
  }
  if (known.rules === null || !known.governed) return unchanged(known)
  const draft = openDraft(known, known.rules)
  configureTargets(draft, before, event)
  configureSlots(draft)
  judge(draft)
  watchFees(draft)
  settle(draft, event)
  return closeDraft(draft)
}

/** Until the market is governed nothing is decided; market, account, live orders and trades are kept for the day it is. */
const remember = (state: GovernorState, event: MarketEvent, place: EventPlace): GovernorState => {
  if (isMarketFact(event)) return { ...state, market: learnMarket(state.market, event, place) }
  const slot = slotOfSubject(place.subject)
  if (slot === null) return state
  const books: Books = { state: { ...state } }
  if (event._tag === "OrderRequested") track(books, slot, event, place.timeMs)
  else if (event._tag === "CycleBooked") {
    noteLoss(books, event)
    addCycle(books, event)
  } else if (isOrderFact(event)) orderFact(books, slot, event, place)
  return books.state
}

type OrderFact = OrderProgress | EventOf<"OrderRejected" | "OrderFilled" | "OrderCancelled">

const isOrderFact = (event: MarketEvent): event is OrderFact => ORDER_FACTS.has(event._tag)
const ORDER_FACTS: ReadonlySet<MarketEvent["_tag"]> = new Set<OrderFact["_tag"]>([
  "ExitOrphaned",
  "OrderClaimed",
  "OrderAccepted",
  "OrderUnknown",
  "OrderAmended",
  "FillRecorded",
  "OrderRejected",
  "OrderFilled",
  "OrderCancelled"
])

const apply = (draft: Draft, event: MarketEvent, place: EventPlace): void => {
  const { state } = draft
  if (isMarketFact(event)) state.market = learnMarket(state.market, event, place)
  const slot = slotOfSubject(place.subject)
  switch (event._tag) {
    case "PriceObserved":
    case "ClockTicked":
      return timePassed(draft)
    case "EpochRaised":
      if (handlesOrders(event.service)) restarted(draft)
      return
    case "FeesObserved":
      return watchFees(draft)
    case "BalancesObserved":
      updateSizing(draft, "balances")
      return fundsCame(draft)
    case "OrderRequested":
      if (slot !== null) requested(draft, slot, event, place)
      return
    case "CancelRequested":
      if (slot !== null) withdraw(draft, slot, event.localId)
      return
    case "FundsWanted":
      if (slot !== null) askForFunds(draft, slot, event.what)
      return
    case "DecisionRefused":
      if (slot !== null) refused(draft, slot, event)
      return
    case "SlotSettled":
      if (slot !== null) slotSettled(draft, slot)
      return
    case "InvariantBroken":
      if (slot !== null) slotBroke(draft, slot, event.violations)
      return
    case "CycleBooked":
      if (slot === null) return
      countLoss(draft, event)
      return addCycle(draft, event)
    case "OpenOrdersObserved":
      return countOpenOrders(draft, event)
    case "ExchangeErrorsObserved":
      return watchErrors(draft, event)
    case "FaultRaised":
    case "RecordSkipped":
      return watchFaults(draft, event)
    case "SkewDecided":
      return learnSkew(draft, event)
    case "DriftReconciled":
      return answerDriftReconciled(draft, event)
    case "TradeHistoryObserved":
      return answerAudit(draft, event)
    case "RetrainAnswered":
      return answerRetrain(draft, event)
    case "CommandIssued":
      return applyCommand(draft, event)
    default:
      if (slot !== null && isOrderFact(event)) orderFact(draft, slot, event, place)
      return
  }
}

const isMarketFact = (event: MarketEvent): event is MarketFact => MARKET_FACTS.has(event._tag)
const MARKET_FACTS: ReadonlySet<MarketEvent["_tag"]> = new Set<MarketFact["_tag"]>([
  "PriceObserved",
  "ClockTicked",
  "ConstraintsObserved",
  "FeesObserved",
  "BalancesObserved",
  "AccountReconciled",
  "EpochRaised"
])

/** Guards first, then what waits, then what is due once a loop. */
const timePassed = (draft: Draft): void => {
  const newLoop = beginLoop(draft)
  rollOver(draft)
  watchPriceAge(draft)
  settleMode(draft)
  drain(draft)
  watchDrift(draft)
  watchRetrain(draft)
  if (!newLoop) return
  sampleProfitTarget(draft)
  updateSizing(draft, "loop")
  softCloseUnderPressure(draft)
}

/** Errors in a row are counted by the process that had them: a new one begins at none, and says nothing of that. */
const restarted = (draft: Draft): void => {
  restart(draft)
  clearCause(draft, "api_errors")
}

const requested = (draft: Draft, slot: number, event: EventOf<"OrderRequested">, place: EventPlace): void => {
  track(draft, slot, event, place.timeMs)
  if (event.role === "exit") return
  noteAnswer(draft, slot)
  noteFunded(draft, slot)
  slotStarted(draft, slot)
  const order = draft.state.orders[orderKey(slot, event.localId)]
  if (order === undefined) refuseUntracked(draft, slot, event.localId)
  else schedule(draft, order)
}

const refused = (draft: Draft, slot: number, { what, reason: why }: EventOf<"DecisionRefused">): void => {
  if (draft.state.funds.allotted?.slot === slot) {
    noteAnswer(draft, slot)
    noteFunded(draft, slot)
  }
  if (what === "bootstrap" && why.rule === "insufficient_funds") {
    raiseCause(draft, "cannot_bootstrap", reason("cannot_bootstrap", { slot, ...why.numbers }))
  }
}

/** A slot that could not start may try again once either currency reaches the exchange's smallest order. */
const fundsCame = (draft: Draft): void => {
  if (draft.state.mode.causes.cannot_bootstrap === undefined) return
  const free = freeFunds(draft.state)
  const least = minimums(draft.state.market)
  if (free === null || least === null) return
  if (free.base >= least.minVolume || free.quote >= least.minCost) clearCause(draft, "cannot_bootstrap")
}

const orderFact = (books: Books, slot: number, event: OrderFact, place: EventPlace): void => {
  const order = books.state.orders[orderKey(slot, event.localId)]
  if (order === undefined) return
  switch (event._tag) {
    case "FillRecorded":
      noteSpending(books, order, event)
      observeOrder(books, order, event)
      noteTrade(books)
      return noteProgress(books, slot, event, place)
    case "OrderFilled":
    case "OrderCancelled":
      observeOrder(books, order, event)
      addTrade(books, order, event)
      return forget(books, slot, event.localId)
    case "OrderRejected":
      return forget(books, slot, event.localId)
    default:
      return noteProgress(books, slot, event, place)
  }
}

/** What follows from any event: the start, the mode, the room there is, and last the next slot's funds. */
const settle = (draft: Draft, event: MarketEvent): void => {
  advanceStartup(draft)
  settleMode(draft)
  if (standsStill(draft.state)) refuseWaiting(draft)
  watchBand(draft)
  noteOrphanPressure(draft)
  if (ALLOTS.has(event._tag) && readyForEntries(draft.state) && !standsStill(draft.state)) allotNext(draft)
}

/**
 * A slot's answer may be several events of one record: the next slot is told its funds only at an event that is no slot's, when
 * all of them have been folded.
 */
const ALLOTS: ReadonlySet<MarketEvent["_tag"]> = new Set<MarketEvent["_tag"]>([
  "PriceObserved",
  "ClockTicked",
  "BalancesObserved",
  "AccountReconciled",
  "OrderClaimed",
  "OrderAccepted"
])

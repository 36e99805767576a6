/**
 * The governor as an actor: which event of the journal leads to which rule.
 *
 * A clock or price fact moves time: loops begin, waiting entries go, ages and limits are looked at. What a slot decides is
 * judged; what the exchange says keeps the table of live orders. After every event the start and the mode are settled, and
 * only then is the next slot told its funds.
 */
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { defineActor, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers } from "../../../shared/actor/core/handlers.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import { learnAdvisor } from "./watch/advisor.ts"
import { addCycle, addTrade, answerAudit, noteTrade } from "./watch/audit.ts"
import { countOpenOrders, observeOrder, watchBand } from "./entries/capacity.ts"
import { applyCommand } from "./commands.ts"
import { closeDraft, type Draft, openDraft, positionOf, type TableEvent } from "./draft.ts"
import { answerDriftReconciled, watchDrift } from "./watch/drift.ts"
import { allotNext, askForFunds, freeFunds, noteAnswer } from "./entries/funds.ts"
import { watchInvariants } from "./invariants.ts"
import { countLoss, judge, learnLockEnd, rollOver, setLossLimit } from "./mode/lossLock.ts"
import { learnMarket, minimums, noteSpending } from "./market.ts"
import {
  clearCause,
  settleMode,
  slotBroke,
  slotCannotStart,
  slotStarted,
  standsStill,
  watchErrors,
  watchFaults,
  watchPriceAge
} from "./mode/mode.ts"
import { follow, track } from "./orderTable.ts"
import { provedEnd } from "../../../shared/market/core/orderLife.ts"
import { noteRefusal, noteTaken, watchRefusals } from "./mode/refusals.ts"
import { noteLargeEnough, noteTooSmall, watchSizes } from "./mode/tooSmall.ts"
import { configureLevels, forgetPrecision, learnPrecision, tellTouch } from "./watch/levels.ts"
import { notePace, watchMoney } from "./watch/money.ts"
import { noteFeeCurrency, noteFeesOfEnd } from "./watch/baseFees.ts"
import { lateFill, tellBehind, tellRestated } from "./watch/orderNews.ts"
import { tellTerms, watchPair } from "./watch/terms.ts"
import { findOrder, keyed } from "../../../shared/market/core/liveOrders.ts"
import { configureTargets, feesObserved, sampleProfitTarget, watchFees } from "./slots/profitTarget.ts"
import { noteOrphanPressure, softCloseUnderPressure } from "./slots/recoveries.ts"
import { answerBackfill, tellFailedJob, watchBackfill } from "./later/backfill.ts"
import { answerRetrain, watchRetrain } from "./later/retrain.ts"
import { beginLoop, drain, fitBudget, refuseUntracked, refuseWaiting, schedule, withdraw } from "./entries/scheduler.ts"
import { isConfigured } from "./rules.ts"
import { reason } from "../../../shared/core/rules/rules.ts"
import { learnSkew, updateSizing } from "./slots/sizing.ts"
import { configureSlots, slotSettled } from "./slots/slots.ts"
import { advanceStartup, noteFunded, readyForEntries, restart } from "./mode/startup.ts"
import { type GovernorState, initialState, type TrackedOrder } from "./state.ts"
import { governorVariants } from "./variants.ts"

/** Time, and what the event says that needs no rule: a state of its own, in which the draft then works. */
const learn = (before: GovernorState, event: MarketEvent, place: EventPlace): GovernorState => {
  const state: GovernorState = {
    ...before,
    nowMs: Math.max(before.nowMs, place.timeMs),
    market: learnMarket(before.market, event, place),
    advisor: learnAdvisor(before.advisor, event, place)
  }
  if (event._tag === "GovernorConfigured")
    return { ...state, rules: event.rules, loss: learnLockEnd(state.loss, event) }
  return event._tag === "MarketConfigured" ? { ...state, slots: { ...state.slots, listed: event.slots } } : state
}

/** Once the rules of governor and market are both there, in whichever order they come, the market's slots are. */
const configured = (draft: Draft, before: GovernorState): void => {
  const { state, rules } = draft
  if (!isConfigured(state)) return
  configureTargets(draft, before.market.slotRules)
  configureSlots(draft)
  if (before.rules !== null && before.rules.dailyLossLimit !== rules.dailyLossLimit) setLossLimit(draft, null)
  else judge(draft)
  updateSizing(draft, "configured")
  fitBudget(draft)
  watchFees(draft)
}

/** Heard, because its family is heard whole, and no rule here asks for it. */
const nothing = (): void => undefined

/** Guards first, then what waits, then what is due once a loop. */
const timePassed = (draft: Draft, _event: MarketEvent, { timeMs }: EventPlace): void => {
  draft.state.market = draft.variants.priceAge.toldAt(draft.state.market, timeMs)
  if (!isConfigured(draft.state)) return
  const newLoop = beginLoop(draft)
  rollOver(draft)
  watchPriceAge(draft)
  if (draft.variants.watchesLife) watchRefusals(draft)
  settleMode(draft)
  drain(draft)
  watchDrift(draft)
  watchRetrain(draft)
  watchBackfill(draft)
  if (!newLoop) return
  sampleProfitTarget(draft)
  updateSizing(draft, "loop")
  softCloseUnderPressure(draft)
  if (draft.variants.watchesLife) watchMoney(draft)
}

/** Errors in a row are counted by the process that had them: a new one begins at none, and says nothing of that. */
const restarted = (draft: Draft): void => {
  restart(draft)
  clearCause(draft, "api_errors")
}

const requested = (draft: Draft, slot: SlotNumber, event: EventOf<"OrderRequested">, place: EventPlace): void => {
  track(draft, slot, event, place.timeMs, draft.variants.owed.asked(draft, slot, event))
  noteLargeEnough(draft, slot)
  if (event.role === "exit") return draft.variants.softCloses.moved(draft, positionOf(slot, event))
  noteAnswer(draft, slot)
  noteFunded(draft, slot)
  slotStarted(draft, slot)
  const order = findOrder(draft.state.orders, slot, event.localId)
  if (order === undefined) refuseUntracked(draft, slot, event.localId)
  else schedule(draft, order)
}

const refused = (draft: Draft, slot: SlotNumber, event: EventOf<"DecisionRefused">): void => {
  const { what, unfunded, tooSmallUsd, reason: why } = event
  if (tooSmallUsd !== undefined) noteTooSmall(draft, slot, tooSmallUsd)
  if (draft.state.funds.allotted?.slot === slot) {
    noteAnswer(draft, slot)
    noteFunded(draft, slot)
  }
  if (what === "bootstrap" && unfunded) slotCannotStart(draft, slot, why.numbers)
}

/** A slot that could not start may try again once either currency reaches the exchange's smallest order. */
const fundsCame = (draft: Draft): void => {
  if (draft.state.mode.causes.cannot_bootstrap === undefined) return
  const free = freeFunds(draft.state)
  const least = minimums(draft.state.market)
  if (free === null || least === null) return
  if (free.base >= least.minVolume || free.quote >= least.minCost) clearCause(draft, "cannot_bootstrap")
}

/** What a fact says of a live order, before the table knows it: money spent and room used are those of the order as it was. */
const orderFact = (draft: Draft, slot: SlotNumber, event: TableEvent, place: EventPlace): void => {
  if (event._tag === "ExitOrphaned") draft.variants.owed.orphaned(draft, slot, event, place.timeMs)
  const order = findOrder(draft.state.orders, slot, event.localId)
  if (order === undefined) return
  if (event._tag === "FillRecorded") {
    noteSpending(draft, order, event)
    noteFeeCurrency(draft, slot, event)
    observeOrder(draft, order, event)
    noteTrade(draft)
  } else if (event._tag === "OrderFilled" || event._tag === "OrderCancelled") {
    observeOrder(draft, order, event)
    addTrade(draft, order, draft.variants.watchesLife ? provedEnd(order, event) : event)
    noteFeesOfEnd(draft, slot, event)
    tellBehind(draft, order, event)
  } else if (event._tag === "OrderRestated") tellRestated(draft, order, event)
  else if (draft.variants.watchesLife && event._tag === "OrderRejected") noteRefusal(draft, order, event)
  else if (draft.variants.watchesLife && event._tag === "OrderAccepted") noteTaken(draft)
  else if (event._tag === "OrderAmended") draft.variants.softCloses.moved(draft, order)
  draft.variants.owed.told(draft, order, event)
  follow(draft, slot, event, place)
}

/** What follows from any event: the start, the mode, the room there is, the next slot's funds, and last its own rules. */
const settle = (draft: Draft, before: GovernorState, event: MarketEvent): void => {
  advanceStartup(draft)
  if (draft.variants.priceAge.watchedAlways && isConfigured(draft.state)) watchPriceAge(draft)
  if (draft.variants.watchesLife && isConfigured(draft.state)) {
    tellTerms(draft, before, event)
    watchPair(draft)
    watchSizes(draft)
  }
  // What is no longer kept for exits is free, and no balance changes by that.
  if (draft.state.owed !== before.owed) fundsCame(draft)
  settleEntries(draft)
  if (!isConfigured(draft.state)) return
  watchBand(draft)
  noteOrphanPressure(draft)
  if (ALLOTS.has(event._tag) && readyForEntries(draft.state) && !standsStill(draft.state)) allotNext(draft)
  if (watchInvariants(draft, before)) settleEntries(draft)
}

/** The mode, and what it leaves of the entries that wait. */
const settleEntries = (draft: Draft): void => {
  settleMode(draft)
  if (standsStill(draft.state)) refuseWaiting(draft)
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

/** A rule on what a slot decides, or on what the exchange says of its orders; nothing where no slot's subject is. */
const ofSlot =
  <Event>(rule: (draft: Draft, slot: SlotNumber, event: Event, place: EventPlace) => void) =>
  (draft: Draft, event: Event, place: EventPlace): void => {
    if (place.slot !== null) rule(draft, place.slot, event, place)
  }

/** What the governor hears, and the rule that each of it leads to; slots and their orders whole. */
const HANDLERS: Handlers<Draft, void, "price" | "clock" | "order" | "slot"> = {
  PriceObserved: timePassed,
  ClockTicked: timePassed,

  OrderRequested: ofSlot(requested),
  CancelRequested: ofSlot((draft, slot, { localId }) => withdraw(draft, slot, localId)),
  AmendRequested: nothing,
  FundsWanted: ofSlot((draft, slot, { what }) => askForFunds(draft, slot, what)),
  DecisionRefused: ofSlot(refused),
  ExitOrphaned: ofSlot(orderFact),
  CycleBooked: ofSlot((draft, slot, event) => {
    countLoss(draft, event)
    addCycle(draft, slot, event)
    draft.variants.owed.booked(draft, slot, event)
    draft.variants.softCloses.over(draft, positionOf(slot, event))
  }),
  PositionReleased: ofSlot((draft, slot, event) => {
    draft.variants.owed.released(draft, slot, event)
    draft.variants.softCloses.over(draft, positionOf(slot, event))
  }),
  SlotSettled: ofSlot(slotSettled),
  InvariantBroken: ofSlot((draft, slot, { violations }) => slotBroke(draft, slot, violations)),

  OrderClaimed: ofSlot(orderFact),
  OrderAccepted: ofSlot(orderFact),
  OrderUnknown: ofSlot(orderFact),
  OrderAmended: ofSlot(orderFact),
  AmendRefused: nothing,
  OrderRestated: ofSlot(orderFact),
  LateFillRecorded: ofSlot(lateFill),
  FillRecorded: ofSlot(orderFact),
  OrderRejected: ofSlot(orderFact),
  OrderFilled: ofSlot(orderFact),
  OrderCancelled: ofSlot(orderFact),

  EpochRaised: (draft, { watchesOrders, countsTrades, speed }) => {
    if (draft.variants.watchesLife) notePace(draft, speed)
    if (watchesOrders) restarted(draft)
    if (countsTrades === true) forgetPrecision(draft)
  },
  FaultRaised: watchFaults,
  RecordSkipped: watchFaults,
  FaultDismissed: watchFaults,

  FeesObserved: (draft, _event, { timeMs }) => feesObserved(draft, timeMs),
  BalancesObserved: (draft) => {
    updateSizing(draft, "balances")
    fundsCame(draft)
  },
  OpenOrdersObserved: countOpenOrders,
  ExchangeErrorsObserved: watchErrors,
  DriftReconciled: answerDriftReconciled,
  TradeHistoryObserved: answerAudit,

  SkewDecided: learnSkew,
  RetrainAnswered: answerRetrain,
  BackfillAnswered: answerBackfill,
  HistoryJobFailed: tellFailedJob,
  PrecisionObserved: learnPrecision,
  LevelTouched: tellTouch,
  CommandIssued: applyCommand
}

const apply = dispatch(HANDLERS, nothing)

/** Folds everything; writes the mode, what becomes of entries, and the figures the slots trade by. */
export const governorActor = defineActor<
  GovernorState,
  Omit<GovernorState, "orders"> & { readonly orders: Readonly<Record<string, TrackedOrder>> }
>({
  name: "governor",
  version: "6",
  initial: initialState,
  text: {
    of: (state) => ({ ...state, orders: keyed(state.orders) }),
    read: (written) => ({ ...written, orders: Object.values(written.orders) })
  },
  tellUnbelieved: ({ _tag: fact }, problem) => [
    { _tag: "NoticeRaised", severity: "warning", reason: reason("fact_not_believed", { fact, problem }) }
  ],
  reduce: (before, event, place) => {
    const draft = openDraft(learn(before, event, place), governorVariants(place.rulesVersion))
    if (event._tag === "GovernorConfigured") configureLevels(draft, event)
    if (event._tag === "GovernorConfigured" || event._tag === "MarketConfigured") configured(draft, before)
    else apply(draft, event, place)
    if (event._tag === "BalancesObserved") draft.variants.pots(draft, before)
    settle(draft, before, event)
    return closeDraft(draft)
  }
})

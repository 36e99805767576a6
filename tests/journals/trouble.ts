/**
 * What a day of trading does not give: an order of which nobody knows what became, a record that nobody can read, an exchange that
 * says what none should. Each is put into the journal by hand where the services would have written it, in a market that trades.
 */
import { Effect, Stream } from "effect"
import { SIMULATION } from "../../app/inProcess/orderedJournal.ts"
import { readSettings } from "../../app/settings.ts"
import { adviceOf } from "../../services/hmm-advisor/core/advice.ts"
import { newestStretch } from "../../services/hmm-advisor/core/series.ts"
import { trainingRefused } from "../../services/hmm-advisor/core/training/training.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { amendRefusedFact, claimFact, rejectedFact, unknownFact } from "../../services/order-gateway/core/facts.ts"
import { explainHalt } from "../../services/slot-actor/explain.ts"
import { EVERY_ACTOR } from "../../shared/actor/control/control.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { decodeRecord } from "../../shared/events/envelope.ts"
import type { EventOf } from "../../shared/events/event.ts"
import { quarantined } from "../../shared/events/families/control.ts"
import { Journal } from "../../shared/journal/port.ts"
import { journalOf } from "./corpus.ts"
import { decidersOf } from "../../app/registry.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { sealEra } from "../../shared/actor/seals/sealJournal.ts"
import { Stage, START_MS, TICK_MS } from "./stage.ts"

const { settings } = readSettings({
  SLOTS: "2",
  MIN_VOLUME: "2",
  HMM_ENABLED: "true",
  S1_ORPHAN_AFTER_SEC: "300",
  S2_ORPHAN_AFTER_SEC: "400"
})

/** The first order leaves, and no answer comes; when its deadline is over the exchange does not know it. */
const orderUnknown = (stage: Stage): void => {
  const { journal } = stage.market
  const { subjects } = journal
  const at = Price.parse("0.15")
  stage.market.trade({ timeMs: START_MS, price: at, volume: Volume.parse("10"), takerSide: "buy" }, false)
  journal.append(subjects.price, START_MS, { _tag: "PriceObserved", last: at, bid: at, ask: at })
  for (let ticks = 0; ticks < 4; ticks++) {
    stage.nowMs += TICK_MS
    journal.append(subjects.clock, stage.nowMs, { _tag: "ClockTicked", priceAgeSec: 1 })
  }
  const { slot, order } = stage.task("Place")
  const facts = subjects.order(slot)
  journal.append(facts, stage.nowMs, claimFact(order, stage.nowMs + 10_000))
  journal.append(facts, stage.nowMs + 5_000, unknownFact(order, "no answer within 5 s"))
  stage.nowMs += TICK_MS
  journal.append(facts, stage.nowMs, rejectedFact(order, "not at the exchange after its deadline"))
  stage.tick()
}

/** A frame that is none, and a record that is none: the market halts until an operator has answered. */
const unreadable = (stage: Stage): void => {
  const { journal } = stage.market
  const { subjects } = journal
  const frame = { source: "ticker", problem: "last is no number", raw: '{"channel":"ticker","data":[{"last":"x"}]}' }
  journal.append(subjects.quarantine, stage.nowMs, quarantined(frame))
  const seq = stage.recorder.putUnreadable(journal, subjects.account, '{"v":1,"epoch":1,"timeMs":')
  let problem = ""
  try {
    for (const record of stage.recorder.records.slice(-1)) decodeRecord(record)
  } catch (error) {
    problem = String(error)
  }
  journal.append(subjects.control(SIMULATION), 0, { _tag: "FaultRaised", actor: EVERY_ACTOR, seq, problem })
  stage.trade(2)
  stage.ask({ name: "resume" })
  journal.append(subjects.control(SIMULATION), 0, {
    _tag: "RecordSkipped",
    actor: EVERY_ACTOR,
    seq,
    author: "operator",
    reason: "cut off in the middle"
  })
  stage.ask({ name: "resume" })
  stage.trade(5)
}

/** The exchange is there and not there: other terms, another fee, failing calls, no price, orders of somebody else. */
const exchangeMoods = (stage: Stage): void => {
  const { market } = stage
  const { priceDecimals, volumeDecimals, minVolume, minCost, makerFeePct } = stage.slotRules
  const terms = { _tag: "ConstraintsObserved", priceDecimals, volumeDecimals, minVolume, minCost } as const
  market.fact("account", stage.nowMs, { ...terms, status: "cancel_only" })
  stage.trade(2)
  market.fact("account", stage.nowMs, { ...terms, status: "online" })
  market.fact("account", stage.nowMs, { _tag: "FeesObserved", makerPct: makerFeePct - 0.05, takerPct: 0.35 })
  for (const consecutive of [1, 2, 3, 4, 5, 6, 0]) {
    const [operation, detail] = consecutive === 0 ? ["", ""] : ["AddOrder", "EService:Unavailable"]
    market.fact("account", stage.nowMs, { _tag: "ExchangeErrorsObserved", consecutive, operation, detail })
  }
  stage.tick()
  const { journal } = market
  for (let minute = 1; minute <= 3; minute++) {
    stage.nowMs += 60_000
    const silent = { _tag: "ClockTicked", priceAgeSec: 60 * minute, noPrice: "EQuery:Unknown asset pair" } as const
    journal.append(journal.subjects.clock, stage.nowMs, silent)
  }
  stage.trade(4)
  for (const foreign of [30, 30, 30]) {
    market.fact("account", stage.nowMs, { _tag: "OpenOrdersObserved", ours: stage.market.venue.openOrders, foreign })
    stage.trade(6)
  }
}

/** What others than the governor have a part in: the open orders, the books, the models. */
const asked = (stage: Stage): void => {
  const { market } = stage
  const { journal } = market
  const drift = stage.ask({ name: "reconcile_drift" })
  const { clientId } = stage.open(2)
  market.fact("account", stage.nowMs, {
    _tag: "DriftReconciled",
    commandId: drift,
    cancelled: [{ txid: "OFORGT-TENORD-ERAAAA", clientId }],
    leftAlone: ["OBYHND-PLACED-AAAAAA: not provably ours"]
  })
  const none = {
    trades: 0,
    bought: Volume.zero,
    sold: Volume.zero,
    paid: Quote.zero,
    received: Quote.zero,
    fees: Quote.zero
  }
  market.fact("account", stage.nowMs, {
    _tag: "TradeHistoryObserved",
    commandId: stage.ask({ name: "audit_pnl" }),
    fromMs: START_MS,
    toMs: stage.nowMs,
    ours: none,
    foreign: { ...none, trades: 1, bought: Volume.parse("30"), paid: Quote.parse("4.5"), fees: Quote.parse("0.01") }
  })
  const governor = { _tag: "GovernorConfigured", rules: stage.governorRules, fittedIntervals: [1, 15] } as const
  journal.append(journal.subjects.control(SIMULATION), 0, governor)
  const retrain = stage.ask({ name: "retrain", timeframe: null })
  const refusal = { reason: "too_few_candles", detail: "12 of at least 200" }
  for (const intervalMin of [1, 15]) market.fact("regime", stage.nowMs, trainingRefused(intervalMin, refusal))
  market.fact("regime", stage.nowMs, {
    _tag: "RetrainAnswered",
    commandId: retrain,
    outcomes: [1, 15].map((intervalMin) => ({ intervalMin, trained: false, detail: refusal.detail }))
  })
  const nothing = (intervalMin: number) => ({ intervalMin, model: null, recent: newestStretch([], intervalMin) })
  const { inference } = advisorOptions(settings)
  market.fact("regime", stage.nowMs, adviceOf({ fast: nothing(1), slow: nothing(15) }, stage.nowMs / 1_000, inference))
}

/** Every kind of answer to a recovery that is to be closed: moved, not moved, taken off. */
const softCloses = (stage: Stage): void => {
  const { journal } = stage.market
  const commandId = "by-hand"
  const issued = {
    commandId,
    author: "operator",
    command: { name: "soft_close_next" },
    preview: ["one recovery"]
  } as const
  journal.append(journal.subjects.command(commandId), stage.nowMs, { _tag: "CommandIssued", ...issued })
  const { slot, order } = stage.task("Amend")
  const refused = amendRefusedFact(order, "EOrder:Amend unavailable")
  journal.append(journal.subjects.order(slot), stage.nowMs, refused)
  stage.trade(5)
  stage.ask({ name: "cancel_stale_recoveries", minDistancePct: 0, count: 5 })
  stage.trade(10)
}

/** The processes start again, with other rules for everybody. */
const restart = (stage: Stage): void => {
  const { market } = stage
  const start = { service: "kennel up", reason: "start", watchesOrders: true, fitsModels: true }
  market.fact("control", 0, { _tag: "EpochRaised", epoch: 2, ...start })
  market.fact("control", 0, { _tag: "RebalancerConfigured", rules: { ...settings.rebalancer, maxSkew: 0.2 } })
  const rules = { ...stage.slotRules, entryPct: 0.25 }
  market.fact("control", 0, { _tag: "MarketConfigured", slots: [1, 2, 3], rules })
  market.fact("account", stage.nowMs, {
    _tag: "AccountReconciled",
    openOrders: market.venue.openOrders,
    missed: 0,
    foreignOrders: 0,
    windowStartMs: START_MS
  })
  stage.trade(15)
}

/** What has happened so far is sealed, and goes on. */
const sealed = Effect.fnUntraced(function* (stage: Stage) {
  const { journal } = stage.market
  const actorsOf = (slots: ReadonlyArray<number>) => [...decidersOf(slots), ofAnyKind(gatewayFold)]
  const seal = yield* sealEra({ subjects: journal.subjects, service: "operator", actorsOf }).pipe(
    Effect.provide(journalOf(stage.recorder.records))
  )
  if (seal === null) throw new Error("there is an era to seal")
  const { seq: _seq, ...event } = seal
  journal.append(journal.subjects.seal, 0, event)
  stage.trade(5)
})

/** A fill of nothing, which no exchange reports: the slot breaks, its halt is explained, the slot is removed. */
const broken = Effect.fnUntraced(function* (stage: Stage) {
  const { journal } = stage.market
  const { subjects } = journal
  const { clientId, localId, txid, price } = stage.open(1)
  const nothing = { price, volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }
  const violations: Array<string> = []
  journal.watch(({ events }) => {
    for (const event of events) if (event._tag === "InvariantBroken") violations.push(...event.violations)
  })
  const filled = { _tag: "OrderFilled", clientId, localId, txid: txid ?? "", ...nothing } as const
  journal.append(subjects.order(1), stage.nowMs, filled)
  const explained = yield* Effect.andThen(
    explainHalt(subjects, 1, violations),
    Effect.flatMap(Journal, (told) => Stream.runCollect(told.read({ from: journal.seq + 1 })))
  ).pipe(Effect.provide(journalOf(stage.recorder.records)))
  for (const record of explained) {
    const [event] = decodeRecord(record).events
    if (event._tag === "HaltExplained")
      journal.append(subjects.control(SIMULATION), 0, event satisfies EventOf<"HaltExplained">)
  }
  stage.ask({ name: "resume" })
  stage.ask({ name: "remove_slot", slot: 1 })
  stage.ask({ name: "resume" })
  // The exchange still has the order of which it said too much: no trade may touch it any more.
  for (let ticks = 0; ticks < 10; ticks++) stage.tick()
})

/** Records the trouble. */
export const trouble = Effect.gen(function* () {
  const stage = new Stage({ settings, seed: 5, base: Volume.parse("2000"), quote: Quote.parse("600") })
  stage.begin()
  orderUnknown(stage)
  stage.trade(40)
  unreadable(stage)
  exchangeMoods(stage)
  asked(stage)
  stage.trade(40)
  softCloses(stage)
  restart(stage)
  yield* sealed(stage)
  yield* broken(stage)
  return stage.recorder.records
})

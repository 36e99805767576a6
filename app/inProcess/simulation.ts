/**
 * A whole market at speed, in one thread: recorded prices, the slots, the governor, the rebalancer, the gateway's fold, the
 * exchange's engine and the ledger, every event in one order. After every record everything that must hold is looked at.
 */
import { governorActor } from "../../services/governor/core/actor.ts"
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import { TIERS, type Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { rebalancerActor } from "../../services/rebalancer/core/actor.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import type { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { GovernorRules, RebalancerRules, SlotRules } from "../../shared/events/families/control.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import type { LedgerState } from "../../shared/core/ledger/ledger.ts"
import type { Incident } from "./incidents.ts"
import { OrderedJournal } from "./orderedJournal.ts"
import { Venue } from "./venue.ts"
import { Watch } from "./watch.ts"

export interface SimulationOptions {
  readonly market: MarketProcess
  readonly startMs: number
  readonly untilMs: number
  /** Slots that trade from the start; as many again may be added by command. */
  readonly slots: number
  readonly slotRules: SlotRules
  readonly governorRules: GovernorRules
  readonly rebalancerRules: RebalancerRules
  readonly tier: Tier
  readonly base: Volume
  readonly quote: Quote
  readonly incidents: ReadonlyArray<Incident>
  /** Simulated time between two clock facts. */
  readonly clockMs: number
  /** What the regime advisor writes after each clock fact; without it none runs. */
  readonly advice?: (nowMs: number) => ReadonlyArray<MarketEvent>
  /** Told of each record, and of the journal that ends with it, once every actor has folded it. */
  readonly watch?: (record: StoredRecord, journal: OrderedJournal) => void
}

export interface SimulationResult {
  readonly records: number
  readonly digest: string
  /** How often each event stood in the journal. */
  readonly events: Readonly<Record<string, number>>
  /** How often each mode began, with its rule: `PAUSED stale_price`. */
  readonly modes: Readonly<Record<string, number>>
  readonly mostOpenOrders: number
  /** What did not hold, with the record after which it did not; only the first ones. */
  readonly problems: ReadonlyArray<string>
  readonly transactions: number
  readonly ledger: LedgerState
  readonly journal: OrderedJournal
  readonly venue: Venue
}

/** Runs the market until `untilMs`, the end of its prices, or the first problem. */
export const simulate = (options: SimulationOptions): SimulationResult => {
  const { startMs, slotRules, governorRules, tier, base, quote } = options
  const subjects = marketSubjects("XDGUSD")
  const journal = new OrderedJournal(subjects)
  const slots = Array.from({ length: 2 * options.slots }, (_, n) => journal.add(slotActor(n + 1)))
  const governor = journal.add(governorActor)
  journal.add(rebalancerActor)
  const gateway = journal.add(gatewayFold)
  const venue = new Venue(journal, () => gateway.state, {
    base,
    quote,
    startMs,
    rules: {
      priceDecimals: slotRules.priceDecimals,
      volumeDecimals: slotRules.volumeDecimals,
      minVolume: slotRules.minVolume,
      minCost: slotRules.minCost,
      makerFee: feeParts(slotRules.makerFeePct),
      takerFee: feeParts(0.4),
      trading: TIERS[tier].trading,
      maxOpenOrders: TIERS[tier].openOrders
    }
  })

  const watch = new Watch({ slots, governor, venue, openOrderLimit: governorRules.openOrderLimit })
  journal.watch((record) => {
    watch.afterRecord(record)
    options.watch?.(record, journal)
  })
  journal.atRest(() => watch.atRest(journal.seq))

  writeOpening(options, journal, venue)
  runPrices(options, journal, venue, watch.problems)
  return {
    records: journal.seq,
    digest: journal.digest(),
    events: watch.events,
    modes: watch.modes,
    mostOpenOrders: watch.mostOpenOrders,
    problems: watch.problems,
    transactions: watch.transactions,
    ledger: watch.ledger,
    journal,
    venue
  }
}

/** The facts every market begins with. */
const writeOpening = (options: SimulationOptions, journal: OrderedJournal, venue: Venue): void => {
  const { startMs, slotRules, governorRules } = options
  const { subjects } = journal
  const account = (event: MarketEvent, timeMs: number): void => journal.append(subjects.account, timeMs, event)

  journal.append(subjects.control, 0, {
    _tag: "EpochRaised",
    epoch: 1,
    service: "kennel up",
    reason: "start",
    watchesOrders: true,
    fitsModels: true
  })
  journal.append(subjects.control, 0, { _tag: "GovernorConfigured", rules: governorRules })
  journal.append(subjects.control, 0, { _tag: "RebalancerConfigured", rules: options.rebalancerRules })
  journal.append(subjects.control, 0, {
    _tag: "MarketConfigured",
    slots: Array.from({ length: options.slots }, (_, n) => n + 1),
    rules: slotRules,
    governed: true
  })
  const { priceDecimals, volumeDecimals, minVolume, minCost } = slotRules
  account({ _tag: "ConstraintsObserved", priceDecimals, volumeDecimals, minVolume, minCost, status: "online" }, startMs)
  account({ _tag: "FeesObserved", makerPct: slotRules.makerFeePct, takerPct: 0.4 }, startMs)
  account(venue.balances(), startMs)
  account({ _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs: startMs }, startMs)
}

/** Trades and clock facts in order of time, and the incidents that fall between them. */
const runPrices = (
  options: SimulationOptions,
  journal: OrderedJournal,
  venue: Venue,
  problems: ReadonlyArray<string>
): void => {
  const { subjects } = journal
  const incidents = makeIncidents(options.incidents, journal, venue)
  let heardMs: number | null = null
  const tick = (nowMs: number): void => {
    venue.passTime(nowMs)
    incidents.happen(nowMs)
    const priceAgeSec = heardMs === null ? null : (nowMs - heardMs) / 1_000
    journal.append(subjects.clock, nowMs, { _tag: "ClockTicked", priceAgeSec })
    venue.work()
    for (const fact of options.advice?.(nowMs) ?? []) journal.append(subjects.regime, nowMs, fact)
  }

  let clockMs = options.startMs
  for (let step = options.market.step(options.market.initial); step !== null; step = options.market.step(step.next)) {
    if (step.fromMs >= options.untilMs || problems.length > 0) break
    for (const trade of step.trades) {
      const { price: last, timeMs } = trade
      for (; clockMs < timeMs; clockMs += options.clockMs) tick(clockMs)
      venue.trade(trade)
      venue.work()
      if (incidents.silentAt(timeMs)) continue
      heardMs = timeMs
      journal.append(subjects.price, timeMs, { _tag: "PriceObserved", last, bid: last, ask: last })
      venue.work()
    }
  }
}

/** Lets each incident happen once its time has come. */
const makeIncidents = (incidents: ReadonlyArray<Incident>, journal: OrderedJournal, venue: Venue) => {
  const { subjects } = journal
  const coming = [...incidents]
  let commands = 0
  let silentUntilMs = 0
  const happen = (nowMs: number): void => {
    for (let next = coming[0]; next !== undefined && next.atMs <= nowMs; next = coming[0]) {
      coming.shift()
      if (next.what._tag === "Silence") silentUntilMs = nowMs + next.what.forMs
      else if (next.what._tag === "Fact") journal.append(subjects[next.what.family], nowMs, next.what.event)
      else {
        const commandId = `simulated-${++commands}`
        const { command } = next.what
        journal.append(subjects.command(commandId), nowMs, {
          _tag: "CommandIssued",
          commandId,
          author: "simulation",
          command,
          preview: []
        })
      }
      venue.work()
    }
  }
  return { happen, silentAt: (timeMs: number) => timeMs < silentUntilMs }
}

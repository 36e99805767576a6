/**
 * A whole market at speed, in one thread: recorded prices, the slots, the governor, the rebalancer, the gateway's fold, the
 * exchange's engine and the ledger, every event in one order. After every record everything that must hold is looked at.
 */
import { governorActor } from "../../services/governor/core/actor.ts"
import { governorViolations } from "../../services/governor/core/invariants.ts"
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import { TIERS, type Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import { gatewayFold } from "../../services/order-gateway/core/fold.ts"
import { rebalancerActor } from "../../services/rebalancer/core/actor.ts"
import { slotActor } from "../../services/slot-actor/core/actor.ts"
import { slotBooks } from "../../services/slot-actor/core/money/ledgerBooks.ts"
import { haltingViolations } from "../../services/slot-actor/core/invariants.ts"
import type { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { GovernorRules, RebalancerRules, SlotRules } from "../../shared/events/families/control.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { marketSubjects } from "../../shared/core/ids/subjects.ts"
import { amountText, slotDifferences, unbalanced, unexplained } from "../../shared/core/ledger/check.ts"
import { initialLedger, type LedgerState, postEvent } from "../../shared/core/ledger/ledger.ts"
import type { Incident } from "./incidents.ts"
import { OrderedJournal } from "./orderedJournal.ts"
import { Venue } from "./venue.ts"

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
  /** What did not hold, with the record after which it did not; at most `MAX_PROBLEMS`. */
  readonly problems: ReadonlyArray<string>
  readonly transactions: number
  readonly ledger: LedgerState
  readonly journal: OrderedJournal
  readonly venue: Venue
}

/** The first ones explain the rest. */
const MAX_PROBLEMS = 20

export const simulate = (options: SimulationOptions): SimulationResult => {
  const { startMs, untilMs, slotRules, governorRules, tier, base, quote } = options
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

  const events: Record<string, number> = {}
  const modes: Record<string, number> = {}
  const problems: Array<string> = []
  const seen = { mode: "STARTING", locked: false, mostOpenOrders: 0 }
  const problem = (record: StoredRecord, text: string): void => {
    if (problems.length < MAX_PROBLEMS) {
      problems.push(`record ${record.seq} (${record.events.map(({ _tag }) => _tag).join(", ")}): ${text}`)
    }
  }
  let ledger = initialLedger
  let posted = 0
  /** Every transaction balances by itself. */
  const postAll = (record: StoredRecord): void => {
    const { seq, subject, epoch, timeMs } = record
    for (const [index, event] of record.events.entries()) {
      const step = postEvent(ledger, event, { seq, index, subject, epoch, timeMs })
      ledger = step.state
      if (step.transaction === null) continue
      posted++
      for (const line of unbalanced(step.transaction)) problem(record, line)
    }
  }
  const note = (record: StoredRecord, event: MarketEvent): void => {
    events[event._tag] = (events[event._tag] ?? 0) + 1
    if (event._tag === "ModeChanged") {
      seen.mode = event.mode
      const key = `${event.mode} ${event.reason.rule}`
      modes[key] = (modes[key] ?? 0) + 1
    } else if (event._tag === "LossLockChanged") seen.locked = event.locked
    else if (event._tag === "EntryGranted") {
      if (seen.mode !== "RUNNING" && seen.mode !== "STARTING") problem(record, `an entry granted while ${seen.mode}`)
      if (seen.locked) problem(record, "an entry granted while the loss lock holds")
    }
  }
  journal.watch((record) => {
    for (const event of record.events) note(record, event)
    for (const { state, actor } of slots) {
      const violations = state.book.halted ?? haltingViolations(state)
      if (violations.length > 0) problem(record, `${actor.name}: ${violations.join("; ")}`)
    }
    for (const violation of governorViolations(governor.state)) problem(record, `governor: ${violation}`)
    seen.mostOpenOrders = Math.max(seen.mostOpenOrders, venue.openOrders)
    postAll(record)
    if (venue.openOrders > governorRules.openOrderLimit) problem(record, `${venue.openOrders} open orders`)
    options.watch?.(record, journal)
  })

  // Books are compared once the slots' answers to a fill stand in the journal too, and the account at each of its own words.
  let compared = 0
  let observed = ledger.observed
  journal.atRest(() => {
    const found: Array<string> = []
    if (posted !== compared) {
      found.push(...slots.flatMap(({ state }, index) => slotDifferences(ledger, slotBooks(index + 1, state))))
    }
    if (ledger.observed !== observed) {
      const { base: strayBase = 0n, quote: strayQuote = 0n } = unexplained(ledger) ?? {}
      if (strayBase !== 0n) found.push(`${amountText(strayBase, "base")} base at the exchange that no event explains`)
      if (strayQuote !== 0n)
        found.push(`${amountText(strayQuote, "quote")} quote at the exchange that no event explains`)
    }
    compared = posted
    observed = ledger.observed
    for (const line of found.slice(0, MAX_PROBLEMS - problems.length))
      problems.push(`after record ${journal.seq}: ${line}`)
  })

  const price = (last: Price, timeMs: number): void => {
    journal.append(subjects.price, timeMs, { _tag: "PriceObserved", last, bid: last, ask: last })
    venue.work()
  }
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

  const coming = [...options.incidents]
  let commands = 0
  let silentUntilMs = 0
  let heardMs: number | null = null
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
  const tick = (nowMs: number): void => {
    venue.passTime(nowMs)
    happen(nowMs)
    const priceAgeSec = heardMs === null ? null : (nowMs - heardMs) / 1_000
    journal.append(subjects.clock, nowMs, { _tag: "ClockTicked", priceAgeSec })
    venue.work()
    for (const fact of options.advice?.(nowMs) ?? []) journal.append(subjects.regime, nowMs, fact)
  }

  let clockMs = startMs
  for (let step = options.market.step(options.market.initial); step !== null; step = options.market.step(step.next)) {
    if (step.fromMs >= untilMs || problems.length > 0) break
    for (const trade of step.trades) {
      for (; clockMs < trade.timeMs; clockMs += options.clockMs) tick(clockMs)
      venue.trade(trade)
      venue.work()
      if (trade.timeMs < silentUntilMs) continue
      heardMs = trade.timeMs
      price(trade.price, trade.timeMs)
    }
  }
  return {
    records: journal.seq,
    digest: journal.digest(),
    events,
    modes,
    mostOpenOrders: seen.mostOpenOrders,
    problems,
    transactions: posted,
    ledger,
    journal,
    venue
  }
}

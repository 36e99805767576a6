/**
 * A market at speed: recorded or made prices drive it, incidents happen to it, and after every record everything that must hold is
 * looked at.
 */
import type { MarketProcess } from "../../services/exchange-sim/core/market/process.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { LedgerState } from "../../shared/ledger/core/ledger.ts"
import type { Incident } from "./incidents.ts"
import { type InThreadMarket, type MarketOptions, openMarket } from "./market.ts"
import type { OrderedJournal } from "./orderedJournal.ts"
import type { LivelyVenue } from "./livelyVenue.ts"
import { Watch } from "./watch.ts"

/** A market, its prices, and what happens to it besides. */
export interface SimulationOptions extends MarketOptions {
  readonly market: MarketProcess
  readonly untilMs: number
  readonly incidents: ReadonlyArray<Incident>
  /** Simulated time between two clock facts. */
  readonly clockMs: number
  /** What the regime advisor writes after each clock fact; without it none runs. */
  readonly advice?: (nowMs: number) => ReadonlyArray<MarketEvent>
  /** Given the market before its first record, by whoever wants to add a fold of their own or to look at it at rest. */
  readonly opened?: (market: InThreadMarket) => void
  /** Told of each record, and of the journal that ends with it, once every actor has folded it. */
  readonly watch?: (record: StoredRecord, journal: OrderedJournal) => void
}

/** What came of it. */
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
  readonly venue: LivelyVenue
}

/** Runs the market until `untilMs`, the end of its prices, or the first problem. */
export const simulate = (options: SimulationOptions): SimulationResult => {
  const market = openMarket(options)
  const { journal, venue, slots, governor } = market
  const watch = new Watch({ slots, governor, venue, openOrderLimit: options.governorRules.openOrderLimit })
  journal.watch((record) => {
    watch.afterRecord(record)
    options.watch?.(record, journal)
  })
  journal.atRest(() => watch.atRest(journal.seq))

  options.opened?.(market)
  market.begin()
  runPrices(options, market, watch.problems)
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

/** Trades and clock facts in order of time, and the incidents that fall between them. */
const runPrices = (options: SimulationOptions, market: InThreadMarket, problems: ReadonlyArray<string>): void => {
  const incidents = makeIncidents(options.incidents, market)
  const tick = (nowMs: number): void => {
    market.passTime(nowMs)
    incidents.happen(nowMs)
    market.tick(nowMs)
    for (const fact of options.advice?.(nowMs) ?? []) market.fact("regime", nowMs, fact)
  }

  let clockMs = options.startMs
  for (let step = options.market.step(options.market.initial); step !== null; step = options.market.step(step.next)) {
    if (step.fromMs >= options.untilMs || problems.length > 0) break
    for (const trade of step.trades) {
      for (; clockMs < trade.timeMs; clockMs += options.clockMs) tick(clockMs)
      market.trade(trade, !incidents.silentAt(trade.timeMs), incidents.factorAt(trade.timeMs))
    }
  }
}

/** Lets each incident happen once its time has come. */
const makeIncidents = (incidents: ReadonlyArray<Incident>, market: InThreadMarket) => {
  const coming = [...incidents]
  let silentUntilMs = 0
  let bad = { factor: 1, untilMs: 0 }
  const happen = (nowMs: number): void => {
    for (let next = coming[0]; next !== undefined && next.atMs <= nowMs; next = coming[0]) {
      coming.shift()
      const { what } = next
      if (what._tag === "Silence") silentUntilMs = nowMs + what.forMs
      else if (what._tag === "BadTicks") bad = { factor: what.factor, untilMs: nowMs + what.forMs }
      else if (what._tag === "Fact") market.fact(what.family, nowMs, what.event)
      else if (what._tag === "Life") market.life(nowMs, what.life)
      else market.command(nowMs, what.command)
    }
  }
  return {
    happen,
    silentAt: (timeMs: number) => timeMs < silentUntilMs,
    factorAt: (timeMs: number) => (timeMs < bad.untilMs ? bad.factor : 1)
  }
}

/**
 * A market that goes on from a recorded one's states and hears what that one heard from outside: prices, time, candles, regimes, terms,
 * starts and commands, each at its time. What it decides, and what becomes of its orders, is its own.
 */
import { feeParts } from "../../services/exchange-sim/core/engine/money.ts"
import type { Tier } from "../../services/exchange-sim/core/engine/limits.ts"
import type { GovernorState } from "../../services/governor/core/state.ts"
import type { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { StoredRecord } from "../../shared/events/envelope.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { type InThreadMarket, openMarket } from "../inProcess/market.ts"
import { resumed } from "../inProcess/resumed.ts"
import { Tally } from "./tally.ts"

/** What its fills are made of, a sentence each: how far that is off, the fork that changes nothing shows. */
export const FILL_ASSUMPTIONS: ReadonlyArray<string> = [
  "the recorded prices are all there are; between two of them nothing trades",
  "an order trades whole once a price lies beyond its own, or at it by a taker of the other side",
  "nobody stands before it in the queue, the volume is enough, and nothing takes time",
  "the exchange refuses what its rules refuse and nothing else, and nobody else uses the account"
]

/** Where a fork begins. */
export interface ForkStart {
  readonly pair: string
  /** The record after which the recorded market stands. */
  readonly seq: number
  /** What the exchange's clock had said by then, Unix milliseconds. */
  readonly nowMs: number
  readonly slots: ReadonlyArray<number>
  /** Each deciding actor's fold, as `ActorFold.encode` gives it. */
  readonly states: Readonly<Record<string, string>>
  readonly governor: GovernorState
  /** What was configured last, by tag: what a change of settings changes. */
  readonly configured: ReadonlyArray<MarketEvent>
  /** Of the account: its limits. */
  readonly tier: Tier
}

/** What the recorded market heard from outside. The rest it decided, or its exchange answered to what it had decided. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  "price",
  "clock",
  "control",
  "command",
  "account",
  "regime",
  "candle",
  "context"
])

/** Of these the fork has its own: they speak of the recorded market's records, or of its account. */
const ITS_OWN: ReadonlySet<MarketEvent["_tag"]> = new Set<MarketEvent["_tag"]>([
  "BalancesObserved",
  "FaultRaised",
  "RecordSkipped",
  "FaultDismissed",
  "HaltExplained"
])

/** More than any order wants: 10^12 of the base currency. */
const ENOUGH = 10n ** 20n

/** A market beside the recorded one. Changed in place; records are given in order. */
export class ForkedMarket {
  readonly market: InThreadMarket
  readonly tally: Tally
  private readonly change: (event: MarketEvent) => MarketEvent
  private readonly configured: ReadonlyArray<MarketEvent>
  private last: Price
  private takerSide: "buy" | "sell" = "sell"

  /** `change`: each recorded event of configuration as this fork hears it. */
  constructor(start: ForkStart, change: (event: MarketEvent) => MarketEvent = (event) => event) {
    const { governor, pair, seq, nowMs, slots, states, tier } = start
    const { slotRules, balances, price } = governor.market
    const resumes = resumed({ governor, seq, nowMs, slots, states, tier })
    if (slotRules === null || governor.rules === null || balances === null || price === null) {
      throw new Error(`record ${seq}: the market is not configured`)
    }
    this.market = openMarket({
      ...{ pair, tier, slotRules, resumes, startMs: nowMs, slots: slots.length, governorRules: governor.rules },
      rebalancerRules: rebalancerRulesIn(start.configured),
      base: balances.base.total,
      quote: balances.quote.total
    })
    this.change = change
    this.configured = start.configured
    this.last = price
    this.tally = new Tally(governor, nowMs)
    this.market.journal.watch((record) => this.tally.take(record))
  }

  /** Writes what the changes make of the configuration, as a restart with other settings would. Once, before the first record. */
  begin(): void {
    const { journal } = this.market
    for (const event of this.configured) {
      const changed = this.change(event)
      if (changed !== event) journal.append(journal.subjects.control("fork"), 0, changed)
    }
    this.market.venue.work()
  }

  /** The recorded market's next record. */
  take(record: StoredRecord): void {
    if (!FROM_OUTSIDE.has(record.family)) return
    const { journal, venue } = this.market
    const [first, ...more] = record.events
      .filter(({ _tag }) => !ITS_OWN.has(_tag))
      .map((event) => this.heard(this.change(event)))
    if (first === undefined) return
    if (first._tag === "PriceObserved") this.trade(first, record.timeMs)
    else if (first._tag === "ClockTicked") venue.passTime(record.timeMs)
    journal.append(record.subject, record.timeMs, first, ...more)
    venue.work()
  }

  /** The exchange trades at a recorded price. */
  private trade({ last, bid, ask }: EventOf<"PriceObserved">, timeMs: number): void {
    const { venue } = this.market
    if (bid < ask && last <= bid) this.takerSide = "sell"
    else if (bid < ask && last >= ask) this.takerSide = "buy"
    else if (last !== this.last) this.takerSide = last < this.last ? "sell" : "buy"
    this.last = last
    venue.trade({ timeMs, price: last, volume: ENOUGH as Volume, takerSide: this.takerSide })
    venue.work()
  }

  /** Figures of the recorded account as this one has them; terms that its exchange keeps to from here on. */
  private heard(event: MarketEvent): MarketEvent {
    const { venue } = this.market
    switch (event._tag) {
      case "OpenOrdersObserved":
        return { ...event, ours: venue.openOrders }
      case "AccountReconciled":
        return { ...event, openOrders: venue.openOrders, missed: 0 }
      case "FeesObserved": {
        const fees = { makerFee: feeParts(event.makerPct), takerFee: feeParts(event.takerPct) }
        venue.desk.rules = { ...venue.desk.rules, ...fees }
        return event
      }
      case "ConstraintsObserved": {
        const { priceDecimals, volumeDecimals, minVolume, minCost } = event
        venue.desk.rules = { ...venue.desk.rules, priceDecimals, volumeDecimals, minVolume, minCost }
        return event
      }
      default:
        return event
    }
  }
}

const rebalancerRulesIn = (configured: ReadonlyArray<MarketEvent>) => {
  for (const event of configured) if (event._tag === "RebalancerConfigured") return event.rules
  throw new Error("the journal names no rules of the rebalancer")
}

/** The status report: one moment in full, as the JSON that pages and scripts are given of it. Pure. */
import { minus, plus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import type { SlotStatus } from "./blocks.ts"
import { type Limits, type Observed, priceAgeSec, waitingFor, warnings } from "./checks.ts"
import { dayView } from "./money/day.ts"
import { moneyOf, slotsMoney } from "./money/money.ts"
import { governorPart } from "./governorReport.ts"
import { chatView } from "../telegram/core/watch.ts"

/** What does not change while the process lives. */
export interface ReportOptions extends Limits {
  /** As people write it: `DOGE/USD`. Its two halves name the units of volumes and amounts. */
  readonly pair: string
  readonly trading: "paper" | "live"
  readonly simulator: { readonly market: string; readonly speed: number } | null
  /** Wall time, Unix seconds. */
  readonly startedAt: number
}

/** How far an order stands from the market: (price − market) / market · 100; null while there is no price. */
interface Distance {
  readonly distance_pct: number | null
}

/** A slot with what only the server may compute. */
export type ReportedSlot = Omit<SlotStatus, "orders" | "recovery_orders"> & {
  readonly orders: ReadonlyArray<SlotStatus["orders"][number] & Distance>
  readonly recovery_orders: ReadonlyArray<SlotStatus["recovery_orders"][number] & Distance>
  /** The governor's name for it. */
  readonly alias?: string
  /** Retiring: it settles its orders and opens nothing. Null: it does not belong to the market (any more). */
  readonly life: "active" | "retiring" | null
  /** What it has come to, each kind of figure by itself. */
  readonly money: ReturnType<typeof slotsMoney>
}

/** Whole seconds from ten on, tenths below: an age is read, not computed with. */
export const roundAge = (sec: number): number => (sec < 10 ? Math.round(sec * 10) / 10 : Math.round(sec))

/** Four decimals of a percent: finer than one price step of any pair here. */
const distancePct = (price: string, market: Price | null): number | null => {
  if (market === null || market <= 0n) return null
  const marketNumber = Price.toNumber(market)
  return Math.round(((Price.toNumber(Price.parse(price)) - marketNumber) / marketNumber) * 1e6) / 1e4
}

const withDistance = <Order extends { readonly price: string }>(
  order: Order,
  market: Price | null
): Order & Distance => ({
  ...order,
  distance_pct: distancePct(order.price, market)
})

const sum = (amounts: ReadonlyArray<string>): string =>
  Quote.format(amounts.reduce((total, amount) => plus(total, Quote.parse(amount)), Quote.zero))

const accountOf = ({ status }: Observed) => {
  if (status.balances === null) return null
  const { base, quote } = status.balances
  return {
    base_total: Volume.format(base.total),
    base_hold: Volume.format(base.hold),
    base_free: Volume.format(minus(base.total, base.hold)),
    quote_total: Quote.format(quote.total),
    quote_hold: Quote.format(quote.hold),
    quote_free: Quote.format(minus(quote.total, quote.hold))
  }
}

const constraintsOf = ({ status }: Observed) =>
  status.constraints === null
    ? null
    : {
        price_decimals: status.constraints.priceDecimals,
        volume_decimals: status.constraints.volumeDecimals,
        min_volume: Volume.format(status.constraints.minVolume),
        min_cost: Quote.format(status.constraints.minCost),
        status: status.constraints.status
      }

/**
 * `open`, `sending` and `unknown` count orders now; the others count since the journal began. What was sent is open, being sent,
 * unknown, filled, cancelled or rejected; what was withdrawn never was.
 */
const ordersOf = ({ status }: Observed) => {
  const { sent, filled, cancelled, rejected, withdrawn, fills } = status.counts
  const now = { requested: 0, claimed: 0, open: 0, unknown: 0 }
  for (const order of status.live) now[order.stage]++
  return {
    open: now.open,
    sending: now.claimed,
    unknown: now.unknown,
    sent,
    filled,
    cancelled,
    rejected,
    withdrawn,
    fills
  }
}

const nameOf = ({ governor }: Observed, { slot_id }: SlotStatus): { alias?: string; life: ReportedSlot["life"] } => {
  const known = governor.slots.find(({ slot }) => slot === slot_id)
  return known === undefined ? { life: null } : { alias: known.alias, life: known.state }
}

/** A slot that is no longer of the market shows only what it still has to settle. */
const isShown =
  ({ governor }: Observed) =>
  (slot: SlotStatus): boolean =>
    governor.slots.some((known) => known.slot === slot.slot_id) || slot.orders.length + slot.recovery_orders.length > 0

/** The rebalancer knows the band alone: why that is so stands beside it, in the governor's words. */
const rebalancerOf = ({ blocks: { rebalancer }, governor }: Observed) => {
  if (rebalancer === undefined) return {}
  const hints = governor.capacity_fill_health.blocked_risk_hint
  const stands = governor.mode === "PAUSED" || governor.mode === "HALTED"
  return {
    rebalancer: {
      ...rebalancer,
      /** Why the room for orders is not normal; empty while it is. */
      capacity_hints: rebalancer.capacity_band === "normal" ? [] : hints,
      /** False: no entry is made now, so that the skew enlarges nothing. */
      in_effect: rebalancer.enabled && !stands
    }
  }
}

/** What slots that are no longer shown have left in the totals, so that the cards and this line add up to them. */
const retiredOf = ({ ledger }: Observed, gone: ReadonlyArray<SlotStatus>, market: Price | null) => ({
  slot_ids: gone.map(({ slot_id }) => slot_id),
  total_profit: sum(gone.map((slot) => slot.total_profit)),
  total_fees: sum(gone.map((slot) => slot.total_fees)),
  total_round_trips: gone.reduce((total, slot) => total + slot.total_round_trips, 0),
  today_realized_loss: sum(gone.map((slot) => slot.today_realized_loss)),
  money: slotsMoney(
    ledger,
    gone.map(({ slot_id }) => slot_id as SlotNumber),
    market
  )
})

/** Of every slot there ever was. */
const totalsOf = (slots: ReadonlyArray<SlotStatus>) => ({
  /** As the contract books it: with evicted recoveries as if closed at the market. `money` tells these apart. */
  total_profit: sum(slots.map((slot) => slot.total_profit)),
  /** As the slots count them: of positions still open too, and of exits that stand in for a trade. `money.fees_paid` are the real ones. */
  total_fees: sum(slots.map((slot) => slot.total_fees)),
  total_round_trips: slots.reduce((total, slot) => total + slot.total_round_trips, 0),
  /** The slots' `today_realized_loss` added up: since they began, as the reference counts. */
  today_realized_loss: sum(slots.map((slot) => slot.today_realized_loss))
})

/** The pair and its price. */
const marketOf = ({ status, seq }: Observed, options: ReportOptions, ageSec: number | null) => {
  const [base = "", quote = ""] = options.pair.split("/")
  return {
    pair: options.pair,
    base,
    quote,
    price: status.price === null ? null : Price.format(status.price.last),
    bid: status.price === null ? null : Price.format(status.price.bid),
    ask: status.price === null ? null : Price.format(status.price.ask),
    /** Seconds of the exchange's clock; null until a feed has spoken since this process began. */
    price_age_sec: ageSec === null ? null : roundAge(ageSec),
    /** The same in seconds of the reader's clock: another figure where the exchange's runs at another speed. */
    price_age_wall_sec: ageSec === null ? null : roundAge(ageSec / options.speed),
    /** From this age on the price is stale. */
    price_stale_after_sec: options.stalePriceMaxAgeSec,
    last_event_seq: seq,
    /** The exchange's clock as last written; null before the first. */
    venue_time: status.nowMs === 0 ? null : status.nowMs / 1_000
  }
}

/** The whole report of one moment, after record `seq`. Prices in quote per base, volumes in base, amounts in quote: all decimal text. Times are Unix seconds. */
export const reportOf = (observed: Observed, options: ReportOptions) => {
  const { status, slots, journal, seq } = observed
  const { rebalancer: _withItsCauses, ...blocks } = observed.blocks
  const [, quote = ""] = options.pair.split("/")
  const waiting = waitingFor(observed, options)
  const ageSec = priceAgeSec(observed, options)
  const market = status.price?.last ?? null
  const shown = slots.filter(isShown(observed))
  const gone = slots.filter((slot) => !isShown(observed)(slot))
  const day = dayView(status.day, observed.governor, { nowMs: status.nowMs, speed: options.speed, currency: quote })
  return {
    seq,
    ...governorPart(observed, options, day.sentence),
    ...blocks,
    ...rebalancerOf(observed),
    trading: options.trading,
    /** Nothing is waited for. */
    ready: waiting.length === 0,
    waiting_for: waiting,
    warnings: warnings(observed),
    market: marketOf(observed, options, ageSec),
    slots: shown.map((slot): ReportedSlot => ({
      ...slot,
      ...nameOf(observed, slot),
      // One price, one age: a slot itself knows only how old it was at the last clock.
      price_age_sec: slot.price_age_sec === null || ageSec === null ? null : roundAge(ageSec),
      money: slotsMoney(observed.ledger, [slot.slot_id as SlotNumber], market),
      orders: slot.orders.map((order) => withDistance(order, market)),
      recovery_orders: slot.recovery_orders.map((recovery) => withDistance(recovery, market))
    })),
    /** Of all slots, those too whose order waits to be asked for again: the governor knows the orders alone. */
    recoveries: shown.reduce((total, slot) => total + slot.recovery_orders.length, 0),
    retired_slots: retiredOf(observed, gone, market),
    ...totalsOf(slots),
    daily_realized_loss_utc: observed.governor.daily_realized_loss_utc,
    daily_loss: day,
    money: moneyOf(observed.ledger, market),
    account: accountOf(observed),
    fees: status.fees === null ? null : { maker_pct: status.fees.makerPct, taker_pct: status.fees.takerPct },
    constraints: constraintsOf(observed),
    orders: ordersOf(observed),
    journal: {
      where: journal.where,
      head: journal.head === null ? null : Math.max(journal.head, seq),
      epoch: status.epoch,
      rules_version: status.rulesVersion,
      /** Frames from outside that did not decode, since the journal began. */
      quarantined: status.counts.quarantined
    },
    /** How the chat is, of this process; null of the past. */
    telegram: observed.chat === null ? null : chatView(observed.chat.watch, observed.chat.quietNow),
    reconciled: status.reconciled !== null,
    simulator: options.simulator,
    started_at: options.startedAt
  }
}

/** All that is told of one moment. `/api/status` is its brief (`brief.ts`). */
export type StatusReport = ReturnType<typeof reportOf>

/**
 * The simulated exchange's own engine and the gateway's own fold and facts, joined without a network: what the gateway does
 * over REST and sockets happens here at once. Everything that decides (matching, refusals, holds, fees, which request is
 * worked next, what fact follows from an answer) is the production code; only the wire between them is missing, and that has
 * tests of its own.
 */
import { type Price, Quote as Quotes, Volume as Volumes } from "../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import type { OrderEvent } from "../../shared/events/families/order.ts"
import type { Fill, OrderReport } from "../../shared/exchange/port.ts"
import { apply, type Books, emptyBooks } from "../../services/exchange-sim/core/engine/books.ts"
import { amendOrder, cancelOrder, passTime } from "../../services/exchange-sim/core/engine/change.ts"
import {
  type Desk,
  holds,
  isRefusal,
  makeDesk,
  type MarketView,
  refuse
} from "../../services/exchange-sim/core/engine/desk.ts"
import type { ExchangeEvent } from "../../services/exchange-sim/records.ts"
import { matchTrade } from "../../services/exchange-sim/core/engine/match.ts"
import { placeOrder } from "../../services/exchange-sim/core/engine/place.ts"
import type { MarketPrint, MarketTrade } from "../../services/exchange-sim/core/market/process.ts"
import { quotesAfter, seenByOrders } from "../../services/exchange-sim/core/market/quote.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../services/exchange-sim/options.ts"
import {
  acceptedFacts,
  amendedFact,
  amendRefusedFact,
  claimFact,
  fillFacts,
  rejectedFact,
  reportFacts
} from "../../services/order-gateway/core/facts.ts"
import { lateFillFacts } from "../../services/order-gateway/core/lateFills.ts"
import {
  findLive,
  type GatewayState,
  type LiveOrder,
  orderOf,
  orderOfSlot
} from "../../services/order-gateway/core/state.ts"
import type { VenueJournal, VenueOptions } from "./venueJournal.ts"
import { fillOf, listedFills, reportOn } from "./fills.ts"

/** Distance of bid and ask around the last trade, percent: the simulated exchange's. */
const { spreadPct } = EXCHANGE_SIM_DEFAULTS
const DEADLINE_MS = 10_000
/** More requests than this worked at one instant is a lane that never empties. */
const MAX_REQUESTS = 10_000

/** Questions about an end, one a comparison, before the larger sums count. */
const ASKED_IN_VAIN = 3

/** The exchange and the gateway's work on it, without a network. Changed in place. */
export class Venue {
  readonly desk: Desk
  protected readonly journal: VenueJournal
  protected readonly gateway: () => GatewayState
  private last: MarketPrint | null = null
  protected nowMs: number
  protected status = "online"
  /** Every order is refused with these words; null: none is. */
  protected refusing: string | null = null
  /** The private stream is silent: what happens is found by the next comparison. */
  protected deaf = false
  /** Reports of ended orders, and lists of fills, that are yet to be behind. */
  protected misled = { reports: 0, lists: 0 }
  /** Ends that were asked for in vain, by txid: after so many the larger sums count. */
  private readonly asked = new Map<string, number>()
  /** Lanes whose first task waits for an end that the exchange's reports do not show yet. */
  protected readonly waiting = new Set<number>()

  constructor(journal: VenueJournal, gateway: () => GatewayState, options: VenueOptions) {
    this.journal = journal
    this.gateway = gateway
    this.nowMs = options.startMs
    this.desk = makeDesk(emptyBooks(), options.rules)
    const { base, quote, startMs, last = null } = options
    const created = { timeMs: startMs, salt: "SIM", pair: "XDGUSD", market: "recorded", seed: 1, base, quote }
    for (const event of options.earlier ?? [{ _tag: "Created" as const, ...created }]) apply(this.desk.books, event)
    this.last = last
  }

  /** The account, its orders and its fills, as the exchange has them. */
  get books(): Books {
    return this.desk.books
  }

  /** Open orders at the exchange. */
  get openOrders(): number {
    return this.desk.books.open.buy.length + this.desk.books.open.sell.length
  }

  /** What the account owns and what open orders hold of it, as the fact the gateway writes. */
  balances(): MarketEvent {
    const { books } = this.desk
    const held = holds(this.desk)
    return {
      _tag: "BalancesObserved",
      base: { total: books.base, hold: held.base },
      quote: { total: books.quote, hold: held.quote }
    }
  }

  /** The market trades once; resting orders trade with it, and the journal learns of it. */
  trade(trade: MarketTrade): void {
    this.last = trade
    this.nowMs = trade.timeMs
    matchTrade(this.desk, trade)
    this.tell()
  }

  /** The market trades where no order of ours is reached. */
  pass(print: MarketPrint): void {
    this.last = print
    this.nowMs = print.timeMs
  }

  /** The clock goes on, and nothing is due at the exchange by time alone. */
  set clock(nowMs: number) {
    this.nowMs = nowMs
  }

  /** Time passes without a trade. */
  passTime(nowMs: number): void {
    this.nowMs = nowMs
    passTime(this.desk, nowMs)
    this.tell()
  }

  /** Works every request the gateway's lanes hold, oldest of each lane first, until none is left. */
  work(): void {
    for (let done = 0; ; done++) {
      if (done > MAX_REQUESTS) throw new Error("the gateway's lanes never empty")
      const lane = Object.values(this.gateway().lanes).find(
        ({ slot, tasks }) => tasks.length > 0 && !this.waiting.has(slot)
      )
      const task = lane?.tasks[0]
      if (lane === undefined || task === undefined) return
      const order = orderOf(lane, task.localId)
      if (order === undefined) throw new Error(`slot ${lane.slot}: a task for order ${task.localId}, which has ended`)
      if (task._tag === "Place") this.place(lane.slot, order)
      else if (task._tag === "Cancel") this.cancel(lane.slot, order)
      else this.amend(lane.slot, order, task.price)
      this.tell()
    }
  }

  private place(slot: number, order: LiveOrder): void {
    const lane = this.gateway().lanes[slot]
    if (lane?.tasks.some((task) => task._tag === "Cancel" && task.localId === order.localId) === true) {
      return this.write(slot, [rejectedFact(order, "withdrawn before it was sent")])
    }
    this.write(slot, [claimFact(order, this.nowMs + DEADLINE_MS)])
    const { side, price, volume, clientId, postOnly } = order
    const refusal = this.refusal()
    const placed =
      refusal ??
      placeOrder(
        this.desk,
        this.view(),
        { side, price, volume, clientId, userref: null, postOnly, timeInForce: "gtc", expireMs: null },
        { nowMs: this.nowMs, deadlineMs: null, validate: false }
      )
    const live = orderOfSlot(this.gateway(), slot, order.localId)
    if (live === undefined) throw new Error(`slot ${slot}: order ${order.localId} ended while it was placed`)
    if (isRefusal(placed)) this.write(slot, [rejectedFact(live, placed.error)])
    else this.write(slot, acceptedFacts(live, placed.txid ?? ""))
  }

  private cancel(slot: number, order: LiveOrder): void {
    if (order.txid === null) throw new Error(`order ${order.localId}: a cancel before it was accepted`)
    const cancelled = cancelOrder(this.desk, { by: "txid", txid: order.txid }, this.nowMs)
    if (isRefusal(cancelled) && cancelled.error !== "EOrder:Unknown order") {
      throw new Error(`order ${order.localId}: cancel refused: ${cancelled.error}`)
    }
    if (isRefusal(cancelled) || this.deaf) this.askEnd(slot, order)
  }

  /** The order has ended without the journal: its report says how, or waits for the next comparison. */
  protected askEnd(slot: number, order: LiveOrder): void {
    const report = order.txid === null ? null : this.reportOf(order.txid)
    if (report === null || order.txid === null) return
    const asked = (this.asked.get(order.txid) ?? 0) + 1
    this.asked.set(order.txid, asked)
    const facts = reportFacts(order, report, { final: asked >= ASKED_IN_VAIN, amending: false })
    this.write(slot, facts)
    if (facts.length === 0) this.waiting.add(slot)
    else this.asked.delete(order.txid)
  }

  private amend(slot: number, order: LiveOrder, price: Price): void {
    if (order.txid === null) throw new Error(`order ${order.localId}: an amendment before it was accepted`)
    if (this.desk.books.orders.get(order.txid)?.status !== "open") return this.askEnd(slot, order)
    const amended = amendOrder(
      this.desk,
      this.view(),
      { target: { by: "txid", txid: order.txid }, volume: null, price, postOnly: true, deadlineMs: null },
      this.nowMs
    )
    this.write(slot, [isRefusal(amended) ? amendRefusedFact(order, amended.error) : amendedFact(order, price)])
  }

  /** What happened at the exchange, as the facts that the gateway makes of it; then what the account owns now. */
  protected tell(): void {
    const happened = this.desk.happened.splice(0)
    if (happened.length === 0 || this.deaf) return
    for (const event of happened) {
      const told = this.factsOf(event)
      if (told !== null) this.write(told.slot, told.facts)
    }
    this.journal.append(this.journal.subjects.account, this.nowMs, this.balances())
  }

  private factsOf(event: ExchangeEvent): { readonly slot: number; readonly facts: ReadonlyArray<OrderEvent> } | null {
    if (event._tag !== "Filled" && event._tag !== "Canceled" && event._tag !== "Expired") return null
    const order = this.desk.books.orders.get(event.txid)
    if (order === undefined) throw new Error(`the exchange tells of ${event.txid}, which it does not have`)
    if (order.clientId === null) return null
    const live = findLive(this.gateway(), order.clientId, event.txid)
    const ended = live === null ? this.gateway().ended.find(({ txid }) => txid === event.txid) : undefined
    if (ended !== undefined) {
      return { slot: ended.slot, facts: event._tag === "Filled" ? lateFillFacts(ended, [fillOf(event)]) : [] }
    }
    if (live === null) throw new Error(`the exchange tells of ${event.txid}, which the journal does not have alive`)
    if (event._tag === "Filled") return { slot: live.slot, facts: fillFacts(live.order, fillOf(event)) }
    const report = this.reportOf(event.txid)
    return report === null ? null : { slot: live.slot, facts: reportFacts(live.order, report) }
  }

  /** An order as it is; null: there is none. */
  protected listed(txid: string): OrderReport | null {
    const order = this.desk.books.orders.get(txid)
    return order === undefined ? null : reportOn(order)
  }

  /** What the exchange's list says of an order, which may be behind; null: it has none. */
  protected reportOf(txid: string): OrderReport | null {
    const report = this.listed(txid)
    if (report === null || report.status === "open" || this.misled.reports <= 0) return report
    this.misled.reports--
    const { baseFee: _none, ...others } = report
    return {
      ...others,
      status: "canceled",
      filledVolume: Volumes.zero,
      cost: Quotes.zero,
      fee: Quotes.zero,
      reason: null
    }
  }

  /** Every fill of an order, as a list has it. */
  protected fillsOf(txid: string): ReadonlyArray<Fill> {
    return listedFills(this.desk.books, txid)
  }

  private refusal() {
    if (this.refusing !== null) return refuse(this.refusing)
    return this.status === "cancel_only" ? refuse("EService:Market in cancel_only mode") : null
  }

  protected note(event: MarketEvent): void {
    this.journal.append(this.journal.subjects.account, this.nowMs, event)
  }

  protected write(slot: number, facts: ReadonlyArray<OrderEvent>): void {
    const [first, ...more] = facts
    if (first !== undefined) this.journal.append(this.journal.subjects.order(slot), this.nowMs, first, ...more)
  }

  protected view(): MarketView {
    if (this.last === null) throw new Error("an order before the market's first trade")
    return seenByOrders(quotesAfter(this.last, { priceDecimals: this.desk.rules.priceDecimals, spreadPct }))
  }
}

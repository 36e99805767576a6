/**
 * The exchange of a simulated world: the simulator's own engine on a market that trades, with everything that a real one does to an
 * account beside its client. What it knows of the past is kept, so that its lists may be behind.
 */
import type { Life } from "../../../app/inProcess/life.ts"
import { fillOf, listedFills, reportOn } from "../../../app/inProcess/fills.ts"
import { apply, emptyBooks, openOrders } from "../../../services/exchange-sim/core/engine/books.ts"
import { type ByHand, doByHand, movedByOthers } from "../../../services/exchange-sim/core/engine/byHand.ts"
import { amendOrder, cancelOrder } from "../../../services/exchange-sim/core/engine/change.ts"
import {
  type Desk,
  holds,
  isRefusal,
  makeDesk,
  type MarketView,
  RATE_EXCEEDED,
  refuse,
  type Rules
} from "../../../services/exchange-sim/core/engine/desk.ts"
import { matchTrade } from "../../../services/exchange-sim/core/engine/match.ts"
import { feeParts } from "../../../services/exchange-sim/core/engine/money.ts"
import { fillOrder } from "../../../services/exchange-sim/core/engine/fill.ts"
import { type Order, remaining } from "../../../services/exchange-sim/core/engine/order.ts"
import { placeOrder } from "../../../services/exchange-sim/core/engine/place.ts"
import type { MarketTrade } from "../../../services/exchange-sim/core/market/process.ts"
import { quotesAfter, seenByOrders } from "../../../services/exchange-sim/core/market/quote.ts"
import type { ExchangeEvent } from "../../../services/exchange-sim/records.ts"
import { type Price, type Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type {
  Balances,
  ExecutionEvent,
  Fees,
  Fill,
  LimitOrder,
  OrderReport,
  PairConstraints,
  Ticker
} from "../../../shared/exchange/port.ts"

/** How the book around the last trade looks. */
const SPREAD_PCT = 0.01

/** What an account begins with. */
export interface Founding {
  readonly base: Volume
  readonly quote: Quote
  readonly rules: Rules
  readonly makerPct: number
  readonly takerPct: number
}

/** A moment of one order, or of the account. */
interface Then<A> {
  readonly atMs: number
  readonly is: A
}

/** By how much lists of orders are behind, and what they say of executions behind that; exchange milliseconds. */
export interface ListLags {
  readonly listsLagMs: number
  readonly sumsLagMs: number
}

/** Moments kept of each: lists are behind by a minute at the most. */
const MOMENTS_KEPT = 64

/** What the newest moment up to `atMs` was; undefined: there was none yet. */
const asOf = <A>(moments: ReadonlyArray<Then<A>>, atMs: number): A | undefined =>
  moments.findLast((moment) => moment.atMs <= atMs)?.is

/** Books, a market, and life beside the client. Times are the exchange's. */
export class SimulatedExchange {
  readonly desk: Desk
  /** What the account began with. */
  readonly founding: Pick<Founding, "base" | "quote">
  last: MarketTrade
  status = "online"
  makerPct: number
  takerPct: number
  /** Every order is refused with these words; null: none is. */
  refusing: string | null = null
  /** Requests that were one too many for the trading counter. */
  overLimit = 0
  /** How often each client id was opened here. */
  readonly openings = new Map<string, number>()
  private readonly orderMoments = new Map<string, Array<Then<Order>>>()
  private readonly accountMoments: Array<Then<Balances>> = []
  private readonly told: (event: ExecutionEvent) => void
  private readonly clockMs: () => number

  /** `clockMs`: its clock, whole milliseconds; `told`: what the private stream says. */
  constructor(founding: Founding, first: MarketTrade, clockMs: () => number, told: (event: ExecutionEvent) => void) {
    const { base, quote, rules, makerPct, takerPct } = founding
    this.founding = { base, quote }
    this.desk = makeDesk(emptyBooks(), rules)
    this.last = first
    this.clockMs = clockMs
    this.makerPct = makerPct
    this.takerPct = takerPct
    this.told = told
    const { timeMs } = first
    apply(this.desk.books, {
      _tag: "Created",
      timeMs,
      salt: "SIM",
      pair: "XDGUSD",
      market: "recorded",
      seed: 1,
      base,
      quote
    })
    this.keepAccount()
  }

  /** The market trades once, and orders that rest with it. */
  trade(trade: MarketTrade): void {
    this.last = trade
    matchTrade(this.desk, trade)
    this.tell()
  }

  /** Its clock: never before the last trade. */
  get nowMs(): number {
    return Math.max(this.clockMs(), this.last.timeMs)
  }

  get ticker(): Ticker {
    return { ...quotesAfter(this.last, { priceDecimals: 6, spreadPct: SPREAD_PCT }), last: this.last.price }
  }

  /** The exchange's word on an order: its id, or why not. */
  place(order: LimitOrder): { readonly txid: string | null } | { readonly error: string } {
    const refusal = this.refusing ?? (this.status === "cancel_only" ? "EService:Market in cancel_only mode" : null)
    if (refusal !== null) return refuse(refusal)
    const { side, price, volume, clientId, postOnly, deadlineMs } = order
    const terms = {
      side,
      price,
      volume,
      clientId,
      userref: null,
      postOnly,
      timeInForce: "gtc",
      expireMs: null
    } as const
    return this.done(placeOrder(this.desk, this.view(), terms, { nowMs: this.nowMs, deadlineMs, validate: false }))
  }

  cancel(txid: string): object {
    return this.done(cancelOrder(this.desk, { by: "txid", txid }, this.nowMs))
  }

  amend(txid: string, price: Price): object {
    const target = { by: "txid", txid } as const
    return this.done(
      amendOrder(this.desk, this.view(), { target, volume: null, price, postOnly: true, deadlineMs: null }, this.nowMs)
    )
  }

  /** Lists as they were so long ago. */
  openOrders(lags: ListLags): ReadonlyArray<OrderReport> {
    // As it is now the books say it; of all that ever were only a list that is behind.
    if (lags.listsLagMs === 0 && lags.sumsLagMs === 0) return openOrders(this.desk.books).map(reportOn)
    return this.allOrders(lags).filter(({ status }) => status === "open")
  }

  orders(txids: ReadonlyArray<string>, lags: ListLags): ReadonlyArray<OrderReport> {
    return txids.flatMap((txid) => this.listed(this.orderMoments.get(txid) ?? [], lags))
  }

  byClientId(clientId: string, lags: ListLags): ReadonlyArray<OrderReport> {
    return this.allOrders(lags)
      .filter((order) => order.clientId === clientId)
      .toSorted((a, b) => b.openedMs - a.openedMs)
  }

  fills(fromMs: number, toMs: number, lagMs: number): ReadonlyArray<Fill> {
    const untilMs = Math.min(toMs, this.nowMs - lagMs)
    const txids = new Set(
      this.desk.books.fills.flatMap(({ timeMs, txid }) => (timeMs > fromMs && timeMs <= untilMs ? [txid] : []))
    )
    return [...txids]
      .flatMap((txid) => listedFills(this.desk.books, txid))
      .filter(({ timeMs }) => timeMs > fromMs && timeMs <= untilMs)
      .toSorted((a, b) => a.timeMs - b.timeMs)
  }

  balances(lagMs: number): Balances {
    const then = asOf(this.accountMoments, this.nowMs - lagMs) ?? this.accountMoments[0]?.is
    if (then === undefined) throw new Error("an account without a beginning")
    return then
  }

  get constraints(): PairConstraints {
    const { priceDecimals, volumeDecimals, minVolume, minCost } = this.desk.rules
    return { priceDecimals, volumeDecimals, minVolume, minCost, status: this.status }
  }

  get fees(): Fees {
    return { makerPct: this.makerPct, takerPct: this.takerPct }
  }

  /** Something happens beside the client's own calls. Not each kind of `Life` is the exchange's: some are the wire's. */
  live(life: Life): void {
    switch (life._tag) {
      case "ByHand":
        return this.byHand(life.what)
      case "OneOrder": {
        const ours = openOrders(this.desk.books).filter(({ clientId }) => clientId !== null)
        const order = ours[life.nth % Math.max(1, ours.length)]
        return order === undefined ? undefined : this.byHand({ ...life.what, txid: order.txid })
      }
      case "TradeByHand": {
        const { side, volume } = life
        const { bid, ask } = this.view()
        return this.byHand({ act: "place", side, price: side === "buy" ? ask : bid, volume })
      }
      case "Rounded":
        this.desk.roundedFills = life.units
        return
      case "FeesIn":
        this.desk.feesIn = life.currency
        return
      case "Refusing":
        this.refusing = life.words
        return
      case "Terms": {
        const { rules, status, makerPct } = life
        if (makerPct !== undefined) this.makerPct = makerPct
        const makerFee = feeParts(this.makerPct)
        this.desk.rules = { ...this.desk.rules, ...rules, makerFee }
        this.status = status ?? this.status
        return
      }
      case "Deaf":
      case "Misled":
      case "Compare":
        return
    }
  }

  /** Others trade with our order that is the one at `nth` of those open (modulo their number), or with all: so much of what is left. */
  tradeWith(nth: number | "all", share: number): void {
    const ours = openOrders(this.desk.books).filter(({ clientId }) => clientId !== null)
    const meant = nth === "all" ? ours : ours.slice(nth % Math.max(1, ours.length)).slice(0, 1)
    for (const order of meant) {
      const volume = ((BigInt(Math.round(share * 1_000)) * remaining(order)) / 1_000n) as Volume
      if (volume <= 0n) continue
      fillOrder(this.desk, order, { price: order.price, volume, liquidity: "maker", timeMs: this.nowMs })
    }
    this.tell()
  }

  /** What others have brought to the account, or taken from it. */
  get elsewhere(): { readonly base: bigint; readonly quote: bigint } {
    return movedByOthers(this.desk.books)
  }

  get openCount(): number {
    return this.desk.books.open.buy.length + this.desk.books.open.sell.length
  }

  private byHand(what: ByHand): void {
    // More than there is cannot be taken away.
    const { base, quote } = this.balances(0)
    if (what.act === "move" && (base.total - base.hold + what.base < 0n || quote.total - quote.hold + what.quote < 0n))
      return
    doByHand(this.desk, this.view(), what, this.nowMs)
    this.tell()
  }

  private done<A extends object>(answer: A): A {
    if (isRefusal(answer) && answer.error === RATE_EXCEEDED) this.overLimit++
    this.tell()
    return answer
  }

  private allOrders(lags: ListLags): ReadonlyArray<OrderReport> {
    return [...this.orderMoments.values()].flatMap((moments) => this.listed(moments, lags))
  }

  /** The order as a list has it: none, where it is too new. What it has traded may be older than how it stands. */
  private listed(moments: ReadonlyArray<Then<Order>>, { listsLagMs, sumsLagMs }: ListLags): ReadonlyArray<OrderReport> {
    const order = asOf(moments, this.nowMs - listsLagMs)
    if (order === undefined) return []
    if (sumsLagMs === 0) return [reportOn(order)]
    const before = asOf(moments, this.nowMs - listsLagMs - sumsLagMs) ?? moments[0]?.is ?? order
    const { filled, cost, fee, feeBase } = before
    return [reportOn({ ...order, filled, cost, fee, feeBase })]
  }

  private view(): MarketView {
    return seenByOrders(this.ticker)
  }

  private keepAccount(): void {
    const { base, quote } = this.desk.books
    const held = holds(this.desk)
    const is: Balances = { base: { total: base, hold: held.base }, quote: { total: quote, hold: held.quote } }
    this.accountMoments.push({ atMs: this.nowMs, is })
    if (this.accountMoments.length > 4 * MOMENTS_KEPT) this.accountMoments.splice(0, MOMENTS_KEPT)
  }

  private tell(): void {
    const happened = this.desk.happened.splice(0)
    for (const event of happened) this.keep(event)
    if (happened.length > 0) this.keepAccount()
    for (const event of happened) for (const said of this.saidOf(event)) this.told(said)
  }

  private keep(event: ExchangeEvent): void {
    if (!("txid" in event)) return
    const order = this.desk.books.orders.get(event.txid)
    if (order === undefined) return
    if (event._tag === "Opened" && order.clientId !== null)
      this.openings.set(order.clientId, (this.openings.get(order.clientId) ?? 0) + 1)
    const moments = this.orderMoments.get(event.txid) ?? []
    moments.push({ atMs: this.nowMs, is: order })
    if (moments.length > MOMENTS_KEPT) moments.splice(0, 1)
    this.orderMoments.set(event.txid, moments)
  }

  private saidOf(event: ExchangeEvent): ReadonlyArray<ExecutionEvent> {
    if (event._tag !== "Opened" && event._tag !== "Filled" && event._tag !== "Canceled" && event._tag !== "Expired")
      return []
    const { txid } = event
    const { clientId = null, reason = null } = this.desk.books.orders.get(txid) ?? {}
    switch (event._tag) {
      case "Opened":
        return [{ _tag: "Accepted", txid, clientId }]
      case "Filled": {
        const filled: ExecutionEvent = { _tag: "Filled", fill: fillOf(event), clientId }
        return event.complete ? [filled, { _tag: "Ended", txid, clientId, status: "closed", reason: null }] : [filled]
      }
      case "Canceled":
        return [{ _tag: "Ended", txid, clientId, status: "canceled", reason }]
      case "Expired":
        return [{ _tag: "Ended", txid, clientId, status: "expired", reason }]
    }
  }
}

/** A trade before the first, so that there is a price. */
export const firstTrade = (timeMs: number, price: Price): MarketTrade => ({
  timeMs,
  price,
  volume: Volume.zero,
  takerSide: "sell"
})

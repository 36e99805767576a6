/** Placing orders: one, or a batch. An accepted order has an id whatever happens to it next. */
import type { Volume } from "../../../../shared/core/decimal/decimal.ts"
import { checkDeadline, checkOrder, crosses } from "./check.ts"
import { charge, type Desk, emit, isRefusal, type MarketView, RATE_EXCEEDED, type Refusal, refuse } from "./desk.ts"
import { fillOrder } from "./fill.ts"
import { orderId } from "./ids.ts"
import { ADD_COST, batchAddCost } from "./limits.ts"
import { type Order, type OrderTerms, remaining } from "./order.ts"
import type { Opened } from "../../records.ts"

/** How an order is to be placed, beside its terms. */
export interface PlaceOptions {
  readonly nowMs: number
  /** The engine refuses rather than place the order after this instant; null: no such wish. */
  readonly deadlineMs: number | null
  /** Check only: nothing is placed and there is no txid. */
  readonly validate: boolean
}

/** What the client gets of an accepted order. */
export interface Placed {
  /** Null with `validate`. */
  readonly txid: string | null
}

/** Why a post-only order was canceled that would have traded at once. */
export const POST_ONLY_REASON = "Post only order"
/** Why the rest of an `ioc` order was canceled. */
export const IOC_REASON = "Immediate or cancel order"

/** One order. The fixed cost on the trading counter is charged also when a check then refuses it. */
export const placeOrder = (
  desk: Desk,
  view: MarketView,
  terms: OrderTerms,
  options: PlaceOptions
): Placed | Refusal => {
  if (!charge(desk, ADD_COST, options.nowMs)) return refuse(RATE_EXCEEDED)
  return tooLate(desk, options) ?? accept(desk, view, terms, options)
}

/** Two to fifteen orders; each is accepted or refused on its own, in the order given. */
export const placeBatch = (
  desk: Desk,
  view: MarketView,
  batch: ReadonlyArray<OrderTerms>,
  options: PlaceOptions
): ReadonlyArray<Placed | Refusal> | Refusal => {
  if (batch.length < 2 || batch.length > 15) return refuse("EGeneral:Invalid arguments:orders")
  if (!charge(desk, batchAddCost(batch.length), options.nowMs)) return refuse(RATE_EXCEEDED)
  return tooLate(desk, options) ?? batch.map((terms) => accept(desk, view, terms, options))
}

const tooLate = ({ deadlines }: Desk, { deadlineMs, nowMs }: PlaceOptions): Refusal | null => {
  // One that lies too far ahead says nothing of how long the order was on its way.
  if (deadlineMs !== null) deadlines[deadlineMs > nowMs ? "kept" : "missed"]++
  return checkDeadline(deadlineMs, nowMs)
}

const accept = (
  desk: Desk,
  view: MarketView,
  terms: OrderTerms,
  { nowMs, validate }: PlaceOptions
): Placed | Refusal => {
  const refusal = checkOrder(desk, terms, nowMs)
  if (refusal !== null) return refusal
  if (validate) return { txid: null }
  const txid = orderId(desk.books.salt, desk.books.orders.size)
  const crossing = crosses(view, terms)
  const queueAhead = crossing ? (0n as Volume) : view.restingAt(terms.side, terms.price)
  emit(desk, openedAs(txid, nowMs, terms, queueAhead))
  if (crossing && terms.postOnly) emit(desk, { _tag: "Canceled", timeMs: nowMs, txid, reason: POST_ONLY_REASON })
  // One that stands apart from the market takes nothing; most do.
  else if (crossing || terms.timeInForce === "ioc") takeOffers(desk, view, txid, nowMs)
  return { txid }
}

const openedAs = (txid: string, timeMs: number, terms: OrderTerms, queueAhead: Volume): Opened => ({
  _tag: "Opened",
  timeMs,
  txid,
  side: terms.side,
  price: terms.price,
  volume: terms.volume,
  clientId: terms.clientId,
  userref: terms.userref,
  postOnly: terms.postOnly,
  timeInForce: terms.timeInForce,
  expireMs: terms.expireMs,
  queueAhead
})

/** Takes what the market offers at the limit or better; the rest of an `ioc` order is canceled, of others it rests. */
export const takeOffers = (desk: Desk, view: MarketView, txid: string, nowMs: number): void => {
  let order = openOrder(desk, txid)
  if (isRefusal(order)) return
  for (const offer of view.offers(order.side)) {
    const within = order.side === "buy" ? offer.price <= order.price : offer.price >= order.price
    if (!within || order.status !== "open") break
    const want = remaining(order)
    const volume = offer.volume < want ? offer.volume : want
    order = fillOrder(desk, order, { price: offer.price, volume, liquidity: "taker", timeMs: nowMs })
  }
  if (order.status === "open" && order.timeInForce === "ioc") {
    emit(desk, { _tag: "Canceled", timeMs: nowMs, txid, reason: IOC_REASON })
  }
}

/**
 * An open order by id. Kraken tells two kinds of absence apart: an order that is gone is unknown, an id it never gave
 * out is invalid.
 */
export const openOrder = (desk: Desk, txid: string): Order | Refusal => {
  const order = desk.books.orders.get(txid)
  if (order === undefined) return refuse("EOrder:Invalid order")
  return order.status === "open" ? order : refuse("EOrder:Unknown order")
}

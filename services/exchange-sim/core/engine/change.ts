/** Amending and canceling, and the dead man's switch. */
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { openOrders } from "./books.ts"
import { checkDeadline, checkFigures, checkFunds, crosses } from "./check.ts"
import { charge, type Desk, emit, isRefusal, type MarketView, RATE_EXCEEDED, type Refusal, refuse } from "./desk.ts"
import { amendId } from "./ids.ts"
import { amendCost, cancelCost } from "./limits.ts"
import type { Order } from "./order.ts"
import { openOrder, POST_ONLY_REASON, takeOffers } from "./place.ts"

/** How a client names an order. */
export type Target =
  | { readonly by: "txid"; readonly txid: string }
  | { readonly by: "clientId"; readonly clientId: string }
  | { readonly by: "userref"; readonly userref: number }

/** The open orders meant: at most one, but every order with that userref. Never an empty list. */
export const find = (desk: Desk, target: Target): ReadonlyArray<Order> | Refusal => {
  switch (target.by) {
    case "txid": {
      const order = openOrder(desk, target.txid)
      return isRefusal(order) ? order : [order]
    }
    case "clientId": {
      const order = openOrder(desk, desk.books.openClientIds.get(target.clientId) ?? "")
      return isRefusal(order) ? refuse("EOrder:Unknown order") : [order]
    }
    case "userref": {
      const found = openOrders(desk.books).filter(({ userref }) => userref === target.userref)
      return found.length > 0 ? found : refuse("EOrder:Unknown order")
    }
  }
}

/** What is to become of an open order. */
export interface Amendment {
  readonly target: Target
  /** The new total, fills included; null leaves it. */
  readonly volume: Volume | null
  readonly price: Price | null
  /** Refused when the new price would trade at once. */
  readonly postOnly: boolean
  /** Not carried out after this instant; null: no such wish. */
  readonly deadlineMs: number | null
}

/**
 * Changes size or price in place: ids and fills stay. A smaller size keeps the place in the queue, anything else loses
 * it. A total at or below the filled part cancels the rest.
 */
export const amendOrder = (
  desk: Desk,
  view: MarketView,
  amendment: Amendment,
  nowMs: number
): { readonly amendId: string } | Refusal => {
  const found = find(desk, amendment.target)
  const order = isRefusal(found) ? undefined : found[0]
  if (!charge(desk, amendCost(order === undefined ? null : nowMs - order.touchedMs), nowMs))
    return refuse(RATE_EXCEEDED)
  if (isRefusal(found)) return found
  const late = checkDeadline(amendment.deadlineMs, nowMs)
  if (late !== null) return late
  if (order === undefined) return refuse("EOrder:Unknown order")
  if (amendment.volume === null && amendment.price === null) return refuse("EGeneral:Invalid arguments")
  return change(desk, view, order, amendment, nowMs)
}

const change = (desk: Desk, view: MarketView, order: Order, amendment: Amendment, nowMs: number) => {
  const volume = amendment.volume ?? order.volume
  const price = amendment.price ?? order.price
  const { txid } = order
  const id = amendId(desk.books.salt, desk.books.amends)
  const amended = { _tag: "Amended", timeMs: nowMs, txid, amendId: id } as const
  if (volume <= order.filled) {
    const { queueAhead } = order
    emit(desk, { ...amended, volume: order.volume, price: order.price, keepsPlace: true, queueAhead })
    emit(desk, { _tag: "Canceled", timeMs: nowMs, txid, reason: "User requested" })
    return { amendId: id }
  }
  const terms = { ...order, volume, price }
  const refusal = checkFigures(desk.rules, terms) ?? checkFunds(desk, terms, order)
  if (refusal !== null) return refusal
  const crossing = crosses(view, terms)
  // The amended order stays what it was; only the order it replaces would have been canceled.
  if (crossing && (order.postOnly || amendment.postOnly)) return refuse(`EOrder:${POST_ONLY_REASON}`)
  const keepsPlace = price === order.price && volume <= order.volume
  const queueAhead = keepsPlace ? order.queueAhead : crossing ? (0n as Volume) : view.restingAt(order.side, price)
  emit(desk, { ...amended, volume, price, keepsPlace, queueAhead })
  takeOffers(desk, view, txid, nowMs)
  return { amendId: id }
}

/** How many orders a cancel has ended. */
export interface Canceling {
  readonly count: number
}

/** Cancels the orders of one target: one order, or every order with a userref. */
export const cancelOrder = (desk: Desk, target: Target, nowMs: number): Canceling | Refusal => {
  const found = find(desk, target)
  return isRefusal(found) ? found : cancelFound(desk, found, nowMs)
}

/** Cancels many at once; those that are gone already are left out of the count, unless every one of them is. */
export const cancelBatch = (desk: Desk, targets: ReadonlyArray<Target>, nowMs: number): Canceling | Refusal => {
  if (targets.length < 1 || targets.length > 50) return refuse("EGeneral:Invalid arguments:orders")
  const found = targets.map((target) => find(desk, target))
  const orders = [...new Set(found.flatMap((each) => (isRefusal(each) ? [] : each)))]
  const [refusal] = found.filter(isRefusal)
  return orders.length === 0 && refusal !== undefined ? refusal : cancelFound(desk, orders, nowMs)
}

const cancelFound = (desk: Desk, orders: ReadonlyArray<Order>, nowMs: number): Canceling | Refusal => {
  const cost = orders.reduce((sum, order) => sum + cancelCost(nowMs - order.touchedMs), 0)
  if (!charge(desk, cost, nowMs)) return refuse(RATE_EXCEEDED)
  return cancelThese(desk, orders, "User requested", nowMs)
}

/** Every open order. Costs nothing on the counter, as it is the way out of trouble. */
export const cancelAll = (desk: Desk, nowMs: number, reason = "User requested"): Canceling =>
  cancelThese(desk, openOrders(desk.books), reason, nowMs)

const cancelThese = (desk: Desk, orders: ReadonlyArray<Order>, reason: string, nowMs: number): Canceling => {
  for (const { txid } of orders) emit(desk, { _tag: "Canceled", timeMs: nowMs, txid, reason })
  return { count: orders.length }
}

/** Arms the dead man's switch for `timeoutSec` from now (below one day); 0 switches it off. */
export const cancelAllAfter = (
  desk: Desk,
  timeoutSec: number,
  nowMs: number
): { readonly triggerMs: number | null } | Refusal => {
  if (!Number.isInteger(timeoutSec) || timeoutSec < 0 || timeoutSec >= 86_400) {
    return refuse("EGeneral:Invalid arguments:timeout")
  }
  const triggerMs = timeoutSec === 0 ? null : nowMs + timeoutSec * 1_000
  emit(desk, { _tag: "CancelTimerSet", timeMs: nowMs, triggerMs })
  return { triggerMs }
}

/** What time alone does until `nowMs`: orders expire, and the dead man's switch fires. */
export const passTime = (desk: Desk, nowMs: number): void => {
  const { books } = desk
  const triggerMs = books.cancelAllAtMs
  if (triggerMs !== null && triggerMs <= nowMs) {
    cancelAll(desk, triggerMs, "CancelAllOrdersAfter Timeout")
    emit(desk, { _tag: "CancelTimerSet", timeMs: triggerMs, triggerMs: null })
  }
  const ends = ({ expireMs }: Order) => expireMs !== null && expireMs <= nowMs
  // Asked at every trade of the market: sorting is left to the rare time when something does end.
  if (!books.open.buy.some(ends) && !books.open.sell.some(ends)) return
  for (const { txid, expireMs } of openOrders(books).filter(ends)) {
    emit(desk, { _tag: "Expired", timeMs: expireMs ?? nowMs, txid })
  }
}

/** Whether an order may be placed: a ladder of refusals, each with Kraken's text. */
import { type Desk, heldFee, holds, type MarketView, type Refusal, refuse, type Rules } from "./desk.ts"
import { buyHold, fillCost } from "./money.ts"
import type { Order, OrderTerms } from "./order.ts"

/** The deadline of a request must lie so far ahead when it arrives; after it nothing is placed. */
export const DEADLINE_AHEAD_MS = { min: 0, max: 60_000 }

/**
 * Kraken asks for 2 to 60 s ahead; one that has come nearer on the way is still good until it has passed. Null: none given.
 */
export const checkDeadline = (deadlineMs: number | null, nowMs: number): Refusal | null => {
  if (deadlineMs === null) return null
  if (deadlineMs - nowMs > DEADLINE_AHEAD_MS.max) return refuse("EGeneral:Invalid arguments:deadline")
  return deadlineMs - nowMs <= DEADLINE_AHEAD_MS.min ? refuse("EService:Deadline elapsed") : null
}

/** Prices and volumes: positive, within the decimals of the pair, not below its minima. */
export const checkFigures = (rules: Rules, { price, volume }: Pick<OrderTerms, "price" | "volume">): Refusal | null => {
  if (price <= 0n) return refuse("EOrder:Invalid price")
  if (volume <= 0n) return refuse("EGeneral:Invalid arguments:volume")
  if (price % 10n ** BigInt(10 - rules.priceDecimals) !== 0n) return refuse("EOrder:Tick size check failed")
  if (volume % 10n ** BigInt(8 - rules.volumeDecimals) !== 0n) return refuse("EGeneral:Invalid arguments:volume")
  if (volume < rules.minVolume) return refuse("EOrder:Order minimum not met")
  return fillCost(price, volume) < rules.minCost ? refuse("EOrder:Cost minimum not met") : null
}

/** A UUID, 32 hex digits, or up to 18 lower-case letters, digits, `-` and `_`. */
const CLIENT_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[a-z0-9_-]{1,18})$/

/** A client id must have one of Kraken's three shapes, stand without a userref, and be unique among open orders. */
export const checkClientId = (desk: Desk, { clientId, userref }: OrderTerms): Refusal | null => {
  if (clientId === null) return null
  if (!CLIENT_ID.test(clientId) || userref !== null) return refuse("EGeneral:Invalid arguments:cl_ord_id")
  return desk.books.openClientIds.has(clientId) ? refuse("EGeneral:Invalid arguments:cl_ord_id not unique") : null
}

/** Free funds must cover what the order would hold; `replaced` is an open order whose own hold becomes free. */
export const checkFunds = (desk: Desk, terms: OrderTerms, replaced?: Order): Refusal | null => {
  const held = holds(desk, replaced)
  const { price, volume, side } = terms
  const wanting = (replaced === undefined ? volume : volume - replaced.filled) as typeof volume
  const short =
    side === "sell"
      ? desk.books.base - held.base < wanting
      : desk.books.quote - held.quote < buyHold(price, wanting, heldFee(desk.rules, terms))
  return short ? refuse("EOrder:Insufficient funds") : null
}

/** Whether a limit would trade at once. */
export const crosses = (view: MarketView, { side, price }: Pick<OrderTerms, "side" | "price">): boolean =>
  side === "buy" ? price >= view.ask : price <= view.bid

/** All refusals of one new order, in the order in which the exchange looks. */
export const checkOrder = (desk: Desk, terms: OrderTerms, nowMs: number): Refusal | null => {
  const openCount = desk.books.open.buy.length + desk.books.open.sell.length
  if (terms.timeInForce === "gtd" && (terms.expireMs === null || terms.expireMs <= nowMs)) {
    return refuse("EGeneral:Invalid arguments:expiretm")
  }
  if (terms.postOnly && terms.timeInForce === "ioc") return refuse("EGeneral:Invalid arguments:timeinforce")
  return (
    checkFigures(desk.rules, terms) ??
    checkClientId(desk, terms) ??
    (openCount >= desk.rules.maxOpenOrders ? refuse("EOrder:Orders limit exceeded") : null) ??
    checkFunds(desk, terms)
  )
}

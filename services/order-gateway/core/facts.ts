/**
 * From what the exchange says of an order to the facts that are missing in the journal. Pure, and safe to ask twice:
 * what is recorded already gives nothing.
 */
import type { Txid } from "../../../shared/core/ids/kinds.ts"
import { minus, plus, Price, type Quote, type Volume } from "../../../shared/core/decimal/decimal.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import type { Fill, OrderReport } from "../../../shared/exchange/port.ts"
import type { LiveOrder } from "./state.ts"

const identity = (order: LiveOrder) => ({ clientId: order.clientId, localId: order.localId })

const because =
  (_tag: "OrderRejected" | "OrderUnknown" | "AmendRefused") =>
  (order: LiveOrder, cause: string): OrderEvent => ({ _tag, ...identity(order), cause })

/** The order stands at the exchange under `txid`; nothing when that is known. */
export const acceptedFacts = (order: LiveOrder, txid: Txid): ReadonlyArray<OrderEvent> =>
  order.stage === "open" ? [] : [{ _tag: "OrderAccepted", ...identity(order), txid }]

/** One fill, with the acceptance if nobody has reported it yet, and the end of the order if this completes it. */
export const fillFacts = (order: LiveOrder, fill: Fill): ReadonlyArray<OrderEvent> => {
  if (order.execIds.includes(fill.execId)) return []
  const filled = plus(order.filled, fill.volume)
  const facts: Array<OrderEvent> = [
    ...acceptedFacts(order, fill.txid),
    {
      _tag: "FillRecorded",
      ...identity(order),
      txid: fill.txid,
      execId: fill.execId,
      price: fill.price,
      volume: fill.volume,
      cost: fill.cost,
      fee: fill.fee,
      liquidity: fill.liquidity
    }
  ]
  if (filled === order.volume) {
    facts.push({
      _tag: "OrderFilled",
      ...identity(order),
      txid: fill.txid,
      ...totals(order, filled, plus(order.cost, fill.cost), plus(order.fee, fill.fee))
    })
  }
  return facts
}

/** Nothing more can happen to an order that the exchange reports so. */
export const hasEnded = ({ status }: OrderReport): boolean => status !== "open" && status !== "pending"

/**
 * What the exchange's report of the order adds: that it was accepted, or how it ended. The report's totals win over the
 * fills recorded, which may lack some: an ending is final, so its sums must be the exchange's.
 */
export const reportFacts = (order: LiveOrder, report: OrderReport): ReadonlyArray<OrderEvent> => {
  if (!hasEnded(report)) return acceptedFacts(order, report.txid)
  // An amendment that nobody answered may have moved it before it filled.
  const moved = { ...order, formerPrices: [...order.formerPrices, report.price] }
  const end = { ...identity(order), txid: report.txid, ...totals(moved, report.filledVolume, report.cost, report.fee) }
  return [
    ...acceptedFacts(order, report.txid),
    report.filledVolume === order.volume
      ? { _tag: "OrderFilled", ...end }
      : { _tag: "OrderCancelled", ...end, cause: report.reason ?? report.status }
  ]
}

/** The order never came to be. */
export const rejectedFact = because("OrderRejected")

/** The order was sent and nobody knows what became of it. */
export const unknownFact = because("OrderUnknown")

/** The order stands at another price. */
export const amendedFact = (order: LiveOrder, price: Price): OrderEvent => ({
  _tag: "OrderAmended",
  ...identity(order),
  price
})

/** The exchange leaves the order as it is. */
export const amendRefusedFact = because("AmendRefused")

/** The order is about to be sent. */
export const claimFact = (order: LiveOrder, deadlineMs: number): OrderEvent => ({
  _tag: "OrderClaimed",
  ...identity(order),
  side: order.side,
  price: order.price,
  volume: order.volume,
  postOnly: order.postOnly,
  deadlineMs
})

/** Fills of the window that belong to the order and are not recorded, oldest first. */
export const missingFills = (order: LiveOrder, fills: ReadonlyArray<Fill>): ReadonlyArray<Fill> =>
  fills.filter((fill) => fill.txid === order.txid && !order.execIds.includes(fill.execId))

const totals = (order: LiveOrder, volume: Volume, cost: Quote, fee: Quote) => ({
  price: averagePrice(order, volume, cost),
  volume,
  cost,
  fee
})

/**
 * The average price of the fills. When every fill was at one price of the order (a resting order's are at the price it stood at
 * then, up to the rounding of each fill's cost) that price itself; else cost ÷ volume, rounded down to the price scale.
 */
const averagePrice = (order: LiveOrder, volume: Volume, cost: Quote): Price => {
  if (volume === 0n) return Price.zero
  const explains = (price: Price): boolean => {
    const difference = minus(cost, ((price * volume) / 100_000_000n) as Quote)
    return (difference < 0n ? -difference : difference) <= ROUNDING_OF_FILLS
  }
  const only = [order.price, ...order.formerPrices].find(explains)
  return only ?? (((cost * 100_000_000n) / volume) as Price)
}

/** Kraken rounds each fill's cost to at most 9 decimals; 100 fills of one order differ by less than this (1e-7 USD). */
const ROUNDING_OF_FILLS = 1_000n

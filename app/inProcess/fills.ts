/** The exchange's orders and fills as the readers of its wire give them: with the worth of what was taken in the base currency. */
import type { Books } from "../../services/exchange-sim/core/engine/books.ts"
import type { Fill as ExchangeFill, Order } from "../../services/exchange-sim/core/engine/order.ts"
import { worthAtAverage } from "../../shared/core/baseFee.ts"
import { plus, type Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Fill, OrderReport } from "../../shared/exchange/port.ts"

/** A fill as the private stream tells it. */
export const fillOf = (fill: ExchangeFill): Fill => {
  const { execId, txid, side, price, volume, cost, liquidity, timeMs } = fill
  return { execId, txid, side, price, volume, cost, ...withWorth(fill, cost, volume), liquidity, timeMs }
}

/** The fees of a fill, or of an order, as the wire's readers give them. */
export const withWorth = (
  { fee, feeBase = Volume.zero }: Pick<ExchangeFill, "fee" | "feeBase">,
  cost: Quote,
  volume: Volume
): Pick<Fill, "fee" | "baseFee"> => {
  if (feeBase === 0n) return { fee }
  const worth = worthAtAverage({ cost, volume }, feeBase)
  return { fee: plus(fee, worth), baseFee: { amount: feeBase, worth } }
}

/**
 * Every fill of an order, oldest first, as a list has it that does not say in which currency fees were taken. Of an order whose
 * fills paid in several, nobody has seen what a list says: here it is what the stream does.
 */
export const listedFills = ({ orders, fills, fillPlaces }: Books, txid: string): ReadonlyArray<Fill> => {
  const order = orders.get(txid)
  const own = (order?.fills ?? []).flatMap((id) => fills[fillPlaces.get(id) ?? -1] ?? [])
  if (order === undefined || order.feeBase === 0n || order.fee > 0n) return own.map(fillOf)
  return own.map(({ feeBase = 0n, ...fill }) => ({ ...fillOf(fill), fee: (feeBase * 100n) as Quote }))
}

/** An order as a list has it. */
export const reportOn = (order: Order): OrderReport => ({
  txid: order.txid,
  clientId: order.clientId,
  side: order.side,
  price: order.price,
  volume: order.volume,
  status: order.status,
  openedMs: order.openedMs,
  filledVolume: order.filled,
  cost: order.cost,
  ...withWorth(order, order.cost, order.filled),
  reason: order.reason
})

/** Orders and fills as REST shows them: figures as text with fixed decimals, times as seconds with a fraction. */
import { divideHalfEven, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Books } from "../core/engine/books.ts"
import { COST_DECIMALS } from "../core/engine/money.ts"
import { type Fill, type Order } from "../core/engine/order.ts"
import type { ExchangeSimOptions } from "../options.ts"

/** Unix milliseconds as seconds with a fraction. */
export const seconds = (ms: number): number => ms / 1_000

/** What decides how figures are written. */
export type Formats = Pick<ExchangeSimOptions, "pair" | "priceDecimals" | "volumeDecimals">

/** A price with all decimals of the pair. */
export const priceText = (formats: Formats, price: Price): string => Price.formatFixed(price, formats.priceDecimals)
/** A volume with all decimals of the pair. */
export const volumeText = (formats: Formats, volume: Volume): string =>
  Volume.formatFixed(volume, formats.volumeDecimals)
/** A cost or fee with `COST_DECIMALS` decimals. */
export const costText = (cost: Quote): string => Quote.formatFixed(cost, COST_DECIMALS)

/** Average price of what has traded, halves to even; 0 before the first fill. */
export const averagePrice = (cost: Quote, filled: Volume): Price =>
  (filled === 0n ? 0n : divideHalfEven(cost * 100_000_000n, filled)) as Price

/** `buy 60.00000000 XDGUSD @ limit 0.2000000` */
export const describeOrder = (formats: Formats, order: Pick<Order, "side" | "volume" | "price">): string =>
  `${order.side} ${volumeText(formats, order.volume)} ${formats.pair.rest} @ limit ${priceText(formats, order.price)}`

type Fees = Pick<Fill, "fee" | "feeBase">

/** Whether all of it was taken in the base currency. */
const isInBase = ({ fee, feeBase = Volume.zero }: Fees): boolean => feeBase > 0n && fee === 0n

/** One figure, as REST has no room for two currencies. */
const feeText = (fees: Fees): string =>
  isInBase(fees) ? Volume.format(fees.feeBase ?? Volume.zero) : costText(fees.fee)

/** An order as `OpenOrders`, `ClosedOrders` and `QueryOrders` show it; the txid is the key it stands under. */
export const orderRow = (formats: Formats, order: Order, withTrades: boolean): Record<string, unknown> => ({
  refid: null,
  userref: order.userref ?? 0,
  ...(order.clientId === null ? {} : { cl_ord_id: order.clientId }),
  status: order.status,
  opentm: seconds(order.openedMs),
  starttm: 0,
  expiretm: order.expireMs === null ? 0 : seconds(order.expireMs),
  descr: {
    pair: formats.pair.rest,
    type: order.side,
    ordertype: "limit",
    price: priceText(formats, order.price),
    price2: "0",
    leverage: "none",
    order: describeOrder(formats, order),
    close: ""
  },
  vol: volumeText(formats, order.volume),
  vol_exec: volumeText(formats, order.filled),
  cost: costText(order.cost),
  fee: feeText(order),
  price: priceText(formats, averagePrice(order.cost, order.filled)),
  stopprice: "0.0",
  limitprice: "0.0",
  misc: [order.filled > 0n && order.filled < order.volume ? "partial" : "", order.amended ? "amended" : ""]
    .filter((part) => part !== "")
    .join(","),
  oflags: `${isInBase(order) ? "fcib" : "fciq"}${order.postOnly ? ",post" : ""}`,
  ...(order.status === "open" ? {} : { reason: order.reason, closetm: seconds(order.closedMs ?? order.openedMs) }),
  ...(withTrades && order.fills.length > 0 ? { trades: order.fills } : {})
})

/** A fill as `TradesHistory` and `QueryTrades` show it; the exec id is the key it stands under. */
export const fillRow = (formats: Formats, fill: Fill): Record<string, unknown> => ({
  ordertxid: fill.txid,
  postxid: "",
  pair: formats.pair.rest,
  time: seconds(fill.timeMs),
  type: fill.side,
  ordertype: "limit",
  price: priceText(formats, fill.price),
  cost: costText(fill.cost),
  fee: feeText(fill),
  vol: volumeText(formats, fill.volume),
  margin: "0.000000000",
  leverage: "0",
  misc: "",
  trade_id: fill.tradeId,
  maker: fill.liquidity === "maker"
})

/** The order as it stood at `cutMs`; null when it was not there yet. For the fault "REST lags". */
export const orderAsOf = (books: Books, order: Order, cutMs: number): Order | null => {
  if (order.openedMs > cutMs) return null
  const seen = order.fills.filter((id) => (books.fills[books.fillPlaces.get(id) ?? -1]?.timeMs ?? 0) <= cutMs)
  const ended = order.closedMs !== null && order.closedMs <= cutMs
  if (seen.length === order.fills.length && (ended || order.status === "open")) return order
  const rows = seen.flatMap((id) => books.fills[books.fillPlaces.get(id) ?? -1] ?? [])
  return {
    ...order,
    ...(ended ? {} : { status: "open", closedMs: null, reason: null }),
    fills: seen,
    filled: rows.reduce((sum, { volume }) => (sum + volume) as Volume, Volume.zero),
    cost: rows.reduce((sum, { cost }) => (sum + cost) as Quote, Quote.zero),
    fee: rows.reduce((sum, { fee }) => (sum + fee) as Quote, Quote.zero),
    feeBase: rows.reduce((sum, { feeBase = Volume.zero }) => (sum + feeBase) as Volume, Volume.zero)
  }
}

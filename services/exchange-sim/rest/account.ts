/** Private REST: reading the account. */
import { Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { openOrders } from "../core/engine/books.ts"
import { holds, isRefusal, type Refusal } from "../core/engine/desk.ts"
import type { Fill, Order } from "../core/engine/order.ts"
import { type Exchange, type Moment, termsNow } from "../exchange.ts"
import { BadArgument, choice, flag, optionalCount, optionalNumber, optionalText, type Params, text } from "../params.ts"
import { resultKey } from "./pair.ts"
import { fillRow, orderAsOf, orderRow } from "./render.ts"

/** One method: what it answers at a moment. May throw `BadArgument`. */
export type PrivateMethod = (exchange: Exchange, moment: Moment, params: Params) => object | Refusal

/** Kraken's page. */
const PAGE = 50

/** Everything up to here is visible over REST. */
const cut = ({ faults }: Exchange, { nowMs }: Moment): number =>
  faults.restLagMs > 0 ? nowMs - faults.restLagMs : Number.POSITIVE_INFINITY

const asOf = (exchange: Exchange, moment: Moment, orders: Iterable<Order>): ReadonlyArray<Order> => {
  const cutMs = cut(exchange, moment)
  if (cutMs === Number.POSITIVE_INFINITY) return [...orders]
  return [...orders].flatMap((order) => orderAsOf(moment.desk.books, order, cutMs) ?? [])
}

/** All digits are shown, more than Kraken's four for dollars, so that books can be compared to the last one. */
const balance: PrivateMethod = ({ options }, { desk: { books } }) => ({
  [options.pair.baseAsset]: Volume.formatFixed(books.base, 8),
  [options.pair.quoteAsset]: Quote.formatFixed(books.quote, 10)
})

const balanceEx: PrivateMethod = ({ options }, { desk }) => {
  const held = holds(desk)
  const { base, quote } = desk.books
  return {
    [options.pair.baseAsset]: { balance: Volume.formatFixed(base, 8), hold_trade: Volume.formatFixed(held.base, 8) },
    [options.pair.quoteAsset]: { balance: Quote.formatFixed(quote, 10), hold_trade: Quote.formatFixed(held.quote, 10) }
  }
}

/** Orders that match the filters `userref` and `cl_ord_id`. */
const filtered = (orders: ReadonlyArray<Order>, params: Params): ReadonlyArray<Order> => {
  const clientId = optionalText(params, "cl_ord_id")
  const userref = optionalText(params, "userref")
  return orders.filter(
    (order) =>
      (clientId === null || order.clientId === clientId) && (userref === null || order.userref === Number(userref))
  )
}

/** An ended order as a report that is behind has it: off the book, and nothing of it traded. */
const behind = (order: Order): Order => ({
  ...order,
  ...{ status: "canceled", reason: "User requested", filled: Volume.zero, cost: Quote.zero, fee: Quote.zero, fills: [] }
})

const rowsById = (exchange: Exchange, orders: ReadonlyArray<Order>, params: Params) => {
  const withTrades = flag(params, "trades")
  const shown = orders.map((order) => (order.status !== "open" && exchange.faults.onReport() ? behind(order) : order))
  return Object.fromEntries(shown.map((order) => [order.txid, orderRow(exchange.options, order, withTrades)]))
}

const openOrdersMethod: PrivateMethod = (exchange, moment, params) => {
  const { books } = moment.desk
  // With a lag, orders that ended a moment ago still look open.
  const candidates = exchange.faults.restLagMs > 0 ? books.orders.values() : openOrders(books)
  const open = asOf(exchange, moment, candidates).filter(({ status }) => status === "open")
  return { open: rowsById(exchange, filtered(open, params), params) }
}

const queryOrders: PrivateMethod = (exchange, moment, params) => {
  const { books } = moment.desk
  const clientId = optionalText(params, "cl_ord_id")
  const ids = clientId === null ? text(params, "txid").split(",") : []
  if (ids.length > PAGE) throw new BadArgument("txid")
  const named = clientId === null ? ids.flatMap((id) => books.orders.get(id.trim()) ?? []) : [...books.orders.values()]
  return rowsById(exchange, filtered(asOf(exchange, moment, named), { cl_ord_id: clientId }), params)
}

/** A window (start, end] in Unix seconds, or between two ids whose times are taken; null is open. */
const windowMs = (params: Params, timeOf: (id: string) => number | undefined) => {
  const edge = (field: string): number | null => {
    const value = optionalText(params, field)
    if (value === null) return null
    const known = timeOf(value)
    return known ?? (optionalNumber(params, field) ?? 0) * 1_000
  }
  const [start, end] = [edge("start") ?? Number.NEGATIVE_INFINITY, edge("end") ?? Number.POSITIVE_INFINITY]
  return (timeMs: number): boolean => timeMs > start && timeMs <= end
}

const closedOrders: PrivateMethod = (exchange, moment, params) => {
  const { books } = moment.desk
  const inWindow = windowMs(params, (id) => books.orders.get(id)?.openedMs)
  const by = choice(params, "closetime", ["open", "close", "both"], "both")
  const closed = asOf(exchange, moment, books.orders.values()).filter(({ status }) => status !== "open")
  const wanted = filtered(closed, params).filter(({ openedMs, closedMs }) => {
    const ended = closedMs ?? openedMs
    if (by === "open") return inWindow(openedMs)
    return by === "close" ? inWindow(ended) : inWindow(openedMs) || inWindow(ended)
  })
  const newestFirst = wanted.toSorted((a, b) => (b.closedMs ?? 0) - (a.closedMs ?? 0) || b.rank - a.rank)
  const ofs = optionalCount(params, "ofs") ?? 0
  const page = rowsById(exchange, newestFirst.slice(ofs, ofs + PAGE), params)
  return { closed: page, ...(flag(params, "without_count") ? {} : { count: wanted.length }) }
}

const tradesHistory: PrivateMethod = (exchange, moment, params) => {
  const { books } = moment.desk
  const cutMs = cut(exchange, moment)
  const timeOf = (id: string) => books.fills[books.fillPlaces.get(id) ?? -1]?.timeMs
  const inWindow = windowMs(params, timeOf)
  const wanted = books.fills.filter(({ timeMs }) => timeMs <= cutMs && inWindow(timeMs))
  const ofs = optionalCount(params, "ofs") ?? 0
  const page = wanted.toReversed().slice(ofs, ofs + PAGE)
  return { trades: fillsById(exchange, page), ...(flag(params, "without_count") ? {} : { count: wanted.length }) }
}

const fillsById = ({ options }: Exchange, fills: ReadonlyArray<Fill>) =>
  Object.fromEntries(fills.map((fill) => [fill.execId, fillRow(options, fill)]))

const queryTrades: PrivateMethod = (exchange, moment, params) => {
  const { books } = moment.desk
  const ids = text(params, "txid").split(",")
  if (ids.length > 20) throw new BadArgument("txid")
  const cutMs = cut(exchange, moment)
  const fills = ids.flatMap((id) => books.fills[books.fillPlaces.get(id.trim()) ?? -1] ?? [])
  return fillsById(
    exchange,
    fills.filter(({ timeMs }) => timeMs <= cutMs)
  )
}

const tradeVolume: PrivateMethod = (exchange, { desk: { books }, nowMs }, params) => {
  const options = termsNow(exchange.options, exchange.faults)
  const monthMs = 30 * 86_400_000
  const volume = books.fills
    .filter(({ timeMs }) => timeMs > nowMs - monthMs)
    .reduce((sum, { cost }) => (sum + cost) as Quote, Quote.zero)
  const result = { currency: options.pair.quoteAsset, volume: Quote.formatFixed(volume, 4) }
  const pair = optionalText(params, "pair")
  if (pair === null) return result
  const asked = resultKey(options.pair, pair)
  if (isRefusal(asked)) return asked
  const fees = (pct: number) => {
    const fee = pct.toFixed(4)
    return { [asked.key]: { fee, minfee: fee, maxfee: fee, nextfee: null, nextvolume: null, tiervolume: "0.0000" } }
  }
  return { ...result, fees: fees(options.takerFeePct), fees_maker: fees(options.makerFeePct) }
}

/** With the points each costs on the key's counter. Source: Kraken's guide; closed orders as its SDK counts them. */
export const ACCOUNT_METHODS: ReadonlyMap<string, { readonly run: PrivateMethod; readonly points: number }> = new Map([
  ["Balance", { run: balance, points: 1 }],
  ["BalanceEx", { run: balanceEx, points: 1 }],
  ["OpenOrders", { run: openOrdersMethod, points: 1 }],
  ["QueryOrders", { run: queryOrders, points: 1 }],
  ["ClosedOrders", { run: closedOrders, points: 2 }],
  ["TradesHistory", { run: tradesHistory, points: 2 }],
  ["QueryTrades", { run: queryTrades, points: 1 }],
  ["TradeVolume", { run: tradeVolume, points: 1 }]
])

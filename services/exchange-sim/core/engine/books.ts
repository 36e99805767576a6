/** The exchange's books: a fold of its events. `apply` is the only writer. */
import type { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { ExchangeEvent, Filled, Opened } from "../../records.ts"
import { type Fill, type LedgerRow, type Order, type Side } from "./order.ts"

/**
 * Every order, fill and ledger row ever: an exchange forgets nothing, and audits compare with the whole of it. That is
 * some 500 bytes a fill, so the memory of a machine lasts for millions.
 */
export interface Books {
  salt: string
  /** By txid, in the order of opening. */
  readonly orders: Map<string, Order>
  readonly fills: Array<Fill>
  /** Place in `fills` by exec id. */
  readonly fillPlaces: Map<string, number>
  readonly ledger: Array<LedgerRow>
  /** Open orders of a side, best price first, then oldest rank. */
  readonly open: Record<Side, Array<Order>>
  /** Open orders by client id: unique among open orders only. */
  readonly openClientIds: Map<string, string>
  base: Volume
  quote: Quote
  amends: number
  /** Counts orders and lost places in the queue: the next `rank`. */
  ranks: number
  cancelAllAtMs: number | null
}

/** The books before the first event. */
export const emptyBooks = (): Books => ({
  salt: "",
  orders: new Map(),
  fills: [],
  fillPlaces: new Map(),
  ledger: [],
  open: { buy: [], sell: [] },
  openClientIds: new Map(),
  base: 0n as Volume,
  quote: 0n as Quote,
  amends: 0,
  ranks: 0,
  cancelAllAtMs: null
})

/** Folds one event into the books. Throws when it names an order that is not open: then the record of events is broken. */
export const apply = (books: Books, event: ExchangeEvent): void => {
  switch (event._tag) {
    case "Created": {
      books.salt = event.salt
      moveBase(books, "deposit", event.timeMs, event.base)
      moveQuote(books, "deposit", event.timeMs, event.quote, 0n as Quote)
      return
    }
    case "Opened":
      return insert(books, opened(event, books.ranks++))
    case "Amended": {
      books.amends++
      const order = take(books, event.txid)
      const { volume, price, queueAhead } = event
      const rank = event.keepsPlace ? order.rank : books.ranks++
      return insert(books, { ...order, volume, price, queueAhead, rank, touchedMs: event.timeMs, amended: true })
    }
    case "QueueAdvanced":
      return insert(books, { ...take(books, event.txid), queueAhead: event.queueAhead })
    case "Filled":
      return fill(books, event)
    case "Canceled":
      return end(books, { ...take(books, event.txid), status: "canceled", reason: event.reason }, event.timeMs)
    case "Expired":
      return end(books, { ...take(books, event.txid), status: "expired" }, event.timeMs)
    case "Moved":
      if (event.base !== 0n) moveBase(books, "deposit", event.timeMs, event.base)
      if (event.quote !== 0n) moveQuote(books, "deposit", event.timeMs, event.quote, 0n as Quote)
      return
    case "CancelTimerSet":
      books.cancelAllAtMs = event.triggerMs
  }
}

const opened = (event: Opened, rank: number): Order => ({
  txid: event.txid,
  side: event.side,
  price: event.price,
  volume: event.volume,
  clientId: event.clientId,
  userref: event.userref,
  postOnly: event.postOnly,
  timeInForce: event.timeInForce,
  expireMs: event.expireMs,
  queueAhead: event.queueAhead,
  openedMs: event.timeMs,
  touchedMs: event.timeMs,
  rank,
  status: "open",
  closedMs: null,
  reason: null,
  amended: false,
  filled: 0n as Volume,
  cost: 0n as Quote,
  fee: 0n as Quote,
  feeBase: 0n as Volume,
  fills: []
})

/** The fill alone, as it is listed. */
const rowOf = (event: Filled): Fill => {
  const { timeMs, txid, side, execId, tradeId, price, volume, cost, fee, feeBase, liquidity } = event
  const row = { timeMs, txid, side, execId, tradeId, price, volume, cost, fee, liquidity }
  return feeBase === undefined ? row : { ...row, feeBase }
}

const fill = (books: Books, event: Filled): void => {
  const { filled, filledCost, complete } = event
  const row = rowOf(event)
  books.fillPlaces.set(row.execId, books.fills.length)
  books.fills.push(row)
  const [base, quote] = row.side === "buy" ? [row.volume, -row.cost] : [-row.volume, row.cost]
  const feeBase = row.feeBase ?? (0n as Volume)
  moveBase(books, row.execId, row.timeMs, base as Volume, feeBase)
  moveQuote(books, row.execId, row.timeMs, quote as Quote, row.fee)
  const before = take(books, row.txid)
  const order: Order = {
    ...before,
    filled,
    cost: filledCost,
    fee: (before.fee + row.fee) as Quote,
    feeBase: (before.feeBase + feeBase) as Volume,
    fills: [...before.fills, row.execId]
  }
  if (complete) end(books, { ...order, status: "closed" }, row.timeMs)
  else insert(books, order)
}

const NO_FEE = 0n as Volume

const moveBase = (books: Books, refId: string, timeMs: number, amount: Volume, fee: Volume = NO_FEE): void => {
  books.base = (books.base + amount - fee) as Volume
  const place = books.ledger.length
  books.ledger.push({ place, refId, timeMs, asset: "base", amount, fee, balance: books.base })
}

const moveQuote = (books: Books, refId: string, timeMs: number, amount: Quote, fee: Quote): void => {
  books.quote = (books.quote + amount - fee) as Quote
  const place = books.ledger.length
  books.ledger.push({ place, refId, timeMs, asset: "quote", amount, fee, balance: books.quote })
}

/** Takes an open order out of its side; it goes back by `insert` or ends by `end`. */
const take = (books: Books, txid: string): Order => {
  const order = books.orders.get(txid)
  if (order === undefined || order.status !== "open") throw new Error(`exchange books: ${txid} is not an open order`)
  const side = books.open[order.side]
  side.splice(side.indexOf(order), 1)
  return order
}

const insert = (books: Books, order: Order): void => {
  const side = books.open[order.side]
  const place = side.findIndex((other) => goesBefore(order, other))
  side.splice(place < 0 ? side.length : place, 0, order)
  books.orders.set(order.txid, order)
  if (order.clientId !== null) books.openClientIds.set(order.clientId, order.txid)
}

const end = (books: Books, order: Order, closedMs: number): void => {
  books.orders.set(order.txid, { ...order, closedMs })
  if (order.clientId !== null) books.openClientIds.delete(order.clientId)
}

/** Price, then time. */
const goesBefore = (a: Order, b: Order): boolean => {
  if (a.price === b.price) return a.rank < b.rank
  return a.side === "buy" ? a.price > b.price : a.price < b.price
}

/** Open orders of both sides, oldest first. */
export const openOrders = (books: Books): ReadonlyArray<Order> =>
  [...books.open.buy, ...books.open.sell].sort((a, b) => a.openedMs - b.openedMs || a.rank - b.rank)

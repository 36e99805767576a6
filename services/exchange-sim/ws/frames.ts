/** What sockets send: figures as JSON numbers, times as RFC 3339. */
import { crc32 } from "node:zlib"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { averagePrice } from "../rest/render.ts"
import type { ExchangeEvent } from "../records.ts"
import { type Fill, type Order } from "../core/engine/order.ts"
import type { Candle } from "../core/market/candles.ts"
import { vwap } from "../core/market/candles.ts"
import { type Level, type Quotes, levels } from "../core/market/quote.ts"
import type { NumberedTrade } from "../core/market/tape.ts"
import type { ExchangeSimOptions } from "../options.ts"

/** Unix milliseconds as RFC 3339 in UTC with six digits of a second, the last three 0. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z")

/** A decimal of at most 15 significant digits is the same number again when it is read. */
const price = (value: Price): number => Price.toNumber(value)
const volume = (value: Volume): number => Number(Volume.format(value))
const quote = (value: Quote): number => Number(Quote.format(value))

/** A trade of the market, as the `trade` channel shows it. */
export const tradeRow = (symbol: string, trade: NumberedTrade): object => ({
  symbol,
  side: trade.takerSide,
  price: price(trade.price),
  qty: volume(trade.volume),
  ord_type: "limit",
  trade_id: trade.tradeId,
  timestamp: rfc3339(trade.timeMs)
})

/** `day` is everything that traded in the last 24 hours. */
export const tickerRow = (symbol: string, quotes: Quotes, last: NumberedTrade, day: Candle | undefined): object => {
  const best = (side: "bid" | "ask") => volume(levels(quotes, side, 1)[0]?.volume ?? Volume.zero)
  const open = day?.open ?? last.price
  return {
    symbol,
    bid: price(quotes.bid),
    bid_qty: best("bid"),
    ask: price(quotes.ask),
    ask_qty: best("ask"),
    last: price(last.price),
    volume: day === undefined ? 0 : volume(day.volume),
    vwap: day === undefined ? 0 : price(vwap(day)),
    low: price(day?.low ?? last.price),
    high: price(day?.high ?? last.price),
    change: price((last.price - open) as Price),
    change_pct: Number(((100 * (price(last.price) - price(open))) / price(open)).toFixed(2))
  }
}

/** `timestamp` is the end of the bar. */
export const ohlcRow = (symbol: string, intervalMin: number, candle: Candle): object => ({
  symbol,
  open: price(candle.open),
  high: price(candle.high),
  low: price(candle.low),
  close: price(candle.close),
  trades: candle.count,
  volume: volume(candle.volume),
  vwap: price(vwap(candle)),
  interval_begin: rfc3339(candle.timeMs),
  interval: intervalMin,
  timestamp: rfc3339(candle.timeMs + intervalMin * 60_000)
})

/** The book as deep as one subscription sees it, best prices first. */
export interface VisibleBook {
  readonly bids: ReadonlyArray<Level>
  readonly asks: ReadonlyArray<Level>
}

/** The best `depth` levels of each side. */
export const visibleBook = (quotes: Quotes, depth: number): VisibleBook => ({
  bids: levels(quotes, "bid", depth),
  asks: levels(quotes, "ask", depth)
})

/** Rows that turn the book `before` into `after` (quantity 0 deletes); null is no book yet. */
export const bookRow = (options: ExchangeSimOptions, before: VisibleBook | null, after: VisibleBook): object => {
  const changes = (old: ReadonlyArray<Level>, now: ReadonlyArray<Level>) => [
    ...old
      .filter((level) => !now.some((other) => other.price === level.price))
      .map((level) => ({ price: price(level.price), qty: 0 })),
    ...now
      .filter((level) => !old.some((other) => other.price === level.price && other.volume === level.volume))
      .map((level) => ({ price: price(level.price), qty: volume(level.volume) }))
  ]
  return {
    symbol: options.pair.symbol,
    bids: changes(before?.bids ?? [], after.bids),
    asks: changes(before?.asks ?? [], after.asks),
    checksum: bookChecksum(options, after)
  }
}

/** CRC-32 of the ten best asks, then bids: price and quantity with all decimals, without point and leading zeros. */
export const bookChecksum = (
  options: Pick<ExchangeSimOptions, "priceDecimals" | "volumeDecimals">,
  { asks, bids }: VisibleBook
): number => {
  const digits = (text: string) => text.replace(".", "").replace(/^0+/, "")
  const row = (level: Level) =>
    digits(Price.formatFixed(level.price, options.priceDecimals)) +
    digits(Volume.formatFixed(level.volume, options.volumeDecimals))
  return crc32([...asks.slice(0, 10), ...bids.slice(0, 10)].map(row).join(""))
}

/** Order ids as every entry of an order carries them. */
const names = (order: Order) => ({
  order_id: order.txid,
  ...(order.clientId === null ? {} : { cl_ord_id: order.clientId }),
  ...(order.userref === null ? {} : { order_userref: order.userref })
})

const totals = (order: Pick<Order, "cost" | "filled">) => ({
  cum_qty: volume(order.filled),
  cum_cost: quote(order.cost),
  avg_price: price(averagePrice(order.cost, order.filled))
})

/** The whole order, as `pending_new` and the snapshot carry it. */
const wholeOrder = (symbol: string, order: Order) => ({
  ...names(order),
  symbol,
  side: order.side,
  order_type: "limit",
  order_qty: volume(order.volume),
  limit_price: price(order.price),
  limit_price_type: "static",
  time_in_force: order.timeInForce.toUpperCase(),
  post_only: order.postOnly,
  reduce_only: false,
  fee_ccy_pref: "fciq",
  ...totals(order),
  fee_usd_equiv: quote(order.fee)
})

/** A row of the snapshot: an open order. */
export const snapshotOrder = (symbol: string, order: Order): object => ({
  ...wholeOrder(symbol, order),
  exec_type: "new",
  order_status: order.filled > 0n ? "partially_filled" : "new",
  timestamp: rfc3339(order.openedMs)
})

/** By currency, under the names of the symbol. */
const feesOf = (symbol: string, { fee, feeBase }: Pick<Fill, "fee" | "feeBase">): ReadonlyArray<object> => {
  const [base, inQuote] = symbol.split("/")
  const inBase = feeBase === undefined ? [] : [{ asset: base, qty: volume(feeBase) }]
  return fee === 0n && inBase.length > 0 ? inBase : [{ asset: inQuote, qty: quote(fee) }, ...inBase]
}

/** A fill, in updates and in the snapshot. The one that completes an order still says `partially_filled`. */
export const tradeEntry = (options: ExchangeSimOptions, fill: Fill, order: Pick<Order, "cost" | "filled">): object => ({
  order_id: fill.txid,
  exec_id: fill.execId,
  exec_type: "trade",
  trade_id: fill.tradeId,
  symbol: options.pair.symbol,
  side: fill.side,
  last_qty: volume(fill.volume),
  last_price: price(fill.price),
  liquidity_ind: fill.liquidity === "maker" ? "m" : "t",
  cost: quote(fill.cost),
  order_status: "partially_filled",
  order_type: "limit",
  timestamp: rfc3339(fill.timeMs),
  fees: feesOf(options.pair.symbol, fill),
  ...totals(order)
})

/**
 * The entries of one event, as sparse as Kraken's: only `pending_new` carries the whole order. `order` is the order as
 * it stands after all events of the news. `amended` is left out for who did not ask for `order_status`.
 */
export const executionEntries = (
  options: ExchangeSimOptions,
  event: ExchangeEvent,
  order: Order,
  withStatus: boolean
): ReadonlyArray<object> => {
  const timestamp = rfc3339(event.timeMs)
  switch (event._tag) {
    case "Opened": {
      const opened = { ...order, ...event, filled: Volume.zero, cost: Quote.zero, fee: Quote.zero }
      return [
        {
          ...wholeOrder(options.pair.symbol, opened),
          exec_type: "pending_new",
          order_status: "pending_new",
          timestamp
        },
        { ...names(order), exec_type: "new", order_status: "new", timestamp }
      ]
    }
    case "Filled": {
      const after = { filled: event.filled, cost: event.filledCost }
      const filled = { ...names(order), ...totals(after), exec_type: "filled", order_status: "filled", timestamp }
      return [tradeEntry(options, event, after), ...(event.complete ? [filled] : [])]
    }
    case "Canceled":
      return [
        {
          order_id: order.txid,
          ...totals(order),
          exec_type: "canceled",
          order_status: "canceled",
          reason: event.reason,
          timestamp
        }
      ]
    case "Expired":
      return [{ order_id: order.txid, ...totals(order), exec_type: "expired", order_status: "expired", timestamp }]
    case "Amended": {
      if (!withStatus) return []
      const changed = { order_qty: volume(event.volume), limit_price: price(event.price), amended: true }
      const status = order.filled > 0n ? "partially_filled" : "new"
      return [
        { ...names(order), ...changed, exec_type: "amended", order_status: status, reason: "User requested", timestamp }
      ]
    }
    case "Created":
    case "Moved":
    case "QueueAdvanced":
    case "CancelTimerSet":
      return []
  }
}

/** Subscribing and unsubscribing: one answer for every symbol asked for. */
import { openOrders } from "../core/engine/books.ts"
import { TIERS } from "../core/engine/limits.ts"
import type { Access } from "../access.ts"
import type { Exchange, Moment } from "../exchange.ts"
import { aggregate } from "../core/market/candles.ts"
import { flag, optionalCount, optionalText, type Params, texts } from "../params.ts"
import { balanceRows } from "./balances.ts"
import { bookRow, ohlcRow, rfc3339, snapshotOrder, tickerRow, tradeEntry, tradeRow, visibleBook } from "./frames.ts"
import { dayOf } from "./news.ts"
import type { Session, Subscription } from "./session.ts"

const PUBLIC_CHANNELS = ["ticker", "trade", "ohlc", "book"]
const PRIVATE_CHANNELS = ["executions", "balances"]
const DEPTHS = [10, 25, 100, 500, 1_000]
const INTERVALS_MIN = [1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600]
/** What the public endpoint says to requests that belong to the account. */
export const PRIVATE_ONLY = "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
/** Bars at the start: about what Kraken sends, not 720. */
const SNAPSHOT_BARS = 10
const SNAPSHOT_TRADES = 50

/** What subscriptions are answered with. */
export interface Channels {
  readonly exchange: Exchange
  readonly access: Access
}

/** The frame of the answer, without times and `req_id`. */
type Answer = Record<string, unknown>

/** Answers first, then snapshots. Throws `BadArgument`. */
export const subscribe = (
  channels: Channels,
  session: Session,
  moment: Moment,
  params: Params,
  stamp: (answer: Answer) => object
): void => {
  const channel = optionalText(params, "channel") ?? ""
  const refused = (error: string, more: Answer = {}) =>
    session.send(stamp({ method: "subscribe", error, success: false, ...more }))
  const problem = wrongEndpoint(session, channel)
  if (problem !== null) return refused(problem)
  if (PRIVATE_CHANNELS.includes(channel)) {
    const token = optionalText(params, "token") ?? ""
    if (!session.isAuthorised(token, (each) => channels.access.isToken(each, moment.nowMs))) {
      return refused("ESession:Invalid session")
    }
    return start(channels, session, moment, params, stamp, null)
  }
  for (const symbol of texts(params, "symbol")) {
    if (symbol === channels.exchange.options.pair.symbol) start(channels, session, moment, params, stamp, symbol)
    else refused(`Currency pair not supported ${symbol}`, { symbol })
  }
}

const wrongEndpoint = (session: Session, channel: string): string | null => {
  if (session.endpoint === "public" && PRIVATE_CHANNELS.includes(channel)) {
    return PRIVATE_ONLY
  }
  if (session.endpoint === "private" && PUBLIC_CHANNELS.includes(channel)) {
    return "Market data is unavailable on this endpoint. Try ws.kraken.com"
  }
  return [...PUBLIC_CHANNELS, ...PRIVATE_CHANNELS].includes(channel) ? null : `Channel not supported ${channel}`
}

const keyOf = (subscription: Subscription): string => {
  if (subscription.channel === "ohlc") return `ohlc ${subscription.intervalMin}`
  if (subscription.channel === "book") return `book ${subscription.depth}`
  return subscription.channel
}

const start = (
  { exchange }: Channels,
  session: Session,
  moment: Moment,
  params: Params,
  stamp: (answer: Answer) => object,
  symbol: string | null
): void => {
  const subscription = read(params)
  if (typeof subscription === "string") {
    return session.send(stamp({ method: "subscribe", error: subscription, success: false, symbol }))
  }
  const { channel } = subscription
  const wanted = params["snapshot"] === undefined ? channel !== "trade" : flag(params, "snapshot")
  const result: Answer = {
    channel,
    ...(symbol === null ? {} : { symbol }),
    snapshot: wanted,
    ...(channel === "ticker" ? { event_trigger: subscription.trigger } : {}),
    ...(channel === "ohlc" ? { interval: subscription.intervalMin } : {}),
    ...(channel === "book" ? { depth: subscription.depth } : {}),
    ...(channel === "executions" ? { maxratecount: TIERS[exchange.options.tier].trading.ceiling } : {})
  }
  session.subscriptions.set(keyOf(subscription), subscription)
  session.send(stamp({ method: "subscribe", result, success: true }))
  const snapshot = wanted || channel === "executions" ? snapshotOf(exchange, moment, subscription, params) : null
  if (snapshot !== null) session.send(snapshot)
}

/** The subscription asked for, or what is wrong with it. */
const read = (params: Params): Subscription | string => {
  switch (optionalText(params, "channel")) {
    case "ticker":
      return { channel: "ticker", trigger: optionalText(params, "event_trigger") === "bbo" ? "bbo" : "trades" }
    case "trade":
      return { channel: "trade" }
    case "ohlc": {
      const intervalMin = optionalCount(params, "interval") ?? 1
      return INTERVALS_MIN.includes(intervalMin)
        ? { channel: "ohlc", intervalMin }
        : "Subscription ohlc interval not supported"
    }
    case "book": {
      const depth = optionalCount(params, "depth") ?? 10
      return DEPTHS.includes(depth) ? { channel: "book", depth, shown: null } : "Subscription depth not supported"
    }
    case "executions": {
      const [withStatus, rateCounter] = [flag(params, "order_status"), flag(params, "ratecounter")]
      return { channel: "executions", withStatus, rateCounter, sequence: 1 }
    }
    default:
      return { channel: "balances", sequence: 1 }
  }
}

const snapshotOf = (exchange: Exchange, moment: Moment, subscription: Subscription, params: Params): object | null => {
  const { options } = exchange
  const { symbol } = options.pair
  const { tape, quotes, desk, nowMs } = moment
  const frame = (data: ReadonlyArray<object>) => ({ channel: subscription.channel, type: "snapshot", data })
  switch (subscription.channel) {
    case "ticker":
      if (quotes === null || tape.last === null) return null
      return frame([tickerRow(symbol, quotes, tape.last, dayOf(moment))])
    case "trade":
      return frame(tape.newest(SNAPSHOT_TRADES).map((trade) => tradeRow(symbol, trade)))
    case "ohlc": {
      const { intervalMin } = subscription
      const bars = aggregate(tape.candles, intervalMin * 60_000, nowMs, SNAPSHOT_BARS).filter(({ count }) => count > 0)
      return { ...frame(bars.map((bar) => ohlcRow(symbol, intervalMin, bar))), timestamp: rfc3339(nowMs) }
    }
    case "book":
      if (quotes === null) return null
      subscription.shown = visibleBook(quotes, subscription.depth)
      return frame([bookRow(options, null, subscription.shown)])
    case "executions": {
      const { books } = desk
      const snapOrders = params["snap_orders"] === undefined || flag(params, "snap_orders")
      const orders = snapOrders ? openOrders(books).map((order) => snapshotOrder(symbol, order)) : []
      const fills = flag(params, "snap_trades") ? books.fills.slice(-SNAPSHOT_TRADES).toReversed() : []
      const trades = fills.flatMap((fill) => {
        const order = books.orders.get(fill.txid)
        return order === undefined ? [] : [tradeEntry(options, fill, order)]
      })
      return { ...frame([...orders, ...trades]), sequence: subscription.sequence }
    }
    case "balances":
      return { ...frame(balanceRows(options, desk.books)), sequence: subscription.sequence }
  }
}

/** One answer per symbol, echoing what was asked. Throws `BadArgument`. */
export const unsubscribe = (session: Session, params: Params, stamp: (answer: Answer) => object): void => {
  const wanted = read(params)
  if (typeof wanted === "string") return session.send(stamp({ method: "unsubscribe", error: wanted, success: false }))
  const known = session.subscriptions.delete(keyOf(wanted))
  const symbols = texts(params, "symbol")
  for (const symbol of symbols.length > 0 ? symbols : [null]) {
    const echo = {
      channel: wanted.channel,
      ...(symbol === null ? {} : { symbol }),
      ...(wanted.channel === "ohlc" ? { interval: wanted.intervalMin } : {}),
      ...(wanted.channel === "book" ? { depth: wanted.depth } : {})
    }
    const failed = { method: "unsubscribe", error: "Subscription not found", success: false, ...echo }
    session.send(stamp(known ? { method: "unsubscribe", result: echo, success: true } : failed))
  }
}

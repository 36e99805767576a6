/** From the exchange's news to the frames of one socket. */
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { TIERS, decayed } from "../core/engine/limits.ts"
import type { Exchange, Moment, News } from "../exchange.ts"
import { aggregate, type Candle, summary } from "../core/market/candles.ts"
import { ledgerEntry } from "./balances.ts"
import { bookRow, executionEntries, ohlcRow, rfc3339, tickerRow, tradeRow, visibleBook } from "./frames.ts"
import type { Session, Subscription } from "./session.ts"

/** Everything that traded in the last 24 hours, as one candle. */
export const dayOf = ({ tape, nowMs }: Pick<Moment, "tape" | "nowMs">): Candle | undefined =>
  summary(tape.candles.filter(({ timeMs }) => timeMs > nowMs - DAY_MS))

/** Tells one socket. `day` is computed once for all of them, and only when someone wants it. */
export const tell = (exchange: Exchange, session: Session, news: News, day: () => Candle | undefined): void => {
  for (const subscription of session.subscriptions.values()) {
    if (subscription.channel === "executions") tellExecutions(exchange, session, subscription, news)
    else if (subscription.channel === "balances") tellBalances(exchange, session, subscription, news)
    else if (news.trades.length > 0) tellMarket(exchange, session, subscription, news, day)
  }
}

const tellMarket = (
  { options }: Exchange,
  session: Session,
  subscription: Subscription,
  news: News,
  day: () => Candle | undefined
): void => {
  const { symbol } = options.pair
  const { quotes, tape, trades, nowMs } = news
  const update = (data: ReadonlyArray<object>) => ({ channel: subscription.channel, type: "update", data })
  switch (subscription.channel) {
    case "ticker":
      // The book is drawn around the last trade, so both triggers fire together.
      if (quotes !== null && tape.last !== null) session.send(update([tickerRow(symbol, quotes, tape.last, day())]))
      return
    case "trade":
      return session.send(update(trades.map((trade) => tradeRow(symbol, trade))))
    case "ohlc": {
      const barMs = subscription.intervalMin * 60_000
      // Every bar in which something traded since the last news: at high speed there are several.
      const bars = Math.floor(nowMs / barMs) - Math.floor((trades[0]?.timeMs ?? nowMs) / barMs) + 1
      const touched = aggregate(tape.candles, barMs, nowMs, bars).filter(({ count }) => count > 0)
      const data = touched.map((bar) => ohlcRow(symbol, subscription.intervalMin, bar))
      return session.send({ ...update(data), timestamp: rfc3339(nowMs) })
    }
    case "book": {
      if (quotes === null) return
      const after = visibleBook(quotes, subscription.depth)
      session.send(update([{ ...bookRow(options, subscription.shown, after), timestamp: rfc3339(nowMs) }]))
      subscription.shown = after
      return
    }
    case "executions":
    case "balances":
      return
  }
}

const tellExecutions = (
  exchange: Exchange,
  session: Session,
  subscription: Extract<Subscription, { readonly channel: "executions" }>,
  { events, desk, nowMs }: News
): void => {
  const { options, faults } = exchange
  const entries = events.flatMap((event) => {
    const order = "txid" in event ? desk.books.orders.get(event.txid) : undefined
    return order === undefined ? [] : executionEntries(options, event, order, subscription.withStatus)
  })
  if (entries.length === 0) return
  const counter = decayed(desk.counter, TIERS[options.tier].trading, nowMs)
  const data = subscription.rateCounter
    ? entries.map((entry) => ({ ...entry, ratecount: Math.round(counter) }))
    : entries
  const sequence = ++subscription.sequence
  session.sendExecutions({ channel: "executions", type: "update", data, sequence }, faults.onExecutions())
}

const tellBalances = (
  { options }: Exchange,
  session: Session,
  subscription: Extract<Subscription, { readonly channel: "balances" }>,
  { events, desk: { books } }: News
): void => {
  const fills = new Set(events.flatMap((event) => (event._tag === "Filled" ? [event.execId] : [])))
  if (fills.size === 0) return
  // Two ledger rows a fill, and they are the newest of the ledger.
  const rows = books.ledger.slice(-2 * fills.size).filter(({ refId }) => fills.has(refId))
  const data = rows.map((row) => ledgerEntry(options, books, row))
  session.send({ channel: "balances", type: "update", data, sequence: ++subscription.sequence })
}

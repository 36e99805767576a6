/** A desk with round figures: market 0.2000 / 0.2002, maker 0.25 %, taker 0.40 %, smallest order 2 DOGE or 0.50 USD. */
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { apply, emptyBooks } from "../core/engine/books.ts"
import { type Desk, makeDesk, type MarketView, type Rules } from "../core/engine/desk.ts"
import { TIERS } from "../core/engine/limits.ts"
import { feeParts } from "../core/engine/money.ts"
import type { Order, OrderTerms, Side } from "../core/engine/order.ts"
import { placeOrder } from "../core/engine/place.ts"

export const NOW = 1_790_000_000_000

export const RULES: Rules = {
  priceDecimals: 7,
  volumeDecimals: 8,
  minVolume: Volume.parse("2"),
  minCost: Quote.parse("0.5"),
  makerFee: feeParts(0.25),
  takerFee: feeParts(0.4),
  trading: TIERS.pro.trading,
  maxOpenOrders: 225
}

/** Three levels a side, 100 DOGE each. */
export const VIEW: MarketView = {
  bid: Price.parse("0.2"),
  ask: Price.parse("0.2002"),
  offers: (side) =>
    (side === "buy" ? ["0.2002", "0.2004", "0.2006"] : ["0.2", "0.1998", "0.1996"]).map((price) => ({
      price: Price.parse(price),
      volume: Volume.parse("100")
    })),
  restingAt: (side, price) =>
    [...(side === "buy" ? VIEW.offers("sell") : VIEW.offers("buy"))].find((level) => level.price === price)?.volume ??
    Volume.zero
}

export const openDesk = (
  money: { readonly base?: string; readonly quote?: string } = {},
  rules: Rules = RULES
): Desk => {
  const books = emptyBooks()
  apply(books, {
    _tag: "Created",
    timeMs: NOW,
    salt: "test",
    pair: "XDGUSD",
    market: "synthetic",
    seed: 1,
    base: Volume.parse(money.base ?? "1000"),
    quote: Quote.parse(money.quote ?? "1000")
  })
  return makeDesk(books, rules)
}

export const terms = (side: Side, volume: string, price: string, more: Partial<OrderTerms> = {}): OrderTerms => ({
  side,
  price: Price.parse(price),
  volume: Volume.parse(volume),
  clientId: null,
  userref: null,
  postOnly: true,
  timeInForce: "gtc",
  expireMs: null,
  ...more
})

/** Places an order that must be accepted, and returns it as it stands right after. */
export const placed = (desk: Desk, order: OrderTerms, nowMs: number = NOW): Order => {
  const answer = placeOrder(desk, VIEW, order, { nowMs, deadlineMs: null, validate: false })
  if ("error" in answer || answer.txid === null) throw new Error(`not placed: ${JSON.stringify(answer)}`)
  return standing(desk, answer.txid)
}

export const standing = (desk: Desk, txid: string): Order => {
  const order = desk.books.orders.get(txid)
  if (order === undefined) throw new Error(`no order ${txid}`)
  return order
}

/** One trade of the market. */
export const trade = (takerSide: Side, volume: string, price: string, timeMs: number = NOW + 1_000) => ({
  timeMs,
  price: Price.parse(price),
  volume: Volume.parse(volume),
  takerSide
})

/** The trading desk: the books, the rules of the pair, and the events that have happened since someone last looked. */
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { apply, type Books } from "./books.ts"
import type { ExchangeEvent } from "../../records.ts"
import { type Counter, emptyCounter, type Limit, spend } from "./limits.ts"
import { buyHold } from "./money.ts"
import { type Order, remaining } from "./order.ts"

/** Constraints of the pair and of the account. */
export interface Rules {
  /** Digits after the point; the tick is one unit of the last one. */
  readonly priceDecimals: number
  readonly volumeDecimals: number
  readonly minVolume: Volume
  readonly minCost: Quote
  /** Parts of 10^8. */
  readonly makerFee: bigint
  readonly takerFee: bigint
  readonly trading: Limit
  /** Counts both sides. */
  readonly maxOpenOrders: number
}

/** What the market shows at this instant. */
export interface MarketView {
  readonly bid: Price
  readonly ask: Price
  /** What others offer to an order of `side`, best price first: asks for a buy, bids for a sell. */
  readonly offers: (side: "buy" | "sell") => Iterable<{ readonly price: Price; readonly volume: Volume }>
  /** Volume of others resting at exactly this price, on the side where an order of `side` would rest. */
  readonly restingAt: (side: "buy" | "sell", price: Price) => Volume
}

/** Where all trading of the account happens. Changed in place, by one request at a time. */
export interface Desk {
  readonly books: Books
  /** Terms may change in mid-run. */
  rules: Rules
  /** Units of 1e-8 by which a fill that completes an order is short; 0: none. */
  roundedFills: number
  /** The currencies in which fees are taken. */
  feesIn: FeesIn
  /** The pair's trading counter. Not kept over a restart: a new process starts with an empty one. */
  counter: Counter
  /** Orders with a deadline that came before it, and after it. Nobody's books: how well clients keep up is judged by it. */
  readonly deadlines: { kept: number; missed: number }
  /** What happened and has not been written down yet, oldest first. */
  readonly happened: Array<ExchangeEvent>
}

/** As asked for, or otherwise; `both`: half in each. */
export type FeesIn = "quote" | "base" | "both"

/** A desk over existing books, with an empty counter. */
export const makeDesk = (books: Books, rules: Rules): Desk => ({
  books,
  rules,
  roundedFills: 0,
  feesIn: "quote",
  counter: emptyCounter,
  deadlines: { kept: 0, missed: 0 },
  happened: []
})

/** A request that the exchange does not carry out, with Kraken's text for it. Nothing has changed but the counter. */
export interface Refusal {
  readonly error: string
}
/** A refusal with Kraken's text. */
export const refuse = (error: string): Refusal => ({ error })
/** Whether an answer is a refusal: by its field `error`. */
export const isRefusal = (value: object): value is Refusal => "error" in value

/** Makes an event true. */
export const emit = (desk: Desk, event: ExchangeEvent): void => {
  apply(desk.books, event)
  desk.happened.push(event)
}

/** Charges the trading counter; false when that would pass its ceiling. */
export const charge = (desk: Desk, cost: number, nowMs: number): boolean => {
  const counter = spend(desk.counter, desk.rules.trading, cost, nowMs)
  if (counter !== null) desk.counter = counter
  return counter !== null
}

/** Kraken's text for a full trading counter. */
export const RATE_EXCEEDED = "EOrder:Rate limit exceeded"

/** The fee an order is held for: a post-only order can only be a maker. */
export const heldFee = (rules: Rules, order: { readonly postOnly: boolean }): bigint =>
  order.postOnly ? rules.makerFee : rules.takerFee > rules.makerFee ? rules.takerFee : rules.makerFee

/** What open orders hold: a sell its volume (its fee comes out of the proceeds), a buy its cost and fee; `except` is left out of the sum. */
export const holds = (
  { books, rules }: Pick<Desk, "books" | "rules">,
  except?: Order
): { readonly base: Volume; readonly quote: Quote } => {
  let base = 0n
  let quote = 0n
  for (const order of books.open.sell) if (order !== except) base += remaining(order)
  for (const order of books.open.buy)
    if (order !== except) quote += buyHold(order.price, remaining(order), heldFee(rules, order))
  return { base: base as Volume, quote: quote as Quote }
}

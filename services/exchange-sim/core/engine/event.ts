/**
 * The facts of the exchange, in the order in which they happen in the life of an order. Folding them from the first one
 * gives the books; nothing else is kept. Each carries the figures that were decided, never the inputs to decide again.
 */
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Fill, OrderTerms } from "./order.ts"

/** The first fact: what the exchange is, for ever, and the account's first money. */
export interface Created {
  readonly _tag: "Created"
  /** The first moment of simulated time. */
  readonly timeMs: number
  /** Makes the ids of this exchange differ from those of any other. */
  readonly salt: string
  readonly pair: string
  /** The market as text, see `market/choice.ts`, and its seed: with the time they give every price. */
  readonly market: string
  readonly seed: number
  readonly base: Volume
  readonly quote: Quote
}

/** The order was accepted and has an id. Post-only orders that would cross are opened too, and canceled right after. */
export interface Opened extends OrderTerms {
  readonly _tag: "Opened"
  readonly timeMs: number
  readonly txid: string
  readonly queueAhead: Volume
}

/** `order_qty` or `limit_price` changed. A lost place in the queue shows as `keepsPlace: false`. */
export interface Amended {
  readonly _tag: "Amended"
  readonly timeMs: number
  readonly txid: string
  readonly amendId: string
  readonly volume: Volume
  readonly price: Price
  readonly keepsPlace: boolean
  readonly queueAhead: Volume
}

/** Others traded at the order's price before it. */
export interface QueueAdvanced {
  readonly _tag: "QueueAdvanced"
  readonly timeMs: number
  readonly txid: string
  readonly queueAhead: Volume
}

/** The order traded; when that was all of it, it is closed by the same fact (`complete`). Sums include this fill. */
export interface Filled extends Fill {
  readonly _tag: "Filled"
  readonly filled: Volume
  readonly filledCost: Quote
  readonly complete: boolean
}

/** The order ended with a part, or all, of it untraded. */
export interface Canceled {
  readonly _tag: "Canceled"
  readonly timeMs: number
  readonly txid: string
  readonly reason: string
}

/** A `gtd` order reached its time. */
export interface Expired {
  readonly _tag: "Expired"
  readonly timeMs: number
  readonly txid: string
}

/** The dead man's switch: at `triggerMs` every order is canceled; null switches it off. */
export interface CancelTimerSet {
  readonly _tag: "CancelTimerSet"
  readonly timeMs: number
  readonly triggerMs: number | null
}

/** Every fact the exchange records. */
export type ExchangeEvent = Created | Opened | Amended | QueueAdvanced | Filled | Canceled | Expired | CancelTimerSet

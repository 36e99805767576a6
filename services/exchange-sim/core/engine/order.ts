/** What the exchange keeps of an order, a fill and a ledger row. Times are Unix milliseconds of simulated time. */
import type { Side } from "../../../../shared/core/trading.ts"
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"

export type { Side }

/** Good till canceled, immediate or cancel, good till date. */
export type TimeInForce = "gtc" | "ioc" | "gtd"

/** `closed` is filled completely; `canceled` and `expired` may be filled in part. */
export type OrderStatus = "open" | "closed" | "canceled" | "expired"

/** The terms a client asked for, checked for shape only. */
export interface OrderTerms {
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
  /** Unique among open orders only. */
  readonly clientId: string | null
  readonly userref: number | null
  readonly postOnly: boolean
  readonly timeInForce: TimeInForce
  /** When a `gtd` order ends by itself; null for the others. */
  readonly expireMs: number | null
}

/** An order as it stands now; replaced as a whole by every event that changes it. */
export interface Order extends OrderTerms {
  readonly txid: string
  readonly openedMs: number
  /** Creation or last amendment: the age that rate limits look at. */
  readonly touchedMs: number
  /** Place in time among all orders of the exchange: lower goes first at the same price. */
  readonly rank: number
  /** Volume of others that stood at this price first and has not traded yet. */
  readonly queueAhead: Volume
  readonly status: OrderStatus
  readonly closedMs: number | null
  /** Why it was canceled, in the exchange's words; null while open and when filled. */
  readonly reason: string | null
  readonly amended: boolean
  readonly filled: Volume
  /** Sums over its fills. */
  readonly cost: Quote
  readonly fee: Quote
  /** Exec ids of its fills, oldest first. */
  readonly fills: ReadonlyArray<string>
}

/** One fill: what Kraken calls a trade of the account. */
export interface Fill {
  readonly execId: string
  /** From 1,000,000,000 on, apart from the numbers of the market's tape. */
  readonly tradeId: number
  readonly txid: string
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
  readonly cost: Quote
  /** In the quote currency, always: the simulator knows the flag `fciq` only. */
  readonly fee: Quote
  readonly liquidity: "maker" | "taker"
  readonly timeMs: number
}

/** One movement of one balance. */
export type LedgerRow = {
  readonly ledgerId: string
  /** The exec id of the fill that moved it, or `deposit`. */
  readonly refId: string
  readonly timeMs: number
} & (
  | { readonly asset: "base"; readonly amount: Volume; readonly balance: Volume }
  /** `amount` is before the fee: the balance moves by amount − fee. */
  | { readonly asset: "quote"; readonly amount: Quote; readonly fee: Quote; readonly balance: Quote }
)

/** What an open order still wants. */
export const remaining = (order: Order): Volume => (order.volume - order.filled) as Volume

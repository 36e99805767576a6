/** What the exchange keeps of an order, a fill and a ledger row. Times are Unix milliseconds of simulated time. */
import type { Side } from "../../../../shared/core/trading.ts"
import type { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Filled, Opened } from "../../records.ts"

export type { Side }

/** `closed` is filled completely; `canceled` and `expired` may be filled in part. */
export type OrderStatus = "open" | "closed" | "canceled" | "expired"

/** The terms a client asked for, checked for shape only. */
export type OrderTerms = Omit<Opened, "_tag" | "timeMs" | "txid" | "queueAhead">

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
  readonly feeBase: Volume
  /** Exec ids of its fills, oldest first. */
  readonly fills: ReadonlyArray<string>
}

/** One fill: what Kraken calls a trade of the account. */
export type Fill = Omit<Filled, "_tag" | "filled" | "filledCost" | "complete">

/** One movement of one balance. */
export type LedgerRow = {
  /** Its place in the ledger, which its id follows from (`ledgerId`). */
  readonly place: number
  /** The exec id of the fill that moved it, or `deposit`. */
  readonly refId: string
  readonly timeMs: number
} &
  /** `amount` is before the fee: the balance moves by amount − fee. */
  (
    | { readonly asset: "base"; readonly amount: Volume; readonly fee: Volume; readonly balance: Volume }
    | { readonly asset: "quote"; readonly amount: Quote; readonly fee: Quote; readonly balance: Quote }
  )

/** What an open order still wants. */
export const remaining = (order: Order): Volume => (order.volume - order.filled) as Volume

/**
 * The accounts of the ledger. Two commodities, base and quote; amounts are exact, in the units of `Volume` and `Quote`.
 *
 * | account            | holds                                                                                        |
 * |--------------------|----------------------------------------------------------------------------------------------|
 * | `exchange`         | what our trades have brought into the account at the exchange, and taken out of it           |
 * | `working:<slot>`   | the other side of fills of orders that still stand                                           |
 * | `trading:<slot>`   | the other side of ended orders: positions in progress, at cost. Zero when none is open       |
 * | `open-fees:<slot>` | fees paid for positions in progress                                                          |
 * | `income:<slot>`    | what booked cycles earned before fees; income stands below zero, as in every ledger          |
 * | `fees:<slot>`      | fees of booked cycles                                                                        |
 * | `base-fees:<slot>` | DOGE that was taken as fees, against its worth then, which stands in the accounts of fees      |
 * | `evicted:<slot>`   | recoveries that were booked at the market's price without being traded: what they are still worth |
 * | `released:<slot>`  | what slots gave up when they retired, or traded beyond a position: in the account, and in no cycle |
 */
import type { SlotNumber } from "../../core/ids/kinds.ts"

/** One of the accounts above, without its slot. */
export type AccountKind =
  | "exchange"
  | "working"
  | "trading"
  | "open-fees"
  | "income"
  | "fees"
  | "base-fees"
  | "evicted"
  | "released"

/** What is counted: DOGE is the base, USD the quote. */
export type Commodity = "base" | "quote"

/** One line: an amount of a commodity into (or, below zero, out of) an account. */
export interface Posting {
  readonly account: string
  readonly commodity: Commodity
  /** In units of `Volume` (1e-8) or `Quote` (1e-10). */
  readonly amount: bigint
}

/** Lines that belong together and cancel out in each commodity; named by the event they follow from. */
export interface Transaction {
  /** Place of the event: its record's sequence, and its index there. */
  readonly seq: number
  readonly index: number
  /** The event's kind, and what it says about the money. */
  readonly event: string
  readonly postings: ReadonlyArray<Posting>
}

/** The account of a slot; the exchange's is one for all. */
export const accountOf = (kind: Exclude<AccountKind, "exchange">, slot: SlotNumber): string => `${kind}:${slot}`

/** Two lines that cancel out: `amount` into `to`, out of `from`. Nothing when there is nothing to move. */
export const move = (commodity: Commodity, amount: bigint, from: string, to: string): ReadonlyArray<Posting> =>
  amount === 0n
    ? []
    : [
        { account: to, commodity, amount },
        { account: from, commodity, amount: -amount }
      ]

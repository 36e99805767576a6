/** What others may do with a simulated account, and how its exchange may mislead. */
import type { ByHand } from "../../services/exchange-sim/core/engine/byHand.ts"
import type { FeesIn, Rules } from "../../services/exchange-sim/core/engine/desk.ts"
import type { Volume } from "../../shared/core/decimal/decimal.ts"

/** One thing that happens beside the client's own calls. */
export type Life =
  | { readonly _tag: "ByHand"; readonly what: ByHand }
  /** Of the open orders of ours the one at `nth` (modulo their number): changed or cancelled. */
  | { readonly _tag: "OneOrder"; readonly nth: number; readonly what: Extract<ByHand, { act: "change" | "cancel" }> }
  /** An order by hand that crosses: a trade of the account's owner. */
  | { readonly _tag: "TradeByHand"; readonly side: "buy" | "sell"; readonly volume: Volume }
  /** The private stream is silent until the next comparison. */
  | { readonly _tag: "Deaf" }
  /** So many reports of ended orders say that they were canceled with nothing traded; and so many lists of fills are empty. */
  | { readonly _tag: "Misled"; readonly reports: number; readonly lists: number }
  /** A fill that completes an order is short by so many units of 1e-8. */
  | { readonly _tag: "Rounded"; readonly units: number }
  /** The currencies in which fees are taken from now on. */
  | { readonly _tag: "FeesIn"; readonly currency: FeesIn }
  | { readonly _tag: "Terms"; readonly rules: Partial<Rules>; readonly status?: string; readonly makerPct?: number }
  /** Every order is refused with these words; null: no more. */
  | { readonly _tag: "Refusing"; readonly words: string | null }
  /** The gateway compares its orders, fills and balances with the exchange's. */
  | { readonly _tag: "Compare" }

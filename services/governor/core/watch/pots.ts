/** Money that is there and cannot be traded with: in another pot of the account, or held beyond what there is. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type Draft, type GovernorVariants, notice } from "../draft.ts"
import type { GovernorState } from "../state.ts"

/** Tells of either once, when the balances first show it. */
export const tellPots: GovernorVariants["pots"] = (draft: Draft, before: GovernorState): void => {
  const now = draft.state.market.balances
  if (now === null) return
  const then = before.market.balances
  const pots = now.elsewhere?.join(", ") ?? ""
  if (pots !== "" && pots !== (then?.elsewhere?.join(", ") ?? ""))
    notice(draft, "warning", "balance_elsewhere", { pots })
  const over = (balances: typeof then) => ({
    base: balances !== null && balances.base.hold > balances.base.total,
    quote: balances !== null && balances.quote.hold > balances.quote.total
  })
  const [is, was] = [over(now), over(then)]
  if (is.base && !was.base) {
    const numbers = { currency: "DOGE", hold: Volume.format(now.base.hold), total: Volume.format(now.base.total) }
    notice(draft, "warning", "hold_above_total", numbers)
  }
  if (is.quote && !was.quote) {
    const numbers = { currency: "USD", hold: Quote.format(now.quote.hold), total: Quote.format(now.quote.total) }
    notice(draft, "warning", "hold_above_total", numbers)
  }
}

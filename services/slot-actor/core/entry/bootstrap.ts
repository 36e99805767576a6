/** The first orders of an empty slot, and the missing leg of a one-sided one. (docs/trading-contract.md §5.) */
import { type Draft, type Funds, refuse } from "../draft.ts"
import { missingTrade } from "../flags.ts"
import { addEntryAfterCooldown } from "./entries.ts"

/** Gives an empty slot its entries: both, or one; that it is the only one is what sets the fallback flag of its side. */
export const ensureBootstrapped = (draft: Draft, funds: Funds): void => {
  const { book, terms, sizes, marketPrice } = draft
  if (book.orders.length > 0) return
  const { doge, usd } = funds
  const { minVolume, minCostUsd } = terms
  if (doge >= minVolume && usd >= minCostUsd) {
    addEntryAfterCooldown(draft, "A", sizes.A, "bootstrap_A")
    addEntryAfterCooldown(draft, "B", sizes.B, "bootstrap_B")
  } else if (doge >= 2 * minVolume) addEntryAfterCooldown(draft, "A", 2 * minVolume * marketPrice, "reseed_A")
  else if (usd >= 2 * minCostUsd) addEntryAfterCooldown(draft, "B", 2 * minVolume * marketPrice, "reseed_B")
  else if (doge >= minVolume) addEntryAfterCooldown(draft, "A", minVolume * marketPrice, "degraded_A")
  else if (usd >= minCostUsd) addEntryAfterCooldown(draft, "B", minVolume * marketPrice, "degraded_B")
  else refuse(draft, "bootstrap", "insufficient_funds", () => ({ ...compared(funds, draft) }))
}

const compared = ({ doge, usd }: Funds, { terms }: Draft) => ({
  dogeFree: doge,
  usdFree: usd,
  minVolume: terms.minVolume,
  minCostUsd: terms.minCostUsd
})

/** Adds the leg that a one-sided slot lacks, once its currency is there and its cooldown is over. */
export const autoRepair = (draft: Draft, funds: Funds): void => {
  const { book, terms } = draft
  const tradeId = missingTrade(book)
  if (tradeId === null) return
  const enough = tradeId === "A" ? funds.doge >= terms.minVolume : funds.usd >= terms.minCostUsd
  if (!enough) {
    refuse(draft, `entry_${tradeId}`, "insufficient_funds", () => ({
      wantedBy: "auto_repair",
      ...compared(funds, draft)
    }))
    return
  }
  addEntryAfterCooldown(draft, tradeId, draft.sizes[tradeId], "auto_repair")
}

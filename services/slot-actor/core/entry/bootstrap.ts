/** The first orders of an empty slot, and the missing leg of a one-sided one. (docs/trading-contract.md §5.) */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { TRADE_IDS } from "../../../../shared/core/trading.ts"
import { type Draft, type Funds, refuse } from "../draft.ts"
import { missingTrade } from "../flags.ts"
import type { TradeId } from "../state.ts"
import { coveredBy, leastEntry } from "./coverage.ts"
import { addEntryAfterCooldown, entryPriceNow, entrySide } from "./entries.ts"

/** Gives an empty slot its entries: both, or one; that it is the only one is what sets the fallback flag of its side. */
export const ensureBootstrapped = (draft: Draft, funds: Funds): void => {
  if (draft.book.orders.length > 0) return
  draft.variants.firstEntries(draft, funds)
}

/** Each currency is held against its own least alone, and sizes are taken at the market. */
export const firstEntriesAtMarket = (draft: Draft, funds: Funds): void => {
  const { terms, sizes, marketPrice } = draft
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

/**
 * Each currency is held against what the smallest entry takes of it: least volume and least cost at the entry's own price, with
 * the fee. What the funds cover not even once, by one of the two limits, is refused as such, and the market goes on.
 */
export const firstEntriesCovered = (draft: Draft, funds: Funds): void => {
  const { terms, sizes } = draft
  const least: Readonly<Record<TradeId, Volume>> = { A: leastEntry(draft, "A"), B: leastEntry(draft, "B") }
  const covers = (tradeId: TradeId, times: bigint): boolean => {
    const price = entryPriceNow(draft, tradeId)
    return coveredBy(funds, { side: entrySide(tradeId), price, volume: (least[tradeId] * times) as Volume }, terms)
  }
  if (covers("A", 1n) && covers("B", 1n)) {
    addEntryAfterCooldown(draft, "A", sizes.A, "bootstrap_A")
    addEntryAfterCooldown(draft, "B", sizes.B, "bootstrap_B")
    return
  }
  const twice = TRADE_IDS.find((tradeId) => covers(tradeId, 2n))
  if (twice !== undefined) {
    return addEntryAfterCooldown(draft, twice, (2n * least[twice]) as Volume, `reseed_${twice}`)
  }
  const reaches = { A: funds.doge >= terms.minVolume, B: funds.usd >= terms.minCostUsd }
  const once = TRADE_IDS.find((tradeId) => covers(tradeId, 1n)) ?? TRADE_IDS.find((tradeId) => reaches[tradeId])
  if (once !== undefined) addEntryAfterCooldown(draft, once, least[once], `degraded_${once}`)
  else refuse(draft, "bootstrap", "insufficient_funds", () => ({ ...compared(funds, draft) }))
}

const compared = ({ doge, usd, owed }: Funds, { terms }: Draft) => ({
  dogeFree: doge,
  usdFree: usd,
  ...(owed === undefined ? {} : { dogeOwed: Volume.format(owed.base), usdOwed: Quote.format(owed.quote) }),
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

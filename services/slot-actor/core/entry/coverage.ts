/** The smallest entry the exchange takes now, and whether funds cover an entry: both exact. (docs/trading-contract.md §5.) */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import {
  boundBy,
  type Amounts,
  type Lack,
  lackOf,
  leastVolume,
  owedOf,
  type Sized
} from "../../../../shared/market/core/binding.ts"
import type { Draft, SlotVariants } from "../draft.ts"
import type { TradeId } from "../state.ts"
import type { Terms } from "../terms.ts"
import { entryPriceNow } from "./entries.ts"

/** The smallest volume of an entry of the trade at its price of now; without a price that makes sense the least volume itself. */
export const leastEntry = (draft: Draft, tradeId: TradeId): Volume => {
  const { volumeDecimals, minVolume, minCostUsd } = draft.terms
  // A double tells every limit below 2^53 units apart, 90 million DOGE or 900 thousand USD: this is what the exchange said.
  const limits = { volumeDecimals, minVolume: Volume.fromNumber(minVolume), minCost: Quote.fromNumber(minCostUsd) }
  const price = entryPriceNow(draft, tradeId)
  return price > 0n ? leastVolume(price, limits) : limits.minVolume
}

const lack = (free: Amounts, entry: Sized, { makerFeeE12 }: Terms): Lack | null =>
  lackOf(entry.side, boundBy(entry, makerFeeE12), free)

/** Whether these funds cover what the entry binds, as the governor will judge it. */
export const coveredBy = (free: Amounts, entry: Sized, terms: Terms): boolean => lack(free, entry, terms) === null

/** The governor alone judges what is covered. */
export const leftToGovernor = (): null => null

/** What the allotment lacks of an entry that answers it; null: nothing, or the entry answers none. */
export const lackOfAllotment: SlotVariants["shortfall"] = ({ allotted, terms }, entry) => {
  const lacks = allotted === null ? null : lack(allotted, entry, terms)
  return lacks === null ? null : { ...lacks, ...owedOf(entry.side, allotted?.owed) }
}

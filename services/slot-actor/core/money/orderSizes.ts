/** What a new order of each trade is worth: the slot's own base, capital layers, and the rebalancer's skew. (docs/trading-contract.md §6.) */
import { minus, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Numbers } from "../../../../shared/core/rules/rules.ts"
import type { Amounts } from "../../../../shared/market/core/binding.ts"
import type { Draft, Funds, OrderSizes } from "../draft.ts"
import { baseSizes } from "./pricing.ts"
import { phaseOf, type SlotState, type TradeId } from "../state.ts"
import type { Terms } from "../terms.ts"

/**
 * Sizes in USD. The favoured side (B for a positive skew, A for a negative one) grows by its multiplier as far as the funds on
 * that side reach, and never shrinks below what the other side gets. `funds` are those of an allotment; without one the account's
 * free balances count.
 */
export const orderSizes = (state: SlotState, terms: Terms, funds: Funds | null = null): OrderSizes => {
  const { skew, favouredMultiplier } = terms.sizing
  const base = withLayers(state, terms)
  const available = skew === 0 || leansNot(state, terms) ? null : (funds ?? freeBalances(state))
  if (available === null) return { A: base, B: base }
  const favoured = (inUsd: number): number =>
    Math.max(base, Math.min(base * favouredMultiplier, Math.max(base, inUsd - base)))
  return skew > 0
    ? { A: base, B: favoured(available.usd) }
    : { A: favoured(available.doge * state.marketPrice), B: base }
}

/** A position is open and the skew is kept out of that; rules that do not say so let it in. */
const leansNot = ({ book }: SlotState, { skewInS1 }: Terms): boolean => {
  if (skewInS1 !== false) return false
  const phase = phaseOf(book.orders)
  return phase === "S1a" || phase === "S1b"
}

/** Capital layers in an order of this size, in USD or of a volume by itself. The sizes of a fresh start carry none. */
export const layersIn = ({ terms, sizes }: Draft, tradeId: TradeId, size: number | Volume): number =>
  size === sizes[tradeId] ? terms.sizing.effectiveLayers : 0

/** What the skew did to this size, for the order's reason; nothing where it does not favour the trade. */
export const sizeNumbers = ({ terms, sizes }: Draft, tradeId: TradeId, size: number | Volume): Numbers => {
  const { skew, favouredMultiplier } = terms.sizing
  const favoured = size === sizes[tradeId] && (tradeId === "B" ? skew > 0 : skew < 0)
  const keptOut = terms.skewInS1 === false && sizes.A === sizes.B
  return favoured && !keptOut && favouredMultiplier !== 1 ? { skewMultiplier: favouredMultiplier } : {}
}

/** Base and layers: what both trades get without a skew. */
export const withLayers = ({ book, marketPrice }: SlotState, terms: Terms): number => {
  const base = baseSizes(book.totalProfit, terms).A
  return Math.max(base, base + terms.sizing.effectiveLayers * terms.sizing.dogePerOrder * marketPrice)
}

/** Totals minus what open orders hold, as the exchange last said; null before it has. */
const freeBalances = ({ facts: { balances } }: SlotState): Funds | null =>
  balances === null
    ? null
    : fundsIn({
        base: minus(balances.base.total, balances.base.hold),
        quote: minus(balances.quote.total, balances.quote.hold)
      })

/** Amounts as the rules compare them. */
export const fundsIn = ({ base, quote, owed }: Amounts & Pick<Funds, "owed">): Funds => ({
  base,
  quote,
  ...(owed === undefined ? {} : { owed }),
  doge: Volume.toNumber(base),
  usd: Quote.toNumber(quote)
})

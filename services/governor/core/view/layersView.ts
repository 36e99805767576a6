/** Capital layers as people see them: what is wanted, what is funded, and what is missing. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import { fundableLayers, fundingGap, stepGap } from "../slots/sizing.ts"
import type { GovernorState } from "../state.ts"

/** Estimates of doubles, shown with the decimals that people pay with. */
const doge = (amount: number): string => Volume.format(Volume.fromNumber(amount))
const usd = (amount: number): string => Quote.format(Quote.fromNumber(amount, 4))

/** The block `capital_layers`; what depends on balances and price is null until both are known. */
export const layersView = (state: GovernorState, rules: GovernorRules) => {
  const { targetLayers, effectiveLayers } = state.sizing
  const gap = fundingGap(state, rules)
  const fundable = fundableLayers(state, rules)
  const { orders } = state
  return {
    target: targetLayers,
    effective: effectiveLayers,
    doge_per_order: rules.layerDogePerOrder,
    orders_per_layer: rules.layerOrderBudget,
    default_source: rules.layerDefaultSource,
    /** What the layers wanted lack, for the orders that stand. */
    funding_gap_doge: gap === null ? null : doge(gap.doge),
    funding_gap_usd: gap === null ? null : usd(gap.usd),
    fully_funded: gap === null ? null : effectiveLayers === targetLayers,
    sources: {
      doge:
        fundable === null ? null : { fundable_layers: fundable.fromDoge, next_layer: nextLayer(state, rules, "doge") },
      usd: fundable === null ? null : { fundable_layers: fundable.fromUsd, next_layer: nextLayer(state, rules, "usd") }
    },
    /** Orders that already have the present size, of all that live. */
    propagation: { done: orders.filter(({ layers }) => layers === effectiveLayers).length, orders: orders.length }
  }
}

/** Whether this currency covers one more layer, and what it lacks. */
const nextLayer = (state: GovernorState, rules: GovernorRules, source: "doge" | "usd") => {
  const gap = stepGap(state, rules)
  if (gap === null) return null
  const missing = Math.max(0, gap[source])
  return { covered: missing === 0, missing: source === "doge" ? doge(missing) : usd(missing) }
}

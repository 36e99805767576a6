/** What orders are worth beyond a slot's own base: capital layers as far as they are funded, and the rebalancer's skew. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { ownFunds } from "../entries/funds.ts"
import { sellOrders } from "../orderTable.ts"
import { isConfigured } from "../rules.ts"
import type { GovernorState } from "../state.ts"

/** A ladder longer than this is a mistake at the keyboard. */
const MAX_LAYERS = 1_000

type Source = "auto" | "doge" | "usd"

/** Free as the exchange says, as doubles: layers are whole numbers of a ratio, not money. */
const free = (state: GovernorState): { readonly doge: number; readonly usd: number } | null => {
  const funds = ownFunds(state)
  return funds === null ? null : { doge: Volume.toNumber(funds.base), usd: Quote.toNumber(funds.quote) }
}

/** Live orders on each side, one at least: a layer must reach for the next order too. */
const liveOrders = (state: GovernorState): { readonly sells: number; readonly buys: number } => {
  const sells = sellOrders(state)
  return { sells: Math.max(1, sells), buys: Math.max(1, state.orders.length - sells) }
}

/** How many layers each currency can fund for the orders that stand (docs/trading-contract.md §6). */
export const fundableLayers = (
  state: GovernorState,
  { layerDogePerOrder, layerBalanceBuffer }: GovernorRules
): { readonly fromDoge: number; readonly fromUsd: number } | null => {
  const funds = free(state)
  const price = state.market.priceNumber
  if (funds === null || price <= 0) return null
  const { sells, buys } = liveOrders(state)
  return {
    fromDoge: Math.floor(funds.doge / (sells * layerDogePerOrder * layerBalanceBuffer)),
    fromUsd: Math.floor(funds.usd / (buys * layerDogePerOrder * price * layerBalanceBuffer))
  }
}

/** What may change the sizes. */
type SizingRule = "configured" | "balances" | "loop" | "skew" | "layer_added" | "layer_removed"

/** Tells the slots when layers, skew or multiplier have changed; nothing before there are rules to size by. */
export const updateSizing = (draft: Draft, cause: SizingRule): void => {
  const { state, rules } = draft
  if (!isConfigured(state)) return
  const { sizing } = state
  const fundable = fundableLayers(state, rules)
  const effectiveLayers =
    fundable === null ? 0 : Math.max(0, Math.min(sizing.targetLayers, fundable.fromDoge, fundable.fromUsd))
  const favouredMultiplier =
    sizing.skew === 0 ? 1 : Math.min(rules.maxSizeMultiplier, 1 + Math.abs(sizing.skew) * rules.skewSensitivity)
  const told = { effectiveLayers, dogePerOrder: rules.layerDogePerOrder, skew: sizing.skew, favouredMultiplier }
  const before = sizing.told
  const same =
    before !== null &&
    before.effectiveLayers === told.effectiveLayers &&
    before.dogePerOrder === told.dogePerOrder &&
    before.skew === told.skew &&
    before.favouredMultiplier === told.favouredMultiplier
  if (same && effectiveLayers === sizing.effectiveLayers) return
  state.sizing = { ...sizing, effectiveLayers, told }
  if (same) return
  draft.outputs.push({
    _tag: "SizingSet",
    ...told,
    reason: reason(cause, {
      targetLayers: sizing.targetLayers,
      fromDoge: fundable?.fromDoge ?? "unknown",
      fromUsd: fundable?.fromUsd ?? "unknown"
    })
  })
}

/** The rebalancer has decided. */
export const learnSkew = (draft: Draft, { skew }: EventOf<"SkewDecided">): void => {
  draft.state.sizing = { ...draft.state.sizing, skew }
  updateSizing(draft, "skew")
}

/** One layer more: null when it is taken, else why it is not. The source must be able to fund a whole order budget of it. */
export const addLayer = (draft: Draft, wanted: Source | null): Reason | null => {
  const { state, rules } = draft
  const source = wanted ?? rules.layerDefaultSource
  const { targetLayers } = state.sizing
  if (targetLayers >= MAX_LAYERS) return reason("too_many_layers", { targetLayers, most: MAX_LAYERS })
  const gap = stepGap(state, rules)
  if (gap === null) return reason("funds_unknown", {})
  const enough = source === "doge" ? gap.doge <= 0 : source === "usd" ? gap.usd <= 0 : gap.doge <= 0 || gap.usd <= 0
  if (!enough) {
    return reason("layer_not_funded", {
      source,
      missingDoge: Math.max(0, gap.doge),
      missingUsd: Math.max(0, gap.usd),
      orders: rules.layerOrderBudget,
      dogePerOrder: rules.layerDogePerOrder
    })
  }
  state.sizing = { ...state.sizing, targetLayers: targetLayers + 1 }
  updateSizing(draft, "layer_added")
  return null
}

/** One layer less. */
export const removeLayer = (draft: Draft): Reason | null => {
  const { sizing } = draft.state
  if (sizing.targetLayers === 0) return reason("no_layer", { targetLayers: 0 })
  draft.state.sizing = { ...sizing, targetLayers: sizing.targetLayers - 1 }
  updateSizing(draft, "layer_removed")
  return null
}

/** What is missing in each currency for one more layer over a whole order budget; negative: that much is over. */
export const stepGap = (
  state: GovernorState,
  { layerOrderBudget, layerDogePerOrder }: GovernorRules
): { readonly doge: number; readonly usd: number } | null => {
  const funds = free(state)
  const price = state.market.priceNumber
  if (funds === null || price <= 0) return null
  const doge = layerOrderBudget * layerDogePerOrder
  return { doge: doge - funds.doge, usd: doge * price - funds.usd }
}

/** What the layers wanted need over what is free, for the orders that stand; zero when they are funded. */
export const fundingGap = (
  state: GovernorState,
  rules: GovernorRules
): { readonly doge: number; readonly usd: number } | null => {
  const funds = free(state)
  const price = state.market.priceNumber
  if (funds === null || price <= 0) return null
  const { sells, buys } = liveOrders(state)
  const perOrder = state.sizing.targetLayers * rules.layerDogePerOrder * rules.layerBalanceBuffer
  return {
    doge: Math.max(0, sells * perOrder - funds.doge),
    usd: Math.max(0, buys * perOrder * price - funds.usd)
  }
}

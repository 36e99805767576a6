/** The terms that a slot's decision is held to, as they stood at the record that it answers. */
import { Price, PRICE_DECIMALS, Quote, Volume, VOLUME_DECIMALS } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotRules } from "../../../../shared/events/families/control.ts"
import type { Known } from "./known.ts"

/** From this version of the rules on an order is asked for as the exchange takes it. */
const SINCE_RULES = 3

/** Rules, and what exchange and governor have laid over them. Money and amounts as doubles: they are compared with a unit to spare. */
export interface TermsThen {
  readonly rules: SlotRules
  readonly market: number
  readonly entryPct: number
  readonly profitPct: number
  readonly sizeUsd: number
  /** Capital layers in an order, USD. */
  readonly layersUsd: number
  /** How many times as large an order of each trade may be. */
  readonly most: Readonly<Record<"A" | "B", number>>
  /** One unit of a price, and of a volume, at the exchange's decimals. */
  readonly tick: number
  readonly lot: number
  readonly leastVolume: number
  readonly leastCostUsd: number
}

/** At this record; null where nothing is known yet, or older rules are in force. */
export const termsAt = ({ events, price, rulesVersion }: Known, seq: number): TermsThen | null => {
  const rules = events.MarketConfigured.at(seq)?.rules
  const market = price.at(seq)
  const constraints = events.ConstraintsObserved.at(seq)
  if (rules === undefined || market === null || constraints === null) return null
  if ((rulesVersion.at(seq) ?? 0) < SINCE_RULES) return null
  const [targets, sizing] = [events.TargetsSet.at(seq), events.SizingSet.at(seq)]
  const { skew = 0, favouredMultiplier = 1, effectiveLayers = 0, dogePerOrder = 0 } = sizing ?? {}
  const runtime = targets?.runtimeProfitPct ?? 0
  return {
    rules,
    market,
    entryPct: targets?.entryPct ?? rules.entryPct,
    profitPct: runtime > 0 ? runtime : (targets?.profitPct ?? rules.profitPct),
    sizeUsd: Quote.toNumber(rules.orderSize),
    layersUsd: effectiveLayers * dogePerOrder * market,
    most: { A: skew < 0 ? favouredMultiplier : 1, B: skew > 0 ? favouredMultiplier : 1 },
    tick: 10 ** -Math.min(constraints.priceDecimals, PRICE_DECIMALS),
    lot: 10 ** -Math.min(constraints.volumeDecimals, VOLUME_DECIMALS),
    leastVolume: Volume.toNumber(constraints.minVolume),
    leastCostUsd: Quote.toNumber(constraints.minCost)
  }
}

/** Whether a price has no more decimals than the exchange takes. */
export const isWhole = (price: Price, tick: number): boolean => {
  const ticks = Price.toNumber(price) / tick
  return Math.abs(ticks - Math.round(ticks)) < 1e-4
}

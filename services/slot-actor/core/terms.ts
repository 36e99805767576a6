/**
 * The terms a slot trades on: its configured rules with the exchange's own constraints and fees laid over them, as the
 * numbers the reducer needs. Derived, never stored: a snapshot keeps the sources and derives them again.
 */
import { PRICE_DECIMALS, Quote, Volume, VOLUME_DECIMALS } from "../../../shared/core/decimal/decimal.ts"
import type { SlotRules } from "../../../shared/events/families/control.ts"
import type { EventOf } from "../../../shared/events/event.ts"

/**
 * The rules as they are, and beside them the numbers that the exchange, the governor or a unit make of them: fractions for
 * percentages, milliseconds for seconds, doubles for money (USD) and `minVolume` (DOGE).
 */
export interface Terms extends Omit<SlotRules, "minVolume"> {
  readonly entryFraction: number
  readonly orderSizeUsd: number
  readonly s1OrphanAfterMs: number
  readonly s2OrphanAfterMs: number
  readonly lossCooldownMs: number
  readonly reentryCooldownMs: number
  readonly refreshCooldownMs: number
  readonly minVolume: number
  readonly minCostUsd: number
  /** The maker fee as an exact fraction, scaled by 1e12 (0.25 % is 2_500_000_000). */
  readonly makerFeeE12: bigint
  /** What the governor adds to sizes; nothing before it has said. */
  readonly sizing: {
    readonly effectiveLayers: number
    readonly dogePerOrder: number
    readonly skew: number
    readonly favouredMultiplier: number
  }
}

const PLAIN_SIZING: Terms["sizing"] = { effectiveLayers: 0, dogePerOrder: 0, skew: 0, favouredMultiplier: 1 }

const MS = 1000

type Known = readonly [
  rules: SlotRules,
  constraints: EventOf<"ConstraintsObserved"> | null,
  fees: EventOf<"FeesObserved"> | null,
  targets?: EventOf<"TargetsSet"> | null,
  sizing?: EventOf<"SizingSet"> | null
]

let last: { readonly from: Known; readonly terms: Terms } | null = null

/**
 * `constraints` and `fees` are null until the exchange has said them; the rules' own values stand in. `targets` and `sizing` are
 * the governor's, over the rules.
 */
export const termsOf = (...from: Known): Terms => {
  // Every slot of a market learns the same facts, one after the other: the last terms are kept.
  if (last === null || last.from.length !== from.length || last.from.some((known, at) => known !== from[at]))
    last = { from, terms: reckon(...from) }
  return last.terms
}

const reckon = (...[rules, constraints, fees, targets = null, sizing = null]: Known): Terms => {
  const limits = constraints ?? rules
  return {
    ...rules,
    entryFraction: (targets?.entryPct ?? rules.entryPct) / 100,
    profitPct: targets?.profitPct ?? rules.profitPct,
    orderSizeUsd: Quote.toNumber(rules.orderSize),
    s1OrphanAfterMs: rules.s1OrphanAfterSec * MS,
    s2OrphanAfterMs: rules.s2OrphanAfterSec * MS,
    lossCooldownMs: rules.lossCooldownSec * MS,
    reentryCooldownMs: rules.reentryBaseCooldownSec * MS,
    refreshCooldownMs: rules.refreshCooldownSec * MS,
    priceDecimals: Math.min(limits.priceDecimals, PRICE_DECIMALS),
    volumeDecimals: Math.min(limits.volumeDecimals, VOLUME_DECIMALS),
    minVolume: Volume.toNumber(limits.minVolume),
    minCostUsd: Quote.toNumber(limits.minCost),
    // A percentage with at most 10 decimals, at the quote scale: percent · 1e10 = fraction · 1e12.
    makerFeeE12: Quote.fromNumber(fees?.makerPct ?? rules.makerFeePct),
    sizing: sizing ?? PLAIN_SIZING
  }
}

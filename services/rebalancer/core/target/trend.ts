/** Where the price is going: two averages of it, and how far the fast one stands above the slow one (docs/trading-contract.md §9). */
import { smooth, smoothingWeight } from "../arithmetic.ts"
import type { RebalancerRules } from "../../../../shared/config/rules/rebalancer.ts"

/** The two averages of the price, in USD per DOGE, after an update. */
export interface TrendAverages {
  readonly fast: number
  readonly slow: number
}

/** Above 0 while the price rises: the fast average's lead, as a share of the slow one. */
export const trendScore = ({ fast, slow }: TrendAverages): number => (fast - slow) / slow

/** Why the averages are what they are after an update. */
export type TrendRule =
  /** The first price, and too few samples of the market: score 0, and the target is the base. */
  | "cold_start"
  /** The first price, with enough samples. */
  | "first_price"
  /** More than two slow time constants without an update: old averages say nothing, both start at the price. */
  | "gap"
  | "followed"
  /** No price is known: nothing moved. */
  | "no_price"

/** One update of the trend. */
export interface TrendStep {
  readonly rule: TrendRule
  /** Null until there has been a price. */
  readonly averages: TrendAverages | null
  /** `trendScore` of the averages; 0 where they say nothing. */
  readonly score: number
}

/** What an update knows of the market. */
export interface TrendInput {
  /** USD per DOGE; null when none is known. */
  readonly price: number | null
  /** How many price samples have been seen so far, this one included. */
  readonly samples: number
  /** Time since the last update; at the first one, the interval. */
  readonly elapsedSec: number
}

/** Moves both averages towards the price, or starts them at it. */
export const followTrend = (
  before: TrendAverages | null,
  { price, samples, elapsedSec }: TrendInput,
  config: RebalancerRules
): TrendStep => {
  if (price === null) return { rule: "no_price", averages: before, score: before === null ? 0 : trendScore(before) }
  const atPrice = { fast: price, slow: price }
  if (before === null) {
    return { rule: samples < config.minSamples ? "cold_start" : "first_price", averages: atPrice, score: 0 }
  }
  if (elapsedSec > 2 * config.slowTrendSec) return { rule: "gap", averages: atPrice, score: 0 }
  const averages = {
    fast: smooth(before.fast, price, smoothingWeight(elapsedSec, config.fastTrendSec)),
    slow: smooth(before.slow, price, smoothingWeight(elapsedSec, config.slowTrendSec))
  }
  return { rule: "followed", averages, score: trendScore(averages) }
}

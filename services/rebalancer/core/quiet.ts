/** Until when prices and time alone lead to no update of the rebalancer. Pure. */
import { ALWAYS_QUIET, type Deferrable, NOT_QUIET, type Quiet, quietUntil } from "../../../shared/actor/core/quiet.ts"
import { countSample, type RebalancerActorState } from "./actor.ts"

/**
 * How long the rebalancer stays quiet (`Quiet`). The prices it is not told are missing in its count of samples, which says something
 * before its first update only: until that it is never quiet.
 */
export const rebalancerQuiet = ({ rules, balances, price, core }: RebalancerActorState): Quiet => {
  if (rules?.enabled !== true) return ALWAYS_QUIET
  if (balances === null || price === null || core.updatedAtMs === null) return NOT_QUIET
  return quietUntil(core.updatedAtMs + rules.intervalSec * 1_000)
}

/** The last price of a quiet time as a double, when it came, and when the clock spoke after it; null: it did not. */
export interface Passed {
  readonly priceNumber: number
  readonly priceAtMs: number
  readonly tick: { readonly timeMs: number } | null
}

/** The state after a quiet time, as folding its last price and the clock fact after it would have left it. */
export const passedQuietly = (state: RebalancerActorState, passed: Passed): RebalancerActorState => {
  const { priceNumber, priceAtMs, tick } = passed
  const nowMs = Math.max(state.nowMs, tick?.timeMs ?? priceAtMs)
  return { ...state, nowMs, price: priceNumber, samples: countSample(state.samples) }
}

/** Looked at once an interval; until there are any the rebalancer is never quiet. */
export const REBALANCER_DEFERS: Deferrable = new Set(["BalancesObserved", "CapacityBandChanged"] as const)

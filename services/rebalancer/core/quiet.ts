/** Until when prices and time alone lead to no update of the rebalancer. Pure. */
import { ALWAYS_QUIET, type Deferrable, NOT_QUIET, type Quiet, quietUntil } from "../../../shared/actor/core/quiet.ts"
import type { RebalancerActorState } from "./actor.ts"

/**
 * How long the rebalancer stays quiet (`Quiet`). The prices it is not told are missing in its count of samples, which says something
 * before its first update only: until that it is never quiet.
 */
export const rebalancerQuiet = ({ rules, balances, price, core }: RebalancerActorState): Quiet => {
  if (rules?.enabled !== true) return ALWAYS_QUIET
  if (balances === null || price === null || core.updatedAtMs === null) return NOT_QUIET
  return quietUntil(core.updatedAtMs + rules.intervalSec * 1_000)
}

/** Looked at once an interval; until there are any the rebalancer is never quiet. */
export const REBALANCER_DEFERS: Deferrable = new Set(["BalancesObserved", "CapacityBandChanged"] as const)

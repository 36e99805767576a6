/**
 * The rebalancer's part of the row `__v1__`, under the names that readers of that row know. Ratios and prices are numbers, times
 * Unix seconds of the exchange's clock; null before the first update.
 */
import type { RebalancerActorState } from "./actor.ts"
import { trendScore } from "./target/trend.ts"

const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1_000)

export const rebalancerSaved = ({ core, last }: RebalancerActorState) => {
  const { averages, target, control, skew, updatedAtMs } = core
  return {
    _rebalancer_current_skew: skew,
    _rebalancer_smoothed_error: control.smoothedError,
    _rebalancer_smoothed_velocity: control.smoothedVelocity,
    _rebalancer_last_update_ts: secondsOrNull(updatedAtMs),
    _trend_fast_ema: averages?.fast ?? null,
    _trend_slow_ema: averages?.slow ?? null,
    _trend_score: averages === null ? null : trendScore(averages),
    /** Where the signal wanted the target at the last update, before hold and smoothing. */
    _trend_dynamic_target: last?.numbers["rawTarget"] ?? null,
    _trend_smoothed_target: target.target,
    _trend_target_locked_until: secondsOrNull(target.holdUntilMs),
    _trend_last_update_ts: secondsOrNull(updatedAtMs)
  }
}

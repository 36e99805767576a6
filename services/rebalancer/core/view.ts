/** The rebalancer for people and for `/api/status`, under the reference's field names. */
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import type { RebalancerActorState } from "./actor.ts"

/** Ratios and prices are numbers; times are Unix seconds. */
export const rebalancerView = ({ rules, core, idleRatio, last, capacityBand, nowMs }: RebalancerActorState) => {
  const { averages, target, skew, updatedAtMs, flips } = core
  const holdUntilMs = target.holdUntilMs
  const score = averages === null ? null : (averages.fast - averages.slow) / averages.slow
  return {
    rebalancer: {
      enabled: rules?.enabled ?? false,
      target: target.target ?? rules?.baseIdleTarget ?? null,
      base_target: rules?.baseIdleTarget ?? null,
      skew,
      idle_ratio: idleRatio,
      capacity_band: capacityBand,
      silenced: flips.silenced,
      last_update_ts: updatedAtMs === null ? null : updatedAtMs / 1_000,
      /** The rule that had the last word, and every number on the way to the skew. */
      reason: last === null ? null : { ...last, sentence: sentenceOf(last) }
    },
    trend: {
      /** How far the fast average stands above the slow one, as a fraction of that; null before the first prices. */
      score,
      /** The same for people, in percent with its sign. */
      score_display: score === null ? null : `${score < 0 ? "−" : "+"}${Math.abs(score * 100).toFixed(3)} %`,
      fast_ema: averages?.fast ?? null,
      slow_ema: averages?.slow ?? null,
      dynamic_idle_target: target.target,
      hysteresis_active: holdUntilMs !== null && nowMs < holdUntilMs,
      hysteresis_expires_in_sec: holdUntilMs === null ? 0 : Math.max(0, (holdUntilMs - nowMs) / 1_000)
    }
  }
}

/** What `/api/status` and the page are given of the rebalancer. */
export type RebalancerView = ReturnType<typeof rebalancerView>

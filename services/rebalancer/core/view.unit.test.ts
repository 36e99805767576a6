import { describe, expect, it } from "@effect/vitest"
import { rebalancerActor, type RebalancerActorState } from "./actor.ts"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../shared/config/rules/rebalancer.ts"
import { rebalancerView } from "./view.ts"

const fresh = rebalancerActor.initial
const rules = { ...DEFAULTS, enabled: true, baseIdleTarget: 0.4, regimeMaxAgeSec: 900 }

describe("the rebalancer's status", () => {
  it("says of one that was never configured that nothing is known", () => {
    expect(rebalancerView(fresh)).toStrictEqual({
      rebalancer: {
        enabled: false,
        target: null,
        base_target: null,
        skew: 0,
        idle_ratio: null,
        capacity_band: "normal",
        silenced: false,
        last_update_ts: null,
        reason: null
      },
      trend: {
        score: null,
        score_display: null,
        fast_ema: null,
        slow_ema: null,
        dynamic_idle_target: null,
        hysteresis_active: false,
        hysteresis_expires_in_sec: 0
      }
    })
  })

  it("shows the base as the target until there has been an update", () => {
    const { rebalancer } = rebalancerView({ ...fresh, rules })
    expect(rebalancer).toMatchObject({ enabled: true, target: 0.4, base_target: 0.4 })
  })

  const updated: RebalancerActorState = {
    ...fresh,
    nowMs: 1_800_000,
    rules,
    capacityBand: "caution",
    core: {
      ...fresh.core,
      updatedAtMs: 1_500_000,
      averages: { fast: 0.15, slow: 0.12 },
      target: { target: 0.3, holdUntilMs: 1_860_000 },
      flips: { direction: 1, flipsAtMs: [], silenced: true },
      skew: 0.1
    },
    idleRatio: 0.7,
    last: { rule: "controlled", numbers: { idleRatio: 0.7, target: 0.3 } }
  }

  it("shows what the last update made of the market, times in seconds", () => {
    const { rebalancer, trend } = rebalancerView(updated)
    expect(rebalancer).toStrictEqual({
      enabled: true,
      target: 0.3,
      base_target: 0.4,
      skew: 0.1,
      idle_ratio: 0.7,
      capacity_band: "caution",
      silenced: true,
      last_update_ts: 1_500,
      reason: {
        rule: "controlled",
        numbers: { idleRatio: 0.7, target: 0.3 },
        sentence: "Idle dollars are 0.7 of the account, steered to 0.3."
      }
    })
    expect(trend.score).toBeCloseTo(0.25, 12)
    expect(trend).toMatchObject({
      score_display: "+25.000 %",
      fast_ema: 0.15,
      slow_ema: 0.12,
      dynamic_idle_target: 0.3
    })
  })

  it.each([
    { what: "before the first prices", averages: null, score: null, shown: null },
    { what: "falling", averages: { fast: 0.1199, slow: 0.12 }, score: -0.000833, shown: "−0.083 %" }
  ])("says how the trend scores, for machines and for people: $what", ({ averages, score, shown }) => {
    const { trend } = rebalancerView({ ...updated, core: { ...updated.core, averages } })
    expect(trend.score === null ? null : Math.round(trend.score * 1e6) / 1e6).toBe(score)
    expect(trend.score_display).toBe(shown)
  })

  it.each([
    { name: "is running", nowMs: 1_800_000, active: true, leftSec: 60 },
    { name: "has a millisecond left", nowMs: 1_859_999, active: true, leftSec: 0.001 },
    { name: "ends", nowMs: 1_860_000, active: false, leftSec: 0 },
    { name: "is over", nowMs: 1_861_000, active: false, leftSec: 0 }
  ])("a hold of the target that $name is active $active, $leftSec s to go", ({ nowMs, active, leftSec }) => {
    const { trend } = rebalancerView({ ...updated, nowMs })
    expect(trend).toMatchObject({ hysteresis_active: active, hysteresis_expires_in_sec: leftSec })
  })
})

import { describe, expect, it } from "vitest"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../shared/config/rules/rebalancer.ts"
import { moveTarget, type TargetInput, type TargetMemory } from "./idleTarget.ts"

/** The target is where the signal wants it at once, unless a test asks for smoothing. */
const config = {
  ...DEFAULTS,
  baseIdleTarget: 0.4,
  targetSensitivity: 5,
  targetFloor: 0.15,
  targetCeiling: 0.6,
  deadZone: 0.001,
  targetSmoothingSec: 0,
  targetHoldSec: 600
}
const NOW_MS = 1_770_000_000_000
const fresh: TargetMemory = { target: null, holdUntilMs: null }

const given = (score: number, more: Partial<TargetInput> = {}): TargetInput => ({
  nowMs: NOW_MS,
  elapsedSec: 300,
  trend: { rule: "followed", score },
  bias: null,
  ...more
})

describe("where a signal wants the target", () => {
  it.each([
    [0, 0.4, "dead_zone", "no trend: the base"],
    [0.000_999, 0.4, "dead_zone", "a trend too weak to mean anything"],
    [-0.000_999, 0.4, "dead_zone", "the same downwards"],
    [0.001, 0.395, "smoothed", "exactly the dead zone is already a trend"],
    [0.02, 0.3, "smoothed", "a rising price: put USD to work"],
    [-0.02, 0.5, "smoothed", "a falling price: hold USD"],
    [0.2, 0.15, "smoothed", "never below the floor"],
    [-0.2, 0.6, "smoothed", "never above the ceiling"]
  ])("a score of %f: %f by %s, %s", (score, target, rule, _why) => {
    const step = moveTarget(fresh, given(score), config)
    expect(step.rule).toBe(rule)
    expect(step.target).toBeCloseTo(target, 12)
  })

  it("shows the whole chain", () => {
    const exact = { ...config, baseIdleTarget: 0.5, targetFloor: 0.25 }
    expect(moveTarget(fresh, given(0.125), exact)).toEqual({
      rule: "smoothed",
      bias: null,
      signal: 0.125,
      raw: -0.125,
      clamped: 0.25,
      target: 0.25,
      holdUntilMs: NOW_MS + 600_000
    })
  })
})

describe("the regime advisor's bias", () => {
  it.each([
    [false, 0.5, 0.5, null, 0.01, "counts for nothing when it is not used"],
    [true, null, 0.5, null, 0.01, "absent: the trend alone"],
    [true, 0.5, 0.5, 0.5, 0.255, "half and half"],
    [true, 0.5, 1, 0.5, 0.01, "in the shadow: it is shown, the trend decides"],
    [true, 0.5, 0, 0.5, 0.5, "alone"],
    [true, 0, 0.5, 0, 0.005, "a bias of 0 is an opinion, and weakens the trend"]
  ])(
    "used %s, bias %s, trend weight %f: bias %s in a signal of %f: %s",
    (useBias, bias, trendWeight, shown, signal, _why) => {
      const step = moveTarget(fresh, given(0.01, { bias }), { ...config, useBias, trendWeight })
      expect(step.bias).toBe(shown)
      expect(step.signal).toBeCloseTo(signal, 12)
    }
  )

  it("can cancel a trend out: the dead zone tests the blended signal", () => {
    const blended = { ...config, useBias: true, trendWeight: 0.5 }
    expect(moveTarget(fresh, given(0.01, { bias: -0.01 }), blended).rule).toBe("dead_zone")
    expect(moveTarget(fresh, given(0, { bias: 0.01 }), blended).rule).toBe("smoothed")
  })
})

describe("the hold", () => {
  const held: TargetMemory = { target: 0.3, holdUntilMs: NOW_MS }

  it.each([
    [0.02, null, "a move of exactly 0.02 is no jump"],
    [0.020_001, NOW_MS + 600_000, "anything more is"]
  ])("a target that moved by %f holds until %s: %s", (move, holdUntilMs, _why) => {
    // From a target of 0 and with a base of 0 the move is the target itself.
    const plain = { ...config, baseIdleTarget: 0, targetSensitivity: 1, targetFloor: 0 }
    expect(moveTarget(fresh, given(-move), plain).holdUntilMs).toBe(holdUntilMs)
  })

  it.each([
    [-1, "held", 0.3, "a millisecond before its end the target stands still"],
    [0, "smoothed", 0.5, "at its end it moves again"]
  ])("%i ms from the end: %s at %f: %s", (offsetMs, rule, target, _why) => {
    const step = moveTarget(held, given(-0.02, { nowMs: NOW_MS + offsetMs }), config)
    expect(step).toMatchObject({ rule, target })
  })

  it("is ended by a signal within the dead zone", () => {
    const step = moveTarget(held, given(0, { nowMs: NOW_MS - 1 }), config)
    expect(step).toMatchObject({ rule: "dead_zone", target: 0.4, holdUntilMs: null })
  })

  it("does not follow on itself when the next move is small", () => {
    expect(moveTarget(held, given(0.019), config)).toMatchObject({ rule: "smoothed", holdUntilMs: null })
  })
})

describe("smoothing", () => {
  const smoothing = { ...config, targetSmoothingSec: 900 }

  it("goes from the last target towards the wanted one by the time that passed", () => {
    const step = moveTarget({ target: 0.5, holdUntilMs: null }, given(0.02, { elapsedSec: 900 }), smoothing)
    expect(step.target).toBeCloseTo(0.5 - 0.2 * (1 - Math.exp(-1)), 12)
  })

  it("starts from the base", () => {
    const step = moveTarget(fresh, given(0.02, { elapsedSec: 900 }), smoothing)
    expect(step.target).toBeCloseTo(0.4 - 0.1 * (1 - Math.exp(-1)), 12)
  })

  it("stays within floor and ceiling even from a base outside of them", () => {
    const outside = { ...smoothing, baseIdleTarget: 0.9 }
    expect(moveTarget(fresh, given(0.02, { elapsedSec: 1 }), outside).target).toBe(0.6)
  })
})

describe("whatever rule decides", () => {
  const held: TargetMemory = { target: 0.3, holdUntilMs: NOW_MS + 1 }

  it.each([
    ["no_price", fresh, { trend: { rule: "no_price", score: 0.02 } }],
    ["cold_start", fresh, { trend: { rule: "cold_start", score: 0.02 } }],
    ["dead_zone", fresh, { trend: { rule: "followed", score: 0 } }],
    ["held", held, { trend: { rule: "followed", score: 0.02 } }],
    ["smoothed", fresh, { trend: { rule: "followed", score: 0.02 } }]
  ] as const)("%s shows what the signal asked for", (rule, memory, { trend }) => {
    const { score } = trend
    const raw = config.baseIdleTarget - config.targetSensitivity * score
    expect(moveTarget(memory, given(score, { trend }), config)).toMatchObject({
      rule,
      bias: null,
      signal: score,
      raw,
      clamped: raw
    })
  })
})

describe("without a signal", () => {
  it("a cold start means the base, whatever the bias", () => {
    const input = given(0, { trend: { rule: "cold_start", score: 0 }, bias: 1 })
    expect(moveTarget(fresh, input, { ...config, useBias: true })).toMatchObject({ rule: "cold_start", target: 0.4 })
  })

  it.each([
    [{ target: 0.3, holdUntilMs: NOW_MS + 1 }, 0.3],
    [fresh, 0.4]
  ])("no price leaves %j as it is: %f", (memory, target) => {
    const input = given(0.2, { trend: { rule: "no_price", score: 0.2 } })
    expect(moveTarget(memory, input, config)).toMatchObject({
      rule: "no_price",
      target,
      holdUntilMs: memory.holdUntilMs
    })
  })
})

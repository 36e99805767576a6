import { describe, expect, it } from "vitest"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../../shared/config/rules/rebalancer.ts"
import { type AppliedControl, control, type ControlInput, type ControlMemory } from "./controller.ts"

/** Without smoothing and with a step as wide as it gets, unless a test asks for them. */
const config = {
  ...DEFAULTS,
  errorSmoothingSec: 0,
  proportionalGain: 0.5,
  derivativeGain: 0,
  neutralBand: 0.05,
  maxSkew: 0.3,
  maxSkewStep: 1
}
const rest: ControlMemory = { smoothedError: 0, smoothedVelocity: 0 }

const given = (idleRatio: number | null, more: Partial<ControlInput> = {}): ControlInput => ({
  elapsedSec: 300,
  idleRatio,
  target: 0.5,
  capacityBand: "normal",
  lastSkew: 0,
  ...more
})

describe("the skew for an idle share, target 50 %", () => {
  it.each([
    [0.5, 0, "neutral_band", "on target"],
    [0.549, 0, "neutral_band", "close enough above"],
    [0.451, 0, "neutral_band", "close enough below"],
    [0.5625, 0.03125, "controlled", "too much idle USD: buys may grow"],
    [0.4375, -0.03125, "controlled", "too little: sells may grow"],
    [1, 0.25, "controlled", "everything idle"],
    [1.2, 0.3, "controlled", "never more than the largest skew"],
    [-0.2, -0.3, "controlled", "in either direction"]
  ])("%f: %f by %s, %s", (idleRatio, skew, rule, _why) => {
    expect(control(rest, given(idleRatio), config)).toMatchObject({ rule, skew })
  })

  it("is 0 on the inside of the neutral band only: exactly at its edge it acts", () => {
    expect(control(rest, given(0.75), { ...config, neutralBand: 0.25 }).rule).toBe("controlled")
  })

  it("adds a part for how fast the distance changes", () => {
    const step = control(rest, given(0.75, { elapsedSec: 100 }), { ...config, derivativeGain: 20 })
    expect(step).toEqual({
      rule: "controlled",
      error: 0.25,
      smoothedError: 0.25,
      velocity: 0.0025,
      smoothedVelocity: 0.0025,
      proportional: 0.125,
      derivative: 0.05,
      wanted: 0.175,
      skew: 0.175
    } satisfies AppliedControl)
  })

  it("smooths error first, velocity from the smoothed error, and velocity again", () => {
    const weight = 1 - Math.exp(-1)
    const step = control(rest, given(0.75, { elapsedSec: 1800 }), { ...config, errorSmoothingSec: 1800 })
    expect(step.smoothedError).toBeCloseTo(0.25 * weight, 15)
    expect(step.smoothedVelocity).toBeCloseTo(((0.25 * weight) / 1800) * weight, 15)
  })
})

describe("the slew limit of 0.05", () => {
  const slow = { ...config, maxSkewStep: 0.05 }

  it.each([
    [0, 1, 0.25, 0.05, "up by one step"],
    [0, 0, -0.25, -0.05, "down by one step"],
    [0.22, 1, 0.25, 0.25, "arrives exactly"],
    [0.03, 0, -0.25, -0.02, "goes through 0 without stopping"],
    [0.12, 0.5, 0, 0.07, "the neutral band is approached as slowly"],
    [0.04, 0.5, 0, 0, "and reached"]
  ])("from %f with %f idle (wanted %f) leads to %f: %s", (lastSkew, idleRatio, wanted, skew, _why) => {
    const step = control(rest, given(idleRatio, { lastSkew }), slow)
    expect(step).toMatchObject({ wanted })
    expect(step.skew).toBeCloseTo(skew, 12)
  })
})

describe("the skew is 0 at once, and the memory stands still,", () => {
  const memory: ControlMemory = { smoothedError: 0.2, smoothedVelocity: 0.001 }

  it.each([
    ["caution", 0.9, "capacity", "when open orders run short"],
    ["stop", 0.9, "capacity", "when they have run out"],
    ["normal", null, "no_portfolio", "when the portfolio's value is not known"],
    ["stop", null, "capacity", "and capacity is named first"]
  ] as const)("at capacity %s and idle share %s (%s): %s", (capacityBand, idleRatio, rule, _why) => {
    const step = control(memory, given(idleRatio, { capacityBand, lastSkew: 0.3 }), config)
    expect(step).toEqual({ rule, ...memory, skew: 0 })
  })
})

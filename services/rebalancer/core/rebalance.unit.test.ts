import { describe, expect, it } from "vitest"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../shared/config/rules/rebalancer.ts"
import { initialState, rebalance, type RebalancerInput, type RebalancerState } from "./rebalance.ts"

const config = DEFAULTS
const START_MS = 1_770_000_000_000

const given = (sec: number, more: Partial<RebalancerInput> = {}): RebalancerInput => ({
  nowMs: START_MS + sec * 1000,
  price: 0.1,
  samples: 100,
  idleRatio: 0.9,
  capacityBand: "normal",
  bias: null,
  ...more
})
const after = (...inputs: ReadonlyArray<RebalancerInput>): RebalancerState =>
  inputs.reduce((state, input) => rebalance(state, input, config).state, initialState)

describe("when the rebalancer moves", () => {
  it.each([
    [299.999, "NotDue", "the interval has not passed"],
    [300, "Rebalanced", "it has"],
    [0, "NotDue", "the same instant again"],
    [-50, "NotDue", "the clock went back"]
  ])("%f s after its first update: %s, %s", (sec, tag) => {
    const before = after(given(0))
    const { state, output } = rebalance(before, given(sec), config)
    expect(output._tag).toBe(tag)
    if (tag === "NotDue") {
      expect(state).toBe(before)
      expect(output).toEqual({ _tag: "NotDue", skew: before.skew, dueAtMs: START_MS + 300_000 })
    }
  })

  it("moves at once the first time, and counts one interval for it", () => {
    expect(rebalance(initialState, given(0), config).output).toMatchObject({ _tag: "Rebalanced", elapsedSec: 300 })
  })

  it.each([
    [300, 300],
    [310.5, 310.5],
    [40_000, 40_000]
  ])("counts the time that really passed: %f s are %f s", (sec, elapsedSec) => {
    expect(rebalance(after(given(0)), given(sec), config).output).toMatchObject({ elapsedSec })
  })

  it("counts at least a second, so that nothing is divided by 0", () => {
    const eager = { ...config, intervalSec: 0 }
    expect(rebalance(after(given(0)), given(0), eager).output).toMatchObject({ elapsedSec: 1 })
  })
})

describe("an update", () => {
  it("stamps its time even when capacity forbids a skew, and the trend and target go on", () => {
    const before = after(given(0), given(300))
    const { state, output } = rebalance(before, given(600, { capacityBand: "stop", price: 0.2 }), config)
    expect(output.skew).toBe(0)
    expect(state.updatedAtMs).toBe(START_MS + 600_000)
    expect(state.control).toEqual(before.control)
    expect(state.averages).not.toEqual(before.averages)
    expect(state.target).not.toEqual(before.target)
  })

  it("climbs again by steps after capacity had forced the skew to 0", () => {
    const climbing = [0, 300, 600, 900].map((sec) => given(sec))
    const before = after(...climbing, given(1200, { capacityBand: "caution" }))
    expect(rebalance(before, given(1500), config).output.skew).toBe(config.maxSkewStep)
  })

  it("hands on every number that led to its skew", () => {
    const { output } = rebalance(after(given(0)), given(300, { price: 0.11, idleRatio: 0.6 }), config)
    expect(output).toMatchObject({
      _tag: "Rebalanced",
      elapsedSec: 300,
      trend: { rule: "followed" },
      target: { rule: "smoothed", bias: null },
      control: { rule: "controlled" },
      damping: { flipped: false, silenced: false, direction: 1 }
    })
    if (output._tag !== "Rebalanced" || output.control.rule !== "controlled") throw new Error("not controlled")
    expect(output.target.signal).toBe(output.trend.score)
    expect(output.target.raw).toBe(0.4 - 5 * output.target.signal)
    expect(output.control.error).toBe(0.6 - output.target.target)
    expect(output.control.wanted).toBeCloseTo(output.control.proportional + output.control.derivative, 15)
    expect(output.skew).toBe(output.damping.skew)
  })

  it("knows nothing before the first price: base target, no skew", () => {
    const { state, output } = rebalance(initialState, given(0, { price: null, idleRatio: null }), config)
    expect(output).toMatchObject({ skew: 0, trend: { rule: "no_price" }, target: { target: 0.4 } })
    expect(state.averages).toBeNull()
  })
})

describe("switched off", () => {
  it("the skew is 0 and all else waits", () => {
    const before = after(given(0), given(300), given(600))
    expect(before.skew).not.toBe(0)
    const { state, output } = rebalance(before, given(900), { ...config, enabled: false })
    expect(output).toEqual({ _tag: "Disabled", skew: 0 })
    expect(state).toEqual({ ...before, skew: 0 })
  })
})

describe("a restart", () => {
  it("continues from the stored state: averages, hold and flips are not forgotten", () => {
    const before = after(given(0), given(300, { price: 0.12 }), given(600, { idleRatio: 0.05 }))
    const restored = decodeState<RebalancerState>(encodeState(before))
    expect(restored).toEqual(before)
    expect(rebalance(restored, given(900), config)).toEqual(rebalance(before, given(900), config))
  })
})

describe("an input that is no number is refused", () => {
  it.each([
    [{ nowMs: Number.NaN }, "rebalancer input nowMs must be Unix milliseconds, is NaN"],
    [{ price: 0 }, "rebalancer input price must be a number above 0, or null, is 0"],
    [{ price: Number.POSITIVE_INFINITY }, "rebalancer input price must be a number above 0, or null, is Infinity"],
    [{ samples: -1 }, "rebalancer input samples must be a whole number of 0 or more, is -1"],
    [{ idleRatio: Number.NaN }, "rebalancer input idleRatio must be a number, or null, is NaN"],
    [{ bias: 1.5 }, "rebalancer input bias must be from -1 to 1, or null, is 1.5"]
  ])("%j: %s", (wrong, message) => {
    expect(() => rebalance(initialState, given(0, wrong), config)).toThrow(new RangeError(message))
  })

  it("no sample yet is a number like any other", () => {
    expect(rebalance(initialState, given(0, { samples: 0 }), config).output._tag).toBe("Rebalanced")
  })
})

/** The reference cases, and what the runner says of a wrong result or a malformed case. */
import { describe, expect, it } from "vitest"
import { readCases } from "../cases.ts"
import { isRebalancerCase, runRebalancerCase } from "./conformance.ts"

const cases = [...readCases("rebalancer-vectors.jsonl.gz"), ...readCases("quant/rebalancer-flips.json.gz")]

describe("the reference", () => {
  it.each(cases)("agrees in every step of $name", (input) => {
    expect(isRebalancerCase(input)).toBe(true)
    expect(runRebalancerCase(input)).toEqual([])
  })
})

const START = 1_770_000_000
const tiny = (step: object, config: object = {}) => ({
  config: { REBALANCE_TARGET_IDLE_PCT: 0.5, ...config },
  steps: [{ now: START, price: 0.1, idle_ratio: 0.5, ...step }]
})

describe("the runner", () => {
  it("compares what a step expects, and judges no null", () => {
    expect(runRebalancerCase(tiny({ expect: { skew: 0, target: 0.5, fast_ema: 0.1, trend_score: null } }))).toEqual([])
  })

  it("names step and field of every difference, and of what it does not know", () => {
    expect(runRebalancerCase(tiny({ expect: { skew: 0.1, last_update_ts: START + 10, mood: 1 } }))).toEqual([
      { step: 0, field: "skew", expected: 0.1, got: 0 },
      { step: 0, field: "last_update_ts", expected: START + 10, got: START },
      { step: 0, field: "mood", expected: 1, got: undefined }
    ])
  })

  it("reads expectations beside the inputs as well", () => {
    expect(runRebalancerCase(tiny({ skew: 0.1 }))).toEqual([{ step: 0, field: "skew", expected: 0.1, got: 0 }])
  })

  it.each([
    [
      "no price yet",
      { price: 0, idle_ratio: null },
      { target: 0.5, fast_ema: 0, trend_score: 0, last_update_ts: START }
    ],
    ["a null price", { price: null }, { fast_ema: 0 }],
    ["a price left out", { price: undefined }, { fast_ema: 1 }],
    ["a fraction of a second", { now: START + 0.1 }, { last_update_ts: START + 0.1 }]
  ])("takes %s", (_case, step, expected) => {
    expect(runRebalancerCase(tiny({ ...step, expect: expected }))).toEqual([])
  })

  it("shows what the reference shows of a rebalancer that is switched off", () => {
    const expected = { skew: 0, target: 0.5, fast_ema: 0, last_update_ts: 0, locked_until: 0 }
    expect(runRebalancerCase(tiny({ idle_ratio: 1, expect: expected }, { REBALANCE_ENABLED: false }))).toEqual([])
  })

  it.each([
    [{ now: undefined }, {}, "steps[0].now must be a finite number, is missing"],
    [{ price: -1 }, {}, "steps[0]: rebalancer input price must be a number above 0, or null, is -1"],
    [{ idle_ratio: "x" }, {}, 'steps[0].idle_ratio must be a finite number, is "x"'],
    [{ capacity_band: "full" }, {}, 'steps[0].capacity_band must be one of normal, caution, stop, is "full"'],
    [{}, { REBALANCE_KP: "x" }, "case.config: REBALANCE_KP=x: is not a number (0 to 100)"],
    [{}, { REBALANCE_MAX_SKEW: -1 }, "case.config: REBALANCE_MAX_SKEW=-1: is outside 0 to 1 (0 to 1)"]
  ])("refuses %j with %j: %s", (step, config, message) => {
    expect(() => runRebalancerCase(tiny(step, config))).toThrow(message)
  })

  it.each([
    [tiny({}), true],
    [{ config: { TREND_DEAD_ZONE: 1 }, steps: [] }, true],
    [{ config: { entry_pct: 1 }, initial: {}, steps: [] }, false],
    [{ config: { REBALANCE_KP: 1 } }, false],
    [null, false]
  ])("tells its kind from others: %j is one: %s", (input, answer) => {
    expect(isRebalancerCase(input)).toBe(answer)
  })
})

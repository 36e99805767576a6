import { describe, expect, it } from "vitest"
import { configProblems, DEFAULT_CONFIG } from "./config.ts"

describe("a configuration", () => {
  it("has defaults that keep the rules", () => {
    expect(configProblems(DEFAULT_CONFIG)).toEqual([])
  })

  it.each([{ targetFloor: 0.4, targetCeiling: 0.4 }, { flipLimit: 1 }, { flipLimit: 100 }])(
    "may stand at its bounds: %j",
    (change) => {
      expect(configProblems({ ...DEFAULT_CONFIG, ...change })).toEqual([])
    }
  )

  it.each([
    [{ intervalSec: Number.NaN }, "intervalSec must be a number of 0 or more, is NaN"],
    [{ maxSkew: -0.1 }, "maxSkew must be a number of 0 or more, is -0.1"],
    [{ baseIdleTarget: 40 }, "baseIdleTarget must be at most 1, is 40"],
    [{ trendWeight: 1.01 }, "trendWeight must be at most 1, is 1.01"],
    [{ minSamples: 1.5 }, "minSamples must be a whole number, is 1.5"],
    [{ targetFloor: 0.5, targetCeiling: 0.4 }, "targetFloor must be at most targetCeiling (0.4), is 0.5"],
    [{ flipLimit: 0 }, "flipLimit must be from 1 to 100, is 0"],
    [{ flipLimit: 101 }, "flipLimit must be from 1 to 100, is 101"]
  ])("with %j is told: %s", (change, problem) => {
    expect(configProblems({ ...DEFAULT_CONFIG, ...change })).toEqual([problem])
  })
})

import { describe, expect, it } from "vitest"
import { clamp, smooth, smoothingWeight } from "./arithmetic.ts"

describe("smoothing", () => {
  it.each([
    [1800, 1800, 1 - 1 / Math.E, "one time constant leaves 1/e of the old value, not a half"],
    [300, 1800, 0.153518275109386, "the usual interval takes in 15 % of the new value"],
    [1, 1e9, 1e-9, "a very long time constant hardly moves"],
    [1e9, 1800, 1, "after a very long time nothing old is left"],
    [1, 0, 1, "a time constant of 0 does not smooth"]
  ])("after %d s with a time constant of %d s weighs the new value %f: %s", (elapsedSec, constantSec, weight) => {
    expect(smoothingWeight(elapsedSec, constantSec)).toBeCloseTo(weight, 12)
  })

  it("moves by the weight's share of the distance", () => {
    expect(smooth(10, 20, 0.25)).toBe(12.5)
  })
})

describe("clamping", () => {
  it.each([
    [5, 0, 1, 1],
    [-5, 0, 1, 0],
    [0.5, 0, 1, 0.5],
    [-1, -0, 0, 0]
  ])("%f between %f and %f is %f", (value, low, high, result) => {
    expect(clamp(value, low, high)).toBe(result)
  })
})

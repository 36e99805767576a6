import { describe, expect, it } from "vitest"
import { maxDrawdown, returnsOf, sharpe, sortino } from "./statistics.ts"

// Worked by hand: returns 10 %, -10 %, 20 %, -5 %.
const EQUITY = [100, 110, 99, 118.8, 112.86]

describe("statistics of a curve of equity", () => {
  it("has a return for each point but the first", () => {
    expect(returnsOf(EQUITY).map((value) => Number(value.toFixed(12)))).toStrictEqual([0.1, -0.1, 0.2, -0.05])
    expect(returnsOf([100])).toStrictEqual([])
  })

  it("Sharpe: mean 0.0375 over the sample deviation √(0.056875 / 3), times √365", () => {
    expect(sharpe(returnsOf(EQUITY))).toBeCloseTo((0.0375 / Math.sqrt(0.056875 / 3)) * Math.sqrt(365), 10)
    expect(sharpe(returnsOf(EQUITY))).toBeCloseTo(5.203285, 5)
    expect(sharpe([0.1, 0.1])).toBeNull()
    expect(sharpe([0.1])).toBeNull()
  })

  it("Sortino: mean 0.0375 over √((0.1² + 0.05²) / 4), all four days counted, times √365", () => {
    expect(sortino(returnsOf(EQUITY))).toBeCloseTo(12.816006, 5)
    expect(sortino([0.1, 0.2])).toBeNull()
  })

  it("the deepest fall is from the highest point before it", () => {
    expect(maxDrawdown(EQUITY)).toBeCloseTo(0.1, 12)
    expect(maxDrawdown([100, 120, 90, 130, 91])).toBeCloseTo(0.3, 12)
    expect(maxDrawdown([1, 2, 3])).toBe(0)
    expect(maxDrawdown([])).toBe(0)
  })
})

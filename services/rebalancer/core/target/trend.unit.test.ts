import { describe, expect, it } from "vitest"
import { DEFAULT_REBALANCER_RULES as DEFAULTS } from "../../../../shared/config/rules/rebalancer.ts"
import { followTrend, trendScore } from "./trend.ts"

const config = { ...DEFAULTS, fastTrendSec: 900, slowTrendSec: 3600, minSamples: 24 }
const before = { fast: 0.1, slow: 0.1 }

describe("the trend", () => {
  it.each([
    ["no average, 1 sample", null, 1, 300, "cold_start"],
    ["no average, one sample too few", null, 23, 300, "cold_start"],
    ["no average, just enough samples", null, 24, 300, "first_price"],
    ["no average, after a gap", null, 24, 99_999, "first_price"],
    ["averages, a gap of just over two slow time constants", before, 1, 7200.001, "gap"]
  ] as const)(
    "with %s starts both averages at the price, without a score",
    (_case, known, samples, elapsedSec, rule) => {
      expect(followTrend(known, { price: 0.2, samples, elapsedSec }, config)).toEqual({
        rule,
        averages: { fast: 0.2, slow: 0.2 },
        score: 0
      })
    }
  )

  it.each([
    ["rises", 0.2, 300, 1],
    ["falls", 0.05, 300, -1],
    ["rises over exactly two slow time constants", 0.2, 7200, 1]
  ] as const)("leads into the way the price %s", (_case, price, elapsedSec, sign) => {
    const { rule, averages, score } = followTrend(before, { price, samples: 1, elapsedSec }, config)
    expect(rule).toBe("followed")
    expect(Math.sign(score)).toBe(sign)
    expect(Math.sign((averages?.fast ?? 0) - (averages?.slow ?? 0))).toBe(sign)
  })

  it("moves each average by the time that passed", () => {
    const { averages } = followTrend(before, { price: 0.2, samples: 1, elapsedSec: 900 }, config)
    expect(averages?.fast).toBeCloseTo(0.1 + 0.1 * (1 - Math.exp(-1)), 15)
    expect(averages?.slow).toBeCloseTo(0.1 + 0.1 * (1 - Math.exp(-0.25)), 15)
  })

  it("is the fast average's lead as a share of the slow one", () => {
    expect(trendScore({ fast: 0.101, slow: 0.1 })).toBeCloseTo(0.01, 15)
  })

  it.each([
    ["nothing before", null, 0],
    ["averages before", { fast: 0.11, slow: 0.1 }, 0.1]
  ])("stands still without a price: %s", (_case, known, score) => {
    const step = followTrend(known, { price: null, samples: 1, elapsedSec: 99_999 }, config)
    expect(step).toEqual({ rule: "no_price", averages: known, score: expect.closeTo(score, 12) as number })
  })
})

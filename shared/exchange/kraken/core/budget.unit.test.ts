import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { amendCost, cancelCost, type Counter, decayed, emptyCounter, exhausted, LIMITS, spend } from "./budget.ts"

const starter = LIMITS.starter.calls

const spendMany = (times: number, nowMs: number): Counter => {
  let counter: Counter = emptyCounter
  for (let n = 0; n < times; n++) {
    const spent = spend(counter, starter, 1, nowMs)
    if (!spent.granted) throw new Error(`refused at ${n}`)
    counter = spent.counter
  }
  return counter
}

describe("a counter", () => {
  it("takes a burst up to its ceiling, then says when there is room", () => {
    const full = spendMany(15, 1_000)
    expect(spend(full, starter, 1, 1_000)).toEqual({ granted: false, readyAtMs: 1_000 + Math.ceil(1_000 / 0.33) })
    expect(spend(full, starter, 1, 1_000 + 3_031)).toMatchObject({ granted: true })
  })

  it("decays to nothing and no further", () => {
    expect(decayed(spendMany(15, 0), starter, 3_600_000).value).toBe(0)
  })

  it("neither decays nor blocks for years when the clock is moved back to a recorded market", () => {
    const full = spendMany(15, 1_790_000_000_000)
    expect(spend(full, starter, 1, 1_620_000_000_000)).toEqual({
      granted: false,
      readyAtMs: 1_620_000_000_000 + Math.ceil(1_000 / 0.33)
    })
  })

  it("is at the ceiling once the exchange has refused a call", () => {
    expect(spend(exhausted(starter, 0), starter, 1, 0).granted).toBe(false)
  })

  it("never grants more than the exchange would, and the promised instant holds", () => {
    const call = fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), cost: fc.integer({ min: 1, max: 8 }) })
    fc.assert(
      fc.property(
        fc.array(call, { maxLength: 60 }),
        fc.constantFrom("starter", "intermediate", "pro"),
        (calls, tier) => {
          const limit = LIMITS[tier].trading
          let counter: Counter = emptyCounter
          let nowMs = 0
          for (const { waitMs, cost } of calls) {
            nowMs += waitMs
            const first = spend(counter, limit, cost, nowMs)
            if (!first.granted) nowMs = first.readyAtMs
            const spent = first.granted ? first : spend(counter, limit, cost, nowMs)
            if (!spent.granted) throw new Error("no room at the promised instant")
            counter = spent.counter
            expect(counter.value).toBeLessThanOrEqual(limit.ceiling)
          }
        }
      ),
      { seed: 20261121, numRuns: 200 }
    )
  })
})

describe("a cancel costs more the younger its order", () => {
  it.each([
    [null, 8],
    [-1_000, 8],
    [0, 8],
    [4_999, 8],
    [5_000, 6],
    [10_000, 5],
    [15_000, 4],
    [44_999, 4],
    [45_000, 2],
    [90_000, 1],
    [299_999, 1],
    [300_000, 0],
    [86_400_000, 0]
  ])("of age %s ms: %i", (ageMs, cost) => {
    expect(cancelCost(ageMs)).toBe(cost)
  })
})

describe("an amendment costs one, and more the younger its order", () => {
  it.each([
    [null, 4],
    [-1_000, 4],
    [0, 4],
    [4_999, 4],
    [5_000, 3],
    [10_000, 2],
    [14_999, 2],
    [15_000, 1],
    [86_400_000, 1]
  ])("of age %s ms: %i", (ageMs, cost) => {
    expect(amendCost(ageMs)).toBe(cost)
  })
})

import { describe, expect, it } from "vitest"
import { reportOf } from "../../../core/report.ts"
import { blocks } from "../../../testing/blocks.ts"
import { observedAt, opening, OPTIONS, price } from "../../../testing/examples.ts"
import type { JournalLine } from "../../kit/payloads.ts"
import { agreementInWords, chainOf, favoured, hasSpoken, pathsOf, regimeSeries, skewSeries } from "./regimeModel.ts"

const bare = reportOf(observedAt([...opening, price("0.141")]), OPTIONS)
const report = { ...bare, ...blocks } as unknown as typeof bare
const advisor = blocks.hmm_regime

describe("the advisor", () => {
  it("says in words how its timeframes got along", () => {
    expect(agreementInWords(advisor)).toBe("15m is neutral")
    expect(agreementInWords({ ...advisor, agreement: "conflict" })).toBe("the timeframes contradict each other")
  })

  it("has not spoken while no model agrees with anything", () => {
    expect(hasSpoken({ ...advisor, agreement: "none" })).toBe(false)
    expect(hasSpoken({ ...advisor, available: false })).toBe(false)
    expect(hasSpoken(advisor)).toBe(true)
  })
})

describe("the rebalancer", () => {
  it.each([
    [0, true, "neither side is favoured"],
    [0.1, true, "new buys are enlarged"],
    [-0.1, false, "sells would be enlarged; nothing is entered now"]
  ])("with a skew of %d (in effect: %s) says that %s", (skew, inEffect, expected) => {
    expect(favoured(skew, inEffect)).toBe(expected)
  })

  it("shows the chain from trend to skew, and says what is not known", () => {
    expect(chainOf(report).map(([name]) => name)).toContain("Idle ratio")
    expect(chainOf(bare).every(([, value]) => value === "–" || value === "none")).toBe(true)
  })
})

describe("lines over time", () => {
  const at = (time: number, event: Readonly<Record<string, unknown>>) =>
    ({ at: time, events: [event] }) as unknown as JournalLine

  it("come from the records, oldest first", () => {
    const records = [at(20, { consensus: { biasSignal: -0.2 } }), at(10, { consensus: { biasSignal: 0.4 } })]
    expect(regimeSeries(records)[0]?.points).toEqual([
      { time: 10, value: 0.4 },
      { time: 20, value: -0.2 }
    ])
    expect(skewSeries([at(5, { skew: 0.1, reason: { numbers: { trendScore: 0.3 } } })]).slice(0, 2)).toMatchObject([
      { points: [{ value: 0.1 }] },
      { points: [{ value: 0.3 }] }
    ])
  })

  it("share a scale that has zero in it", () => {
    const drawn = pathsOf(
      [
        {
          name: "a",
          ink: "accent",
          points: [
            { time: 0, value: 1 },
            { time: 10, value: 2 }
          ]
        }
      ],
      100,
      50
    )
    expect(drawn).toMatchObject({ low: 0, high: 2, paths: [{ path: "M0.0 25.0L100.0 0.0" }] })
  })

  it("are not drawn of a single point", () => {
    expect(pathsOf([{ name: "a", ink: "accent", points: [{ time: 0, value: 1 }] }], 100, 50)).toBeNull()
  })
})

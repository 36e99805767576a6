import { describe, expect, it } from "vitest"
import { reportOf } from "../../../core/report.ts"
import { blocks } from "../../../testing/blocks.ts"
import { observedAt, opening, OPTIONS, price } from "../../../testing/examples.ts"
import type { JournalLine } from "../../kit/payloads.ts"
import {
  agreementInWords,
  biasSeries,
  chainOf,
  favoured,
  hasSpoken,
  pathsOf,
  probabilitySeries,
  skewSeries,
  stackOf
} from "./regimeModel.ts"

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
    expect(biasSeries(records)[0]?.points).toEqual([
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

  it("stand one on the other where they are shares of a whole, each reading until the next", () => {
    const said = (time: number, bearish: number, ranging: number, trained = true) =>
      at(time, { slow: { trained, probabilities: { bearish, ranging, bullish: 1 - bearish - ranging } } })
    const series = probabilitySeries([said(10, 0.5, 0.25), said(0, 0.25, 0.25), said(5, 0.9, 0.1, false)], "slow")
    expect(series.map(({ name, points }) => [name, points.length])).toEqual([
      ["bearish", 2],
      ["ranging", 2],
      ["bullish", 2]
    ])
    const drawn = stackOf(series, 100, 40)
    expect(drawn?.paths[0]?.path).toBe("M0.0 30.0L100.0 30.0L100.0 20.0L100.0 40.0L100.0 40.0L0.0 40.0Z")
    // The top of the last is the whole.
    expect(drawn?.paths[2]?.path.startsWith("M0.0 0.0L100.0 0.0L100.0 0.0")).toBe(true)
    expect(stackOf(probabilitySeries([said(0, 1, 0)], "slow"), 100, 40)).toBeNull()
  })
})

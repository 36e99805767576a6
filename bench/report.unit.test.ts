/** What a table of results says: medians, ratios of wall and of CPU time, and how things grow. */
import { describe, expect, it } from "vitest"
import { asDocument, asText, rowOf } from "./report.ts"
import { figuresOf, perSecond } from "./result.ts"

const cost = (wallMs: number, cpuMs: number) => ({ wallMs, cpuMs })

const grown = (size: number, cpuMs: number) =>
  rowOf({
    name: `open ${size}`,
    unit: "ms",
    ...figuresOf([cost(100, cpuMs)]),
    growth: { what: "open", by: "records", size }
  })

describe("results of a benchmark", () => {
  it("are medians by the wall, and CPU time of all runs together", () => {
    const costs = [cost(10, 4), cost(90, 6), cost(20, 5)]
    expect(figuresOf(costs)).toStrictEqual({ samples: [10, 90, 20], cpu: 5 })
    expect(figuresOf(costs, perSecond(100)).cpu).toBe(20_000)
    const row = rowOf({
      name: "append",
      unit: "ms",
      ...figuresOf(costs),
      baseline: { name: "floor", ...figuresOf([cost(10, 2)]) }
    })
    expect(row).toMatchObject({ median: 20, min: 10, max: 90, runs: 3, ratio: 2, cpuRatio: 2.5 })
  })

  it("that grow stand in one line from the least to the most, by CPU time", () => {
    const text = asText([grown(10_000, 30), grown(1_000, 10)])
    expect(text).toContain("10.0 at 1,000, 30.0 at 10,000")
    expect(text).toContain("× 3.00 for × 10.0")
  })

  it("say in the document what was typed and how busy the machine was", () => {
    const machine = {
      date: "2026-01-02",
      node: "v24.0.0",
      cpu: "made up",
      cores: 2,
      memoryGb: 8,
      load: [6.2, 5.1],
      minutes: 3
    } as const
    const document = asDocument([grown(1_000, 10)], machine, "npm run bench -- --all")
    expect(document).toContain("Written by `npm run bench -- --all` on 2026-01-02")
    expect(document).toContain("6.2 before and 5.1 after: it did other work at the same time")
  })
})

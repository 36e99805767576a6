import { describe, expect, it } from "vitest"
import { stepped, within } from "./timeModel.ts"

describe("a step in time", () => {
  it.each([
    [500, -1, 499],
    [50, -100, 1],
    [990, 100, 1000]
  ] as const)("from record %i by %i leads to %i of 1,000", (seq, step, to) => {
    expect(stepped(seq, step, 1000)).toBe(to)
  })

  it("stays on a record that exists", () => {
    expect(within(7.6, 10)).toBe(8)
    expect(within(5, 0)).toBe(1)
  })
})

import { describe, expect, it } from "vitest"
import type { PriceLine } from "./chartModel.ts"
import { LABEL_HEIGHT, labelsOf } from "./labels.ts"

const order = (name: string, price: number, distance: string, role = "exit"): PriceLine => ({
  id: `${name} ${price}`,
  price,
  label: `${name} ${role} ${distance}`,
  ink: "sell",
  dashed: false,
  kind: "order",
  order: { name, side: "sell", role, distance }
})
const level = (label: string, price: number): PriceLine => ({
  id: label,
  price,
  label,
  ink: "previous",
  dashed: true,
  kind: "level",
  order: null
})
/** A price is as many pixels from the top. */
const yOf = (price: number) => price
const textsOf = (lines: ReadonlyArray<PriceLine>, height = 400, isNarrow = false) =>
  labelsOf(lines, yOf, height, isNarrow).map(({ text }) => text)

describe("labels of lines", () => {
  it("name what stands alone in full, and neighbours of one side together, with how far they reach", () => {
    const near = [order("1B", 100, "+1.27 %"), order("2B", 104, "+1.31 %"), order("3A", 300, "+0.20 %", "entry")]
    expect(textsOf(near)).toEqual(["1B 2B exit +1.27 … +1.31 %", "3A entry +0.20 %"])
    expect(textsOf(near, 400, true)).toEqual(["2 × +1.27 … +1.31 %", "3A +0.20 %"])
  })

  it("count those that they have no room to name, and say the side where the orders are of several kinds", () => {
    const many = ["1B", "2B", "3B", "4B"].map((name) => order(name, 100, "+1.00 %"))
    expect(textsOf(many)).toEqual(["1B 2B 3B +1 exit +1.00 %"])
    expect(textsOf([order("1B", 100, "+1.00 %"), order("2A", 101, "+1.00 %", "entry")])).toEqual(["1B 2A sell +1.00 %"])
  })

  it("keep the names of levels, joined where they meet, and apart from orders", () => {
    expect(textsOf([level("PDH", 100), level("VAHprev", 103), order("1B", 101, "+1.00 %")]).toSorted()).toEqual([
      "1B exit +1.00 %",
      "PDH · VAHprev"
    ])
  })

  it("never lie over another, nor outside the pane, however many lines there are", () => {
    const lines = Array.from({ length: 60 }, (_, n) =>
      order(`${n}B`, 380 + n / 3, `+${n}.00 %`, n % 2 ? "exit" : "entry")
    )
    const levels = ["VWAP", "POC", "PDL"].map((name, n) => level(name, 385 + n))
    const labels = labelsOf([...lines, ...levels], yOf, 400)
    const ys = labels.map(({ y }) => y)
    for (const [index, y] of ys.entries()) {
      expect(y).toBeLessThanOrEqual(400 - LABEL_HEIGHT / 2)
      expect(y - (ys[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(LABEL_HEIGHT)
    }
  })

  it("are none of lines outside the pane", () => {
    expect(textsOf([order("1B", -5, "+9.00 %"), order("2B", 500, "-9.00 %")])).toEqual([])
  })
})

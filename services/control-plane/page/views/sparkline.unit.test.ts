import { describe, expect, it } from "vitest"
import { chart, spread } from "./sparkline.js"

const BOX = { width: 300, height: 120, right: 100 }
const at = (time: number, price: number) => ({ time, price })
const level = (price: number, label = "1 A sell entry") => ({ price, label, side: "sell" as const })

describe("the price line", () => {
  it("is empty before the first price, and counts the orders it cannot place", () => {
    expect(chart([], [level(1)], BOX)).toEqual({ path: "", end: null, lines: [], beyond: 1 })
  })

  it("runs from the first to the last price, time across and price up, inside its margins", () => {
    const { path, end } = chart([at(0, 1), at(30, 1.01), at(60, 1.005)], [], BOX)
    expect(path).toBe("M0 110L100 10L200 60")
    expect(end).toEqual({ x: 200, y: 60 })
  })

  it("stands in the middle at the right end while there is one price", () => {
    expect(chart([at(5, 0.14)], [], BOX).path).toBe("M200 60")
  })

  it("makes room for orders nearby, highest first", () => {
    const { path, lines, beyond } = chart([at(0, 1), at(10, 1)], [level(0.99, "low"), level(1.01, "high")], BOX)
    expect(path).toBe("M0 60L200 60")
    expect(lines.map(({ label, y }) => [label, y])).toEqual([
      ["high", 10],
      ["low", 110]
    ])
    expect(beyond).toBe(0)
  })

  it.each([
    [1.0249, 0],
    [1.0251, 1],
    [0.9751, 0],
    [0.9749, 1]
  ])("an order at %f of a market at 1 leaves %i beyond the chart", (price, beyond) => {
    expect(chart([at(0, 1)], [level(price)], BOX).beyond).toBe(beyond)
  })
})

describe("labels", () => {
  it.each([
    [[20, 60], [20, 60], "stay where there is room"],
    [[20, 22, 24], [20, 33, 46], "move down past each other"],
    [[112, 114], [103, 116], "move up at the lower edge"],
    [[], [], "may be none"]
  ])("at %j stand at %j: they %s", (wanted, placed) => {
    expect(spread(wanted, 120)).toEqual(placed)
  })
})

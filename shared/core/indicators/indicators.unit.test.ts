import { describe, expect, it } from "vitest"
import { directionalMovement } from "./directional.ts"
import { macdFromAverage, macdFromFirst } from "./macd.ts"
import { emaFromAverage, emaFromFirst } from "./movingAverage.ts"
import { averageTrueRange, rsi } from "./wilder.ts"

const rising = Float64Array.from({ length: 60 }, (_, i) => 100 + i)
const flat = new Float64Array(60).fill(7)
const bars = { highs: rising.map((x) => x + 0.5), lows: rising.map((x) => x - 0.5), closes: rising }
const firstDefined = (series: Float64Array) => series.findIndex((value) => !Number.isNaN(value))

describe("indicators", () => {
  it("start where Wilder and the chart packages say", () => {
    expect(firstDefined(emaFromFirst(rising, 9))).toBe(0)
    expect(firstDefined(emaFromAverage(rising, 9))).toBe(8)
    expect(firstDefined(rsi(rising))).toBe(14)
    expect(firstDefined(averageTrueRange(bars))).toBe(14)
    expect(firstDefined(directionalMovement(bars).plusDi)).toBe(14)
    expect(firstDefined(directionalMovement(bars).adx)).toBe(27)
    expect(firstDefined(macdFromFirst(rising).histogram)).toBe(0)
    expect(
      ["line", "signal", "histogram"].map((name) => firstDefined(macdFromAverage(rising)[name as "line"]))
    ).toEqual([33, 33, 33])
  })

  it.each([
    ["a market that never moved is neutral", rsi(flat).at(-1), 50],
    ["one that only rises is at the top", rsi(rising).at(-1), 100],
    ["one that only falls is at the bottom", rsi(rising.toReversed()).at(-1), 0],
    ["a steady rise is a trend of full strength", directionalMovement(bars).adx.at(-1), 100],
    ["a flat market has no trend", directionalMovement({ highs: flat, lows: flat, closes: flat }).adx.at(-1), 0],
    ["a range counts the gap from the close before", averageTrueRange(bars).at(-1), 1.5]
  ])("%s", (_name, got, expected) => {
    expect(got).toBeCloseTo(expected, 10)
  })

  it("have nothing to say of an empty or short series", () => {
    const none = new Float64Array(0)
    for (const series of [emaFromFirst(none, 9), emaFromAverage(none, 9), rsi(none), macdFromAverage(none).line]) {
      expect(series).toHaveLength(0)
    }
    expect(firstDefined(emaFromAverage(rising.slice(0, 8), 9))).toBe(-1)
  })
})

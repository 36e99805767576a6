import { describe, expect, it } from "@effect/vitest"
import { regimePicture } from "./picture.ts"
import { candles, labelled } from "../../../services/hmm-advisor/testing/labelled.ts"

describe("a picture of labelled candles", () => {
  it("is drawn with its extremes and no more places than pixels, however long the series", () => {
    const long = Array.from({ length: 20 }, () => labelled).flat()
    const shown = long.map((label, candle) => ({ ...label, candle }))
    const closes = Float64Array.from(shown, (_, candle) => (candle === 7_001 ? 9 : candle === 7_002 ? 1 : 5))
    const picture = regimePicture({ title: "", timeText: String, closes, labelled: shown, outOfSampleFrom: null })
    const points = [...picture.matchAll(/<polyline[^>]*points="([^"]*)"/g)].flatMap(
      ([, list]) => list?.split(" ") ?? []
    )
    const heights = points.map((point) => Number(point.split(",")[1]))
    expect([Math.min(...heights), Math.max(...heights)]).toStrictEqual([64, 354])
    expect(points.length).toBeLessThan(4_000)
    expect(points.length).toBeGreaterThan(1_000)
  })

  it.each([
    { closes: [1, 1], figures: ["1"] },
    { closes: [0.163, 0.738], figures: ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7"] },
    { closes: [0.00000115, 0.0000012], figures: ["0.00000115", "0.00000116"] },
    { closes: [184, 19_650], figures: ["200", "500", "1000", "2000", "5000", "10000"] },
    { closes: [1e-6, 1e5], figures: ["0.000001", "0.00001", "0.0001"] }
  ])("of prices $closes has lines at $figures", ({ closes, figures }) => {
    const two = labelled.slice(0, 2).map((label, candle) => ({ ...label, candle }))
    const picture = regimePicture({ title: "", timeText: String, closes, labelled: two, outOfSampleFrom: null })
    expect(picture).not.toContain("NaN")
    const lines = [...picture.matchAll(/<line[^>]*>\n<text[^>]*>([^<]*)</g)].map(([, text]) => text ?? "")
    expect(lines.slice(0, figures.length)).toStrictEqual(figures)
    expect(lines.length).toBeLessThanOrEqual(12)
  })

  it("is drawn with every regime that occurs, and a line where the training ends", () => {
    const timeText = (candle: number) => `candle ${candle}`
    const draw = (outOfSampleFrom: number | null) =>
      regimePicture({ title: "a < b & c", timeText, closes: candles.closes, labelled, outOfSampleFrom })
    expect(draw(null)).toMatch(/^<svg /)
    expect(draw(null)).toContain("a &lt; b &amp; c")
    expect(draw(null)).not.toContain("NaN")
    expect(draw(null)).not.toContain("not in the training")
    expect(draw(300)).toContain("not in the training")
    const drawn = new Set([...draw(null).matchAll(/<polyline[^>]*stroke="(#\w+)"/g)].map(([, colour]) => colour))
    expect(drawn.size).toBe(new Set(labelled.map(({ regime }) => regime)).size)
  })
})

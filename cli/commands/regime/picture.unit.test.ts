import { assert, describe, it } from "@effect/vitest"
import { featureRows } from "../../../services/hmm-advisor/core/features.ts"
import { DEFAULT_FIT } from "../../../services/hmm-advisor/core/hmm/fit.ts"
import { labelCandles } from "../../../services/hmm-advisor/core/labelling.ts"
import { isRefusal, type Refusal } from "../../../services/hmm-advisor/core/training/refusal.ts"
import { train } from "../../../services/hmm-advisor/core/training/train.ts"
import { regimePicture } from "./picture.ts"

const given = <A extends object>(result: A | Refusal): A => {
  if (isRefusal(result)) throw new Error(`${result.reason}: ${result.detail}`)
  return result
}

const READING = { confidenceThreshold: 0.15, biasGain: 1 }

/** A market that rises for 200 candles, stands for 200, falls for 200; its small moves are a fixed wave. */
const candles = (() => {
  const closes = new Float64Array(600)
  const volumes = new Float64Array(600)
  let close = 1
  for (let i = 0; i < 600; i++) {
    const drift = i < 200 ? 0.004 : i < 400 ? 0 : -0.004
    close *= 1 + drift + 0.002 * Math.sin(i * 1.7)
    closes[i] = close
    volumes[i] = 100 + 20 * Math.sin(i * 0.9)
  }
  return { closes, volumes }
})()
const trained = given(
  train(given(featureRows(candles)), { ...DEFAULT_FIT, states: 3, covarianceType: "diag", minimumRows: 100 }, null)
)
const labelled = given(labelCandles(trained, candles, READING))

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
    assert.deepEqual([Math.min(...heights), Math.max(...heights)], [64, 354])
    assert.isBelow(points.length, 4_000)
    assert.isAbove(points.length, 1_000)
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
    assert.notInclude(picture, "NaN")
    const lines = [...picture.matchAll(/<line[^>]*>\n<text[^>]*>([^<]*)</g)].map(([, text]) => text ?? "")
    assert.deepEqual(lines.slice(0, figures.length), figures)
    assert.isAtMost(lines.length, 12)
  })

  it("is drawn with every regime that occurs, and a line where the training ends", () => {
    const timeText = (candle: number) => `candle ${candle}`
    const draw = (outOfSampleFrom: number | null) =>
      regimePicture({ title: "a < b & c", timeText, closes: candles.closes, labelled, outOfSampleFrom })
    assert.match(draw(null), /^<svg /)
    assert.include(draw(null), "a &lt; b &amp; c")
    assert.notInclude(draw(null), "NaN")
    assert.notInclude(draw(null), "not in the training")
    assert.include(draw(300), "not in the training")
    const drawn = new Set([...draw(null).matchAll(/<polyline[^>]*stroke="(#\w+)"/g)].map(([, colour]) => colour))
    assert.equal(drawn.size, new Set(labelled.map(({ regime }) => regime)).size)
  })
})

import { describe, expect, it } from "@effect/vitest"
import { EMA_SPREAD, featureRows, FEATURES } from "./features.ts"
import type { HmmModel } from "./hmm/model.ts"
import { COVARIANCE_TYPES, covarianceSize } from "./hmm/model.ts"
import { labelCandles } from "./labelling.ts"
import { readingOf, readRegime, spoken } from "./regime.ts"
import { separationOf, voiceOf } from "./separation.ts"
import { train } from "./training/train.ts"
import { given } from "../testing/labelled.ts"
import { seeded, SETTINGS } from "../testing/rows.ts"

const SEED = 20_266
const INFERENCE = { inferenceWindow: 50, confidenceThreshold: 0.15, biasGain: 1, dampWeakModels: true }

/** States with these mean EMA spreads, and this variance of it in each. */
const modelWith = (spreads: ReadonlyArray<number>, variances: ReadonlyArray<number>): HmmModel => ({
  states: spreads.length,
  features: FEATURES.length,
  covarianceType: "diag",
  start: spreads.map(() => 1 / spreads.length),
  transition: spreads.flatMap(() => spreads.map(() => 1 / spreads.length)),
  means: spreads.flatMap((spread) => FEATURES.map((_, feature) => (feature === EMA_SPREAD ? spread : 0))),
  covariances: variances.flatMap((variance) => FEATURES.map((_, feature) => (feature === EMA_SPREAD ? variance : 9)))
})

describe("the separation of a model", () => {
  it.each([
    ["the smaller of both gaps", [-1, 0, 3], [1, 1, 1], 1],
    ["over the pooled deviation of both neighbours", [0, 4, 104], [1, 7, 1], 2],
    ["the same on any scale", [-100, 0, 300], [1e4, 1e4, 1e4], 1],
    ["of two states their gap", [0, 0.3], [1, 1], 0.3],
    ["not that of states which share a label", [-2, -0.1, 0, 0.1, 2], [1, 1, 1, 1, 1], 1.9],
    ["0 for equal means", [-1, 1, 1], [1, 1, 1], 0],
    ["0 for a single state", [1], [1], 0]
  ])("is %s", (_name, spreads, variances, separation) => {
    expect(separationOf(modelWith(spreads, variances))).toBeCloseTo(separation, 12)
  })

  it.each(COVARIANCE_TYPES)("takes the variance of the EMA spread from %s covariances", (covarianceType) => {
    const model = { ...modelWith([0, 1, 2], [1, 1, 1]), covarianceType }
    const size = covarianceSize(covarianceType, 3, FEATURES.length)
    const place = (at: number) => (covarianceType === "diag" ? at : Math.floor(at / FEATURES.length)) % FEATURES.length
    const matrix = covarianceType === "full" || covarianceType === "tied"
    const covariances = Array.from({ length: size }, (_, at) => {
      if (covarianceType === "spherical") return 4
      if (matrix && place(at) !== at % FEATURES.length) return 0
      return place(at) === EMA_SPREAD ? 4 : 9
    })
    expect(separationOf({ ...model, covariances })).toBeCloseTo(0.5, 12)
  })
})

describe("a weakly separated model", () => {
  const sure = readingOf({ bearish: 0.1, ranging: 0.1, bullish: 0.8 }, INFERENCE)
  const say = (separation: number, dampWeakModels = true) =>
    spoken({ separation }, sure, { ...INFERENCE, dampWeakModels })

  it.each([
    [2, 1],
    [0.5, 1],
    [0.499, 0.998],
    [0.25, 0.5],
    [0.05, 0.1]
  ])("of %s deviations has %s of its voice", (separation, voice) => {
    expect(voiceOf(separation)).toBeCloseTo(voice, 12)
    expect(say(separation)).toMatchObject({ trained: true, regime: "BULLISH", confidence: sure.confidence })
    expect(say(separation).biasSignal).toBeCloseTo(0.7 * voice, 12)
  })

  it("says so with its numbers, and a well separated one says nothing", () => {
    expect(say(0.31).reason).toBe(
      "weak model: neighbouring states lie 0.31 deviations apart, less than 0.5; bias × 0.62"
    )
    expect(say(0.5).reason).toBeNull()
  })

  it("of equal means ranges, with no bias and no confidence", () => {
    for (const separation of [0, 1e-12]) {
      expect(say(separation)).toMatchObject({ regime: "RANGING", confidence: 0, biasSignal: 0, trained: true })
      expect(say(separation).reason).toMatch(/equal EMA spreads and tell no direction; ranging, bias 0/)
    }
  })

  it("is not made louder again by the gain", () => {
    const loud = readingOf({ bearish: 0, ranging: 0.1, bullish: 0.9 }, { ...INFERENCE, biasGain: 100 })
    expect(spoken({ separation: 0.1 }, loud, INFERENCE).biasSignal).toBeCloseTo(0.2, 12)
  })

  it("speaks at full voice where that is switched off", () => {
    for (const separation of [0, 0.1, 0.5]) expect(say(separation, false)).toEqual(sure)
  })
})

describe(`a market whose price stands while its volume moves (seed ${SEED})`, () => {
  const random = seeded(SEED)
  const candles = {
    closes: new Float64Array(400).fill(0.2),
    volumes: Float64Array.from({ length: 400 }, (_, i) => (i % 100 < 50 ? 10 : 1_000) * (0.5 + random()))
  }
  const rows = given(featureRows(candles))
  const model = given(train(rows, SETTINGS, null))

  it("ranges: its states part volumes, and have no direction", () => {
    expect(model.separation).toBeLessThan(1e-6)
    expect(model.warnings).toContain("weak-separation")
    expect(readRegime(model, rows, INFERENCE)).toMatchObject({ regime: "RANGING", confidence: 0, biasSignal: 0 })
    const labels = given(labelCandles(model, candles, INFERENCE))
    expect(new Set(labels.map(({ regime, biasSignal }) => `${regime} ${biasSignal}`))).toEqual(new Set(["RANGING 0"]))
  })

  it("was given a direction before: switched off, it still is", () => {
    const labels = given(labelCandles(model, candles, { ...INFERENCE, dampWeakModels: false }))
    expect(labels.some(({ regime, biasSignal }) => regime !== "RANGING" && Math.abs(biasSignal) > 0.9)).toBe(true)
  })
})

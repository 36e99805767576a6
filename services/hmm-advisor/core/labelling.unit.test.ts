import { describe, expect, it } from "@effect/vitest"
import { featureRows, WARM_UP_CANDLES } from "./features.ts"
import { labelCandles, stateTable } from "./labelling.ts"
import { readRegime } from "./regime.ts"
import { DEFAULT_TRAINING, train } from "./training/train.ts"
import { candles, given, labelled, READING, trained } from "../testing/labelled.ts"

describe("a labelled series", () => {
  it("has one label for every candle after the warm-up", () => {
    expect(labelled.map(({ candle }) => candle)).toStrictEqual(
      Array.from({ length: 600 - WARM_UP_CANDLES }, (_, i) => i + WARM_UP_CANDLES)
    )
  })

  it("calls a long rise bullish and a long fall bearish", () => {
    const at = (candle: number) => labelled.find((label) => label.candle === candle)?.regime
    expect(at(150)).toBe("BULLISH")
    expect(at(550)).toBe("BEARISH")
  })

  it("says at each candle what the advisor would have said then", () => {
    for (const candle of [30, 199, 350, 599]) {
      const closes = candles.closes.subarray(0, candle + 1)
      const volumes = candles.volumes.subarray(0, candle + 1)
      const then = readRegime(trained, featureRows({ closes, volumes }), { ...READING, inferenceWindow: 600 })
      const now = labelled[candle - WARM_UP_CANDLES]
      expect(now?.regime).toBe(then.regime)
      expect(Math.abs((now?.confidence ?? Number.NaN) - then.confidence)).toBeLessThanOrEqual(1e-12)
    }
  })

  it("changes nothing of the past when the future changes", () => {
    const other = { closes: candles.closes.slice(), volumes: candles.volumes }
    for (let i = 400; i < 600; i++) other.closes[i] = candles.closes[i]! * 3
    const again = given(labelCandles(trained, other, READING))
    expect(again.slice(0, 400 - WARM_UP_CANDLES)).toStrictEqual(labelled.slice(0, 400 - WARM_UP_CANDLES))
  })

  it("is refused, by name, where candles are no candles", () => {
    const broken = { closes: Float64Array.of(1, -1), volumes: Float64Array.of(1, 1) }
    expect(labelCandles(trained, broken, READING)).toMatchObject({ _tag: "Refused", reason: "bad-input" })
  })
})

describe("a model for people", () => {
  it("lists its states with shares that add up, and means in the features' own units", () => {
    const states = stateTable(trained, labelled)
    expect(Math.abs(states.reduce((sum, { share }) => sum + share, 0) - 1)).toBeLessThanOrEqual(1e-12)
    const [bearish, , bullish] = states
    expect(bearish?.means.emaSpread ?? 0).toBeLessThan(0)
    expect(bullish?.means.emaSpread ?? 0).toBeGreaterThan(0)
    for (const { duration } of states) expect(duration ?? 1).toBeGreaterThanOrEqual(1)
  })

  it.each([
    ["one that is never left", 1, null],
    ["one all but never left", 1 - 1e-12, null],
    ["one left less than once in all the training", 1 - 1 / 601, null],
    ["one left once in all the training", 1 - 1 / 600, 600],
    ["one left at every other candle", 0.5, 2]
  ])("gives the length of a state only where an end of it was seen: %s", (_name, stays, duration) => {
    const leaves = (1 - stays) / 2
    const transition = [stays, leaves, leaves, ...trained.model.transition.slice(3)]
    const [first] = stateTable({ ...trained, rowCount: 600, model: { ...trained.model, transition } }, labelled)
    if (duration === null) expect(first?.duration).toBeNull()
    else expect(first?.duration).toBeCloseTo(duration, 6)
  })

  it("has a share of its own for every state, also where several share a regime", () => {
    const settings = { ...DEFAULT_TRAINING, states: 5, covarianceType: "diag", minimumRows: 100 } as const
    const five = given(train(given(featureRows(candles)), settings, null))
    const shares = stateTable(five, given(labelCandles(five, candles, READING))).map(({ share }) => share)
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThanOrEqual(1e-12)
  })
})

import { placeAt } from "../../../shared/actor/core/actor.ts"
import { describe, expect, it } from "@effect/vitest"
import type { Candle } from "../../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { adviceOf, type Detector } from "./advice.ts"
import { featureRows } from "./features.ts"
import { isRefusal } from "./training/refusal.ts"
import { emptyScorecard, score } from "./scorecard.ts"
import { newestStretch } from "./series.ts"
import { advisorStatusActor } from "./status.ts"
import { advisorView } from "./view.ts"
import { DEFAULT_TRAINING, train } from "./training/train.ts"

const INFERENCE = { inferenceWindow: 50, confidenceThreshold: 0.15, biasGain: 1, dampWeakModels: true }

/** A market that rises, stands and falls, as candles of `intervalMin` minutes that end at `endSec`. */
const candles = (count: number, intervalMin: number, endSec: number): ReadonlyArray<Candle> => {
  let close = 1
  return Array.from({ length: count }, (_, i) => {
    const drift = i < count / 3 ? 0.004 : i < (2 * count) / 3 ? 0 : -0.004
    close *= 1 + drift + 0.002 * Math.sin(i * 1.7)
    const price = Price.fromNumber(close)
    return {
      timeSec: endSec - (count - i) * intervalMin * 60,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: Volume.fromNumber(100 + 20 * Math.sin(i * 0.9)),
      trades: 10
    }
  })
}

const detector = (intervalMin: number, endSec: number): Detector => {
  const recent = newestStretch(candles(600, intervalMin, endSec), intervalMin)
  const rows = featureRows(recent)
  if (isRefusal(rows)) throw new Error(rows.detail)
  const trained = train(rows, { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 100 }, null)
  if (isRefusal(trained)) throw new Error(trained.detail)
  return { intervalMin, model: { trained, dataHash: "hash" }, recent }
}

const NOW = 1_700_000_000

describe("the newest stretch of candles", () => {
  it("is everything when nothing is missing", () => {
    const series = newestStretch(candles(100, 1, NOW), 1)
    expect(series.closes.length).toBe(100)
    expect([series.fromSec, series.toSec]).toStrictEqual([NOW - 6_000, NOW - 60])
  })

  it("begins after the last hole", () => {
    const all = candles(100, 1, NOW)
    const series = newestStretch([...all.slice(0, 60), ...all.slice(61)], 1)
    expect(series.closes.length).toBe(39)
    expect(series.fromSec).toBe(all[61]?.timeSec)
  })

  it("is empty without candles, and one candle of one", () => {
    expect(newestStretch([], 1).fromSec).toStrictEqual(null)
    expect(newestStretch(candles(1, 1, NOW), 1).closes.length).toBe(1)
  })
})

describe("the advice", () => {
  it("is both detectors' reading of a falling market, and their consensus", () => {
    const advice = adviceOf({ fast: detector(1, NOW), slow: detector(15, NOW) }, NOW, INFERENCE)
    expect(advice.fast.regime).toBe("BEARISH")
    expect(advice.consensus.regime).toBe("BEARISH")
    expect(advice.consensus.agreement).toBe("full")
    expect(advice.consensus.biasSignal).toBeLessThan(0)
    expect([advice.fast.samples, advice.fast.ageSec, advice.fast.model]).toStrictEqual([50, 0, "hash"])
    expect([advice.fast.intervalMin, advice.slow.intervalMin]).toStrictEqual([1, 15])
  })

  it.each([
    { ageSec: 900, heard: true },
    { ageSec: 901, heard: false }
  ])("a one-minute detector whose newest candle ended $ageSec s ago speaks: $heard", ({ ageSec, heard }) => {
    const { fast, consensus } = adviceOf({ fast: detector(1, NOW - ageSec), slow: detector(15, NOW) }, NOW, INFERENCE)
    expect(fast.trained).toBe(heard)
    expect(consensus.agreement).toBe(heard ? "full" : "slow_only")
  })

  it.each([
    { ageSec: 2_700, heard: true },
    { ageSec: 2_701, heard: false }
  ])("a detector of fifteen minutes is given three of its candles: $ageSec s, $heard", ({ ageSec, heard }) => {
    expect(adviceOf({ fast: detector(1, NOW), slow: detector(15, NOW - ageSec) }, NOW, INFERENCE).slow.trained).toBe(
      heard
    )
  })

  it("without models or candles is no advice, and says why", () => {
    const nothing = { intervalMin: 1, model: null, recent: newestStretch([], 1) }
    const untrained = { ...detector(15, NOW), model: null }
    const advice = adviceOf({ fast: nothing, slow: untrained }, NOW, INFERENCE)
    expect(advice.consensus).toStrictEqual({ regime: "RANGING", agreement: "none", confidence: 0, biasSignal: 0 })
    expect(advice.fast.reason).toBe("no candles")
    expect(advice.slow.reason).toBe("not trained")
    expect(advice.fast.model).toBeNull()
  })
})

describe("the scorecard", () => {
  it("judges each reading by what the price did until the next", () => {
    let card = emptyScorecard
    for (const [bias, price] of [
      [0.5, 100],
      [-0.5, 110],
      [0, 99],
      [1, 99],
      [0, 98.01]
    ] as const) {
      card = score(card, bias, price)
    }
    expect(card).toMatchObject({ readings: 4, directional: 3, hits: 2 })
    // 0.5 · 10 % + 0.5 · 10 % − 1 · 1 %
    expect(Math.abs(card.biasTimesMove - 0.09)).toBeLessThanOrEqual(1e-12)
    expect(Math.abs(card.moves - -0.01)).toBeLessThanOrEqual(1e-12)
  })

  it("waits for a price", () => {
    expect(score(emptyScorecard, 1, 0)).toStrictEqual(emptyScorecard)
  })
})

describe("the advisor's status", () => {
  const place = placeAt({ seq: 1, index: 0, subject: "market.XDGUSD.regime", epoch: 1, timeMs: NOW * 1_000 })

  it("shows the last regime, whose models a refused training leaves in use, and keeps score in a shadow run", () => {
    const price = Price.parse("0.1")
    let state = advisorStatusActor.initial
    const told = [
      { _tag: "PriceObserved", last: price, bid: price, ask: price },
      adviceOf({ fast: detector(1, NOW), slow: detector(15, NOW) }, NOW, INFERENCE),
      { _tag: "RegimeTrainingRefused", intervalMin: 1, refusal: "too-few-rows", detail: "training needs 500 rows" }
    ] as const
    for (const event of told) state = advisorStatusActor.reduce(state, event, place).state
    const { hmm_regime: shown } = advisorView(state, { enabled: true, blendFactor: 1 })
    expect(shown).toMatchObject({ regime: "BEARISH", regime_id: 0, shadow: true, age_sec: 0, trained: true })
    expect(shown.trainings).toStrictEqual({ "1m": { at: NOW, error: "too-few-rows: training needs 500 rows" } })
    expect(shown.error).toBe("too-few-rows: training needs 500 rows")
    // Of the long candles, which set the direction.
    expect(shown.probabilities).toStrictEqual(told[1].slow.probabilities)
    expect(shown.observation_count).toBe(told[1].slow.samples)
    const off = advisorView(state, { enabled: false, blendFactor: 1 }).hmm_regime
    expect(off).toMatchObject({ available: false, trained: false, probabilities: null, observation_count: null })
    expect(shown.scorecard.readings).toBe(0)
  })

  it("shows how well the states of each training's model lie apart, and nothing of one that did not say", () => {
    const fitted = {
      _tag: "RegimeModelTrained",
      intervalMin: 1,
      dataHash: "hash",
      candles: 720,
      fromSec: 0,
      toSec: 1,
      rows: 706,
      settings: "{}",
      parameters: "{}",
      labels: ["BEARISH", "RANGING", "BULLISH"],
      logLikelihood: -3_000,
      start: "spread-1",
      iterations: 20,
      warnings: []
    } as const
    const separationShown = (event: typeof fitted & { readonly separation?: number }) => {
      const { state } = advisorStatusActor.reduce(advisorStatusActor.initial, event, place)
      const { trainings } = advisorView(state, { enabled: true, blendFactor: 0.5 }).hmm_regime
      const shown = trainings["1m"]
      return shown !== undefined && "separation" in shown ? shown.separation : undefined
    }
    expect([separationShown({ ...fitted, separation: 0.31 }), separationShown(fitted)]).toStrictEqual([0.31, null])
  })

  it("names the timeframes of its detectors, whatever the settings chose", () => {
    const advice = adviceOf({ fast: detector(5, NOW), slow: detector(60, NOW) }, NOW, INFERENCE)
    const refused = { _tag: "RegimeTrainingRefused", intervalMin: 60, refusal: "too-few-rows", detail: "7" } as const
    let state = advisorStatusActor.initial
    for (const event of [advice, refused]) state = advisorStatusActor.reduce(state, event, place).state
    const { hmm_regime: shown } = advisorView(state, { enabled: true, blendFactor: 1 })
    expect([shown.fast?.timeframe, shown.slow?.timeframe]).toStrictEqual(["5m", "1h"])
    expect(Object.keys(shown.trainings)).toStrictEqual(["1h"])
  })

  it("is neutral before anything was said", () => {
    const { hmm_regime: shown } = advisorView(advisorStatusActor.initial, { enabled: false, blendFactor: 0.5 })
    expect(shown).toMatchObject({ error: null, probabilities: null, observation_count: null })
    expect(shown).toMatchObject({ enabled: false, available: false, regime: null, bias_signal: null, confidence: null })
  })
})

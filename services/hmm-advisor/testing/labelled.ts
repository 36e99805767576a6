/** A rise, a rest and a fall, a model trained on them, and every candle labelled by it. */
import { featureRows } from "../core/features.ts"
import { labelCandles } from "../core/labelling.ts"
import { isRefusal, type Refusal } from "../core/training/refusal.ts"
import { DEFAULT_TRAINING, train } from "../core/training/train.ts"

export const given = <A extends object>(result: A | Refusal): A => {
  if (isRefusal(result)) throw new Error(`${result.reason}: ${result.detail}`)
  return result
}

export const READING = { confidenceThreshold: 0.15, biasGain: 1, dampWeakModels: true }

/** A market that rises for 200 candles, stands for 200, falls for 200; its small moves are a fixed wave. */
export const candles = (() => {
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
export const trained = given(
  train(given(featureRows(candles)), { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 100 }, null)
)
export const labelled = given(labelCandles(trained, candles, READING))

/** Made-up candles and models for the tests of this folder. */
import type { FeatureCandles } from "../core/features.ts"
import type { HmmModel } from "../core/hmm/model.ts"
import type { Rows } from "../core/hmm/linear/rows.ts"
import type { TrainingSettings } from "../core/training/train.ts"

/** Numbers from 0 to 1, the same for the same seed. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** Candles that rise, fall and idle in turns of about fifty. */
export const candles = (seed: number, count: number): FeatureCandles => {
  const random = seeded(seed)
  const closes = new Float64Array(count)
  const volumes = new Float64Array(count)
  let price = 0.25
  let drift = 0
  for (let i = 0; i < count; i++) {
    if (random() < 0.02) drift = (Math.floor(random() * 3) - 1) * 0.0006
    price *= 1 + drift + (random() - 0.5) * 0.002
    closes[i] = price
    volumes[i] = 1_000 * -Math.log(random())
  }
  return { closes, volumes }
}

export const rowsOf = (lists: ReadonlyArray<ReadonlyArray<number>>): Rows => ({
  count: lists.length,
  features: lists[0]?.length ?? 0,
  values: Float64Array.from(lists.flat())
})

/** Two states, one feature, at −1 and 1. */
export const twoStates: HmmModel = {
  states: 2,
  features: 1,
  covarianceType: "diag",
  start: [0.5, 0.5],
  transition: [0.9, 0.1, 0.1, 0.9],
  means: [-1, 1],
  covariances: [1, 1]
}

export const SETTINGS: TrainingSettings = {
  states: 3,
  covarianceType: "diag",
  minimumRows: 100,
  recipe: 2,
  maxIterations: 100,
  tolerance: 0.01,
  covariancePrior: 0.01,
  varianceFloor: 1e-6
}

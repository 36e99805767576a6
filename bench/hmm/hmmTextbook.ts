/**
 * Baum–Welch as a textbook prints it (Rabiner §V-A), as a competent hand writes it down: arrays of arrays, one loop per sum, what does not
 * change within a sum before it; log densities relative to the row's largest. The yardstick of the fit's speed and, being another program, of its result.
 */

import type { HmmModel } from "../../services/hmm-advisor/core/hmm/model.ts"

interface TextbookModel {
  start: Array<number>
  transition: Array<Array<number>>
  means: Array<Array<number>>
  variances: Array<Array<number>>
}

type Table = Array<Array<number>>

const table = (rows: number, columns: number): Table =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0))

/** A model of diagonal covariances as the textbook would write it. */
export const textbookModel = ({ states, features, start, transition, means, covariances }: HmmModel): TextbookModel => {
  const table = (values: ReadonlyArray<number>, width: number) =>
    Array.from({ length: states }, (_, k) => values.slice(k * width, (k + 1) * width))
  return {
    start: start.slice(),
    transition: table(transition, states),
    means: table(means, features),
    variances: table(covariances, features)
  }
}

/** `iterations` updates of the model; returns the log-likelihood before the last of them. */
export const textbookFit = (model: TextbookModel, rows: Table, iterations: number, prior: number): number => {
  let logLikelihood = 0
  for (let iteration = 0; iteration < iterations; iteration++) logLikelihood = update(model, rows, prior)
  return logLikelihood
}

const update = (model: TextbookModel, rows: Table, prior: number): number => {
  const K = model.start.length
  const T = rows.length
  const density = table(T, K)
  const forward = table(T, K)
  const backward = table(T, K)
  const moves = table(K, K)
  const scales: Array<number> = []
  let logLikelihood = 0
  const offsets = model.variances.map((row) => -0.5 * row.reduce((sum, one) => sum + Math.log(2 * Math.PI * one), 0))
  const precisions = model.variances.map((row) => row.map((one) => 0.5 / one))
  for (let t = 0; t < T; t++) {
    let peak = Number.NEGATIVE_INFINITY
    for (let k = 0; k < K; k++) {
      density[t]![k] = offsets[k]! - distance(rows[t]!, model.means[k]!, precisions[k]!)
      peak = Math.max(peak, density[t]![k]!)
    }
    let scale = 0
    for (let j = 0; j < K; j++) {
      density[t]![j] = Math.exp(density[t]![j]! - peak)
      let arriving = 0
      if (t === 0) arriving = model.start[j]!
      else for (let i = 0; i < K; i++) arriving += forward[t - 1]![i]! * model.transition[i]![j]!
      forward[t]![j] = arriving * density[t]![j]!
      scale += forward[t]![j]!
    }
    for (let j = 0; j < K; j++) forward[t]![j]! /= scale
    scales.push(scale)
    logLikelihood += Math.log(scale) + peak
  }
  backward[T - 1]!.fill(1)
  for (let t = T - 1; t > 0; t--) {
    for (let i = 0; i < K; i++) {
      for (let j = 0; j < K; j++) {
        const move = (model.transition[i]![j]! * density[t]![j]! * backward[t]![j]!) / scales[t]!
        backward[t - 1]![i]! += move
        moves[i]![j]! += forward[t - 1]![i]! * move
      }
    }
  }
  for (let k = 0; k < K; k++) {
    model.start[k] = forward[0]![k]! * backward[0]![k]!
    let leaving = 0
    for (let j = 0; j < K; j++) leaving += moves[k]![j]!
    for (let j = 0; j < K; j++) model.transition[k]![j] = moves[k]![j]! / leaving
    const weights = forward.map((row, t) => row[k]! * backward[t]![k]!)
    const weight = weights.reduce((sum, one) => sum + one, 0)
    for (let d = 0; d < model.means[k]!.length; d++) {
      let weighted = 0
      for (let t = 0; t < T; t++) weighted += weights[t]! * rows[t]![d]!
      const mean = weighted / weight
      let spread = prior
      for (let t = 0; t < T; t++) spread += weights[t]! * ((rows[t]![d]! - mean) * (rows[t]![d]! - mean))
      model.means[k]![d] = mean
      model.variances[k]![d] = spread / weight
    }
  }
  return logLikelihood
}

/** Half the squared distance from the mean, in deviations. */
const distance = (row: Array<number>, mean: Array<number>, precision: Array<number>): number => {
  let sum = 0
  for (let d = 0; d < row.length; d++) sum += precision[d]! * ((row[d]! - mean[d]!) * (row[d]! - mean[d]!))
  return sum
}

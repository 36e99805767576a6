/**
 * States guessed from rows that are drawn: far apart from each other, or close together in time. The draws come from a seed, so
 * the same rows give the same guesses. Of a hundred and twenty windows of real candles either kind alone misses three or four
 * of the best likelihoods known, both together one.
 */
import type { Rows } from "../hmm/linear/rows.ts"
import { type Moments, momentsOfGroups } from "./startModel.ts"

/** Numbers in [0, 1), one after the other. */
type Draw = () => number

/**
 * k-means++: each centre is a row drawn with a chance that grows with the square of its distance from the centres before it;
 * then every row belongs to the nearest. Null where there are fewer different rows than states.
 */
export const spreadMoments = (rows: Rows, states: number, draw: Draw): Moments | null => {
  const { count } = rows
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  const groups = new Uint8Array(count)
  let centre = Math.floor(draw() * count)
  for (let state = 0; ; state++) {
    let total = 0
    for (let t = 0; t < count; t++) {
      const distance = squaredDistance(rows, t, centre)
      if (distance < distances[t]!) {
        distances[t] = distance
        groups[t] = state
      }
      total += distances[t]!
    }
    if (state === states - 1) break
    if (!(total > 0)) return null
    centre = drawn(distances, draw() * total)
  }
  return momentsOfGroups(rows, groups, states)
}

/** The first place at which the running sum of weights passes `mark`; the last with a weight, where rounding leaves none. */
const drawn = (weights: Float64Array, mark: number): number => {
  let sum = 0
  let last = 0
  for (let t = 0; t < weights.length; t++) {
    if (!(weights[t]! > 0)) continue
    sum += weights[t]!
    last = t
    if (sum > mark) break
  }
  return last
}

const squaredDistance = ({ features, values }: Rows, a: number, b: number): number => {
  let squares = 0
  for (let d = 0; d < features; d++) squares += (values[a * features + d]! - values[b * features + d]!) ** 2
  return squares
}

/** Rows in a stretch: from this number on … */
const SHORTEST_STRETCH = 15
/** … to this one, no longer than a regime often lasts. */
const LONGEST_STRETCH = 95
/** Added to the variances of a stretch, which saw a state for a moment only. Squared deviations of the training rows. */
const STRETCH_VARIANCE = 0.1

/** Each state is what a stretch of successive rows looks like, wherever in time it was drawn; all have one length. */
export const stretchMoments = ({ count, features, values }: Rows, states: number, draw: Draw): Moments => {
  const drawnLength = SHORTEST_STRETCH + Math.floor(draw() * (LONGEST_STRETCH + 1 - SHORTEST_STRETCH))
  const length = Math.min(drawnLength, count)
  const means = new Float64Array(states * features)
  const variances = new Float64Array(states * features).fill(STRETCH_VARIANCE)
  for (let state = 0; state < states; state++) {
    const from = Math.floor(draw() * (count - length + 1))
    for (let d = 0; d < features; d++) {
      const at = state * features + d
      for (let t = from; t < from + length; t++) means[at]! += values[t * features + d]! / length
      for (let t = from; t < from + length; t++)
        variances[at]! += (values[t * features + d]! - means[at]!) ** 2 / length
    }
  }
  return { means, variances }
}

/**
 * The state of the newest row given it and those before it: one step per row, no backward pass, nothing of the future.
 * In log space throughout, since a step is K² terms and no speed is needed here.
 */
import { isRefusal, refuse, type Refusal } from "../training/refusal.ts"
import { decodingOf } from "./decoding.ts"
import { logAdd } from "./logPass.ts"
import type { HmmModel } from "./model.ts"
import type { Rows } from "./linear/rows.ts"

/**
 * The probability of each state at the last row, the first row being weighed with the model's start. Equal to the last
 * posterior of `evaluate`.
 */
export const filterLast = (model: HmmModel, rows: Rows): Float64Array | Refusal => {
  const beliefs = filterAll(model, rows)
  return isRefusal(beliefs) ? beliefs : beliefs.slice(-model.states)
}

/** The filtered probabilities at every row, `states` numbers a row: what could have been said at the time, candle by candle. */
export const filterAll = (model: HmmModel, rows: Rows): Float64Array | Refusal => {
  const decoding = decodingOf(model, rows)
  if (isRefusal(decoding)) return decoding
  const { states } = model
  const { logTransition, logDensity } = decoding
  const beliefs = new Float64Array(rows.count * states)
  let belief = decoding.logStart
  for (let t = 0; t < rows.count; t++) {
    const arriving = t === 0 ? belief : step(belief, logTransition)
    for (let k = 0; k < states; k++) arriving[k]! += logDensity[t * states + k]!
    belief = normalisedLog(arriving)
    if (!belief.every((value) => value <= 0)) {
      return refuse("overflow", `row ${t} is so far from every state that its squared distance overflows`)
    }
    for (let k = 0; k < states; k++) beliefs[t * states + k] = Math.exp(belief[k]!)
  }
  return beliefs
}

/** One transition ahead, in log space. */
const step = (belief: Float64Array, logTransition: Float64Array): Float64Array => {
  const states = belief.length
  const ahead = new Float64Array(states).fill(Number.NEGATIVE_INFINITY)
  for (let from = 0; from < states; from++) {
    for (let to = 0; to < states; to++) {
      ahead[to] = logAdd(ahead[to]!, belief[from]! + logTransition[from * states + to]!)
    }
  }
  return ahead
}

const normalisedLog = (weights: Float64Array): Float64Array => {
  const total = weights.reduce(logAdd, Number.NEGATIVE_INFINITY)
  return weights.map((weight) => Math.min(0, weight - total))
}

/** The single most likely sequence of states. */
import { isRefusal, refuse, type Refusal } from "../training/refusal.ts"
import { decodingOf } from "./decoding.ts"
import type { HmmModel } from "./model.ts"
import type { Rows } from "./linear/rows.ts"

/** The likeliest path of states through some rows. */
export interface StatePath {
  readonly _tag: "Path"
  /** ln of the joint probability of path and rows. */
  readonly logProbability: number
  /** A state per row. Its last one may differ from the likeliest state of the last row: the path serves the whole. */
  readonly states: Uint8Array
}

/** Viterbi in log space; of equally likely states the one of the lowest index wins. */
export const viterbi = (model: HmmModel, rows: Rows): StatePath | Refusal => {
  const decoding = decodingOf(model, rows)
  if (isRefusal(decoding)) return decoding
  const { states } = model
  const { logStart, logTransition, logDensity } = decoding
  const cameFrom = new Uint8Array(rows.count * states)
  let best = logStart.map((value, k) => value + logDensity[k]!)
  for (let row = states; row < cameFrom.length; row += states) {
    const next = new Float64Array(states)
    for (let to = 0; to < states; to++) {
      let from = 0
      for (let i = 1; i < states; i++) {
        if (best[i]! + logTransition[i * states + to]! > best[from]! + logTransition[from * states + to]!) from = i
      }
      cameFrom[row + to] = from
      next[to] = best[from]! + logTransition[from * states + to]! + logDensity[row + to]!
    }
    best = next
  }
  let state = 0
  for (let k = 1; k < states; k++) if (best[k]! > best[state]!) state = k
  const logProbability = best[state]!
  if (!Number.isFinite(logProbability)) {
    return refuse(
      "overflow",
      "a row is so far from every state that its squared distance overflows; scale the features"
    )
  }
  const path = new Uint8Array(rows.count)
  for (let t = rows.count - 1; t >= 0; t--) {
    path[t] = state
    state = cameFrom[t * states + state]!
  }
  return { _tag: "Path", logProbability, states: path }
}

/** A fitted model held against rows: what every reading of it starts from, in log space. */
import type { Refusal } from "../training/refusal.ts"
import { logDensities, prepareDensities } from "./density.ts"
import { checkModel, type HmmModel } from "./model.ts"
import { checkRows, type Rows } from "./linear/rows.ts"
import { makeWorkspace } from "./workspace.ts"

/** Logarithms of a checked model's probabilities, and of the density of each row in each state. */
export interface Decoding {
  /** K. */
  readonly logStart: Float64Array
  /** K × K. */
  readonly logTransition: Float64Array
  /** T × K; −∞ where a distance overflows. */
  readonly logDensity: Float64Array
}

/** Checks both and computes the densities; refuses a variance that is not positive. */
export const decodingOf = (model: HmmModel, rows: Rows): Decoding | Refusal => {
  const refused = checkModel(model) ?? checkRows(rows, model.features)
  if (refused !== null) return refused
  const work = makeWorkspace(model, rows.count)
  const collapsed = prepareDensities(work)
  if (collapsed !== null) return collapsed
  logDensities(work, rows, work.density)
  return { logStart: work.start.map(Math.log), logTransition: work.transition.map(Math.log), logDensity: work.density }
}

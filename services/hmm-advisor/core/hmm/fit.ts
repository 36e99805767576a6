/** Baum–Welch: climbs from one start to the nearest optimum. Which optimum that is, is up to the start. */
import { refuse, type Refusal } from "../training/refusal.ts"
import { expectation } from "./expectation.ts"
import { maximise, type VariancePrior } from "./maximisation.ts"
import { checkModel, type HmmModel } from "./model.ts"
import { checkRows, type Rows } from "./linear/rows.ts"
import { fits, loadModel, makeWorkspace, modelOf, type Workspace } from "./workspace.ts"

/** hmmlearn's rule: one update per iteration, and an end after the update whose gain over the one before was small. */
export interface FitOptions extends VariancePrior {
  /** At least 1; 100 by default, where real windows of 720 rows need 20 to 30. */
  readonly maxIterations: number
  /** Smallest gain in log-likelihood, absolute, that is worth another update. */
  readonly tolerance: number
}

/**
 * What every detector fits with unless its settings say otherwise. A tenth of hmmlearn's tolerance: some climbs cross a plateau
 * of gains below 0.01 and rise further behind it.
 */
export const DEFAULT_FIT: FitOptions = {
  maxIterations: 100,
  tolerance: 0.001,
  covariancePrior: 0.01,
  varianceFloor: 1e-6
}

/** A model and how its fit went. */
export interface Fit {
  readonly _tag: "Fitted"
  readonly model: HmmModel
  /** One entry an iteration: that of the parameters *before* its update, so entry 0 belongs to the start. */
  readonly logLikelihoods: ReadonlyArray<number>
  /** Of `model` itself. */
  readonly logLikelihood: number
  /** Whether it ended by its tolerance and not by `maxIterations`. */
  readonly converged: boolean
  /** States that lost all their rows in some iteration, and kept their parameters in it; in ascending order. */
  readonly starved: ReadonlyArray<number>
}

/** Fits `start` to the rows; deterministic to the last bit. `reuse` saves the allocation when several fits follow. */
export const fit = (start: HmmModel, rows: Rows, options: FitOptions, reuse?: Workspace): Fit | Refusal => {
  const refused = checkModel(start) ?? checkRows(rows, start.features) ?? checkOptions(options)
  if (refused !== null) return refused
  const work =
    reuse !== undefined && fits(reuse, start) && reuse.scale.length >= rows.count
      ? reuse
      : makeWorkspace(start, rows.count)
  loadModel(work, start)
  const logLikelihoods: Array<number> = []
  const starved = new Set<number>()
  let converged = false
  while (!converged && logLikelihoods.length < options.maxIterations) {
    const likelihood = expectation(work, rows)
    if (typeof likelihood !== "number") return likelihood
    for (const state of maximise(work, rows, options)) starved.add(state)
    if (!isFinite(work)) return refuse("overflow", "the features are so large that their squares overflow; scale them")
    const before = logLikelihoods.at(-1)
    logLikelihoods.push(likelihood)
    converged = before !== undefined && likelihood - before < options.tolerance
  }
  const logLikelihood = expectation(work, rows)
  if (typeof logLikelihood !== "number") return logLikelihood
  return {
    _tag: "Fitted",
    model: modelOf(work),
    logLikelihoods,
    logLikelihood,
    converged,
    starved: [...starved].sort((a, b) => a - b)
  }
}

const isFinite = ({ means, covariances, transition, start }: Workspace): boolean =>
  [means, covariances, transition, start].every((values) => values.every(Number.isFinite))

const checkOptions = (options: FitOptions): Refusal | null => {
  const { maxIterations, tolerance, covariancePrior, varianceFloor } = options
  if (!Number.isInteger(maxIterations) || maxIterations < 1) {
    return refuse("bad-setting", `maxIterations must be a whole number from 1 on, is ${maxIterations}`)
  }
  for (const [name, value] of Object.entries({ tolerance, covariancePrior, varianceFloor })) {
    if (!(value >= 0) || value === Number.POSITIVE_INFINITY) {
      return refuse("bad-setting", `${name} must be 0 or more and finite, is ${value}`)
    }
  }
  return null
}

/** The posteriors of every row, T × K, with all rows known, and the log-likelihood of the rows. */
export interface Evaluation {
  readonly _tag: "Evaluated"
  readonly logLikelihood: number
  readonly posteriors: Float64Array
}

/** What given parameters say of the rows, without fitting. Posteriors of old rows know the future: not for a live answer. */
export const evaluate = (model: HmmModel, rows: Rows): Evaluation | Refusal => {
  const refused = checkModel(model) ?? checkRows(rows, model.features)
  if (refused !== null) return refused
  const work = makeWorkspace(model, rows.count)
  const logLikelihood = expectation(work, rows)
  if (typeof logLikelihood !== "number") return logLikelihood
  return { _tag: "Evaluated", logLikelihood, posteriors: work.posterior.slice(0, rows.count * model.states) }
}

/**
 * Everything a fit writes to, allocated once and reused from one iteration, and one start, to the next. Nothing of it
 * leaves this folder: results are copied out.
 */
import type { CovarianceType, HmmModel } from "./model.ts"
import { covarianceSize } from "./model.ts"

/** The arrays of a fit, with K states, D features and T rows; written in place. */
export interface Workspace {
  readonly states: number
  readonly features: number
  readonly covarianceType: CovarianceType
  /** The parameters at work, laid out as in `HmmModel`. */
  readonly start: Float64Array
  readonly transition: Float64Array
  readonly means: Float64Array
  readonly covariances: Float64Array
  /** Of the densities: K × D halved inverse variances, or K × D × D inverse Cholesky factors; K logarithms of the peak height. */
  readonly precision: Float64Array
  readonly logHeight: Float64Array
  /**
   * T × K: densities over the row's largest one, or their logarithms in the log-space pass. After a whole scaled pass of
   * any size: the weights ahead, which are the densities times backward weight and scale.
   */
  readonly density: Float64Array
  /** T × K: forward weights, and after a whole pass the posteriors. */
  readonly posterior: Float64Array
  /** T: what the forward weights of each row were multiplied by to add up to 1. */
  readonly scale: Float64Array
  /** T × K: backward weights, or their logarithms in the log-space pass. */
  readonly backward: Float64Array
  /** K × K: expected number of transitions. */
  readonly moves: Float64Array
}

/** Arrays for the shape of `model`, with its parameters loaded, and at most `rowCount` rows. */
export const makeWorkspace = (model: HmmModel, rowCount: number): Workspace => {
  const { states, features, covarianceType } = model
  const perRow = rowCount * states
  const diagonal = covarianceType === "diag" || covarianceType === "spherical"
  return {
    states,
    features,
    covarianceType,
    start: Float64Array.from(model.start),
    transition: Float64Array.from(model.transition),
    means: Float64Array.from(model.means),
    covariances: Float64Array.from(model.covariances),
    precision: new Float64Array(states * features * (diagonal ? 1 : features)),
    logHeight: new Float64Array(states),
    density: new Float64Array(perRow),
    posterior: new Float64Array(perRow),
    scale: new Float64Array(rowCount),
    backward: new Float64Array(perRow),
    moves: new Float64Array(states * states)
  }
}

/** Puts another model of the same shape into the workspace. */
export const loadModel = (work: Workspace, model: HmmModel): void => {
  work.start.set(model.start)
  work.transition.set(model.transition)
  work.means.set(model.means)
  work.covariances.set(model.covariances)
}

/** A copy of the parameters at work. */
export const modelOf = (work: Workspace): HmmModel => ({
  states: work.states,
  features: work.features,
  covarianceType: work.covarianceType,
  start: Array.from(work.start),
  transition: Array.from(work.transition),
  means: Array.from(work.means),
  covariances: Array.from(work.covariances)
})

/** Whether two shapes may share a workspace. */
export const fits = (work: Workspace, model: HmmModel): boolean =>
  work.states === model.states &&
  work.features === model.features &&
  work.covarianceType === model.covarianceType &&
  work.covariances.length === covarianceSize(model.covarianceType, model.states, model.features)

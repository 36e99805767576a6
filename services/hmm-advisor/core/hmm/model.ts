/** The parameters of a Gaussian hidden Markov model as plain data: they go into records and come back unchanged. */
import { refuse, type Refusal } from "../training/refusal.ts"

/**
 * How the spread of a state's rows is described, in hmmlearn's terms: one variance per feature (`diag`), one for all
 * features (`spherical`), a whole matrix (`full`), or one matrix shared by all states (`tied`).
 */
export const COVARIANCE_TYPES = ["diag", "spherical", "full", "tied"] as const
/** One of `COVARIANCE_TYPES`; decides the layout of `HmmModel.covariances`. */
export type CovarianceType = (typeof COVARIANCE_TYPES)[number]

/** Back-pointers are bytes, and a model of more states would have nothing to say. */
export const MAX_STATES = 32
/** A full matrix of this size costs a thousand multiplications a row, and no detector here comes near it. */
export const MAX_FEATURES = 32

/** With K = `states` and D = `features`, matrices row by row. */
export interface HmmModel {
  readonly states: number
  readonly features: number
  readonly covarianceType: CovarianceType
  /** K probabilities of the first row's state. */
  readonly start: ReadonlyArray<number>
  /** K × K: from, to. */
  readonly transition: ReadonlyArray<number>
  /** K × D. */
  readonly means: ReadonlyArray<number>
  /** `diag` K × D, `spherical` K, `full` K × D × D, `tied` D × D. */
  readonly covariances: ReadonlyArray<number>
}

/** How many numbers `covariances` holds. */
export const covarianceSize = (type: CovarianceType, states: number, features: number): number =>
  ({
    diag: states * features,
    spherical: states,
    full: states * features * features,
    tied: features * features
  })[type]

/** Largest distance of a probability row's sum from 1 that is taken for rounding. */
const SUM_TOLERANCE = 1e-6

/** What is wrong with a model, or null. Matrices are tested for symmetry here, for positive definiteness when they are used. */
export const checkModel = (model: HmmModel): Refusal | null => {
  const { states, features, covarianceType: type } = model
  if (!Number.isInteger(states) || states < 1 || states > MAX_STATES) {
    return refuse("bad-setting", `states must be 1 to ${MAX_STATES}, is ${states}`)
  }
  if (!Number.isInteger(features) || features < 1 || features > MAX_FEATURES) {
    return refuse("bad-setting", `features must be 1 to ${MAX_FEATURES}, is ${features}`)
  }
  if (!COVARIANCE_TYPES.includes(type)) {
    return refuse("bad-setting", `covarianceType must be one of ${COVARIANCE_TYPES.join(", ")}, is ${type}`)
  }
  const sizes = {
    start: states,
    transition: states * states,
    means: states * features,
    covariances: covarianceSize(type, states, features)
  }
  for (const name of ["start", "transition", "means", "covariances"] as const) {
    const values = model[name]
    if (values.length !== sizes[name]) {
      return refuse("bad-setting", `${name} must hold ${sizes[name]} numbers, holds ${values.length}`)
    }
    const odd = values.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) return refuse("bad-setting", `${name}[${odd}] must be finite, is ${values[odd]}`)
  }
  return checkRow("start", model.start) ?? checkTransition(model) ?? checkVariances(model)
}

const checkTransition = ({ states, transition }: HmmModel): Refusal | null => {
  for (let from = 0; from < states; from++) {
    const wrong = checkRow(`transition row ${from}`, transition.slice(from * states, (from + 1) * states))
    if (wrong !== null) return wrong
  }
  return null
}

const checkRow = (name: string, row: ReadonlyArray<number>): Refusal | null => {
  const odd = row.findIndex((value) => value < 0)
  if (odd >= 0) return refuse("bad-setting", `${name} must hold probabilities, holds ${row[odd]}`)
  const sum = row.reduce((total, value) => total + value, 0)
  return Math.abs(sum - 1) <= SUM_TOLERANCE ? null : refuse("bad-setting", `${name} must add up to 1, gives ${sum}`)
}

const checkVariances = ({ covarianceType: type, features, covariances }: HmmModel): Refusal | null => {
  if (type === "diag" || type === "spherical") {
    const odd = covariances.findIndex((value) => value <= 0)
    return odd < 0 ? null : refuse("bad-setting", `covariances[${odd}] must be positive, is ${covariances[odd]}`)
  }
  for (let at = 0; at < covariances.length; at++) {
    const block = at - (at % (features * features))
    const row = Math.floor((at - block) / features)
    const mirrored = covariances[block + ((at - block) % features) * features + row]!
    if (Math.abs(covariances[at]! - mirrored) > 1e-9 * Math.abs(mirrored)) {
      return refuse(
        "bad-setting",
        `covariances[${at}] is ${covariances[at]}, its mirror ${mirrored}: it must be symmetric`
      )
    }
  }
  return null
}

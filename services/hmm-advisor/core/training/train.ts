/** Training: from feature rows to a labelled model with everything needed to audit it. */
import { EMA_SPREAD, FEATURES } from "../features.ts"
import { fit, type Fit, type FitOptions } from "../hmm/fit.ts"
import { type CovarianceType, type HmmModel, MAX_STATES } from "../hmm/model.ts"
import { checkRows, type Rows } from "../hmm/linear/rows.ts"
import { makeWorkspace } from "../hmm/workspace.ts"
import { labelsInOrder, type Regime, reordered, stateOrder } from "../labels.ts"
import { isRefusal, refuse, type Refusal } from "./refusal.ts"
import { type Scaling, scalingOf, standardise } from "./scaling.ts"
import { fixedStarts, rescaled, type StartName } from "./starts.ts"

/** What a training fits, and how. */
export interface TrainingSettings extends FitOptions {
  /** `HMM_N_STATES`. */
  readonly states: number
  /** `HMM_COVARIANCE_TYPE`. */
  readonly covarianceType: CovarianceType
  /** Fewer rows than this train nothing. */
  readonly minimumRows: number
}

/** What a reader of a regime should know about the model behind it. */
export type ModelWarning =
  /** Neighbouring states lie closer than half a deviation in EMA spread: what they separate is hardly direction. */
  | "weak-separation"
  /** A state lost all its rows on the way and kept its former parameters. */
  | "starved-state"
  /** The last update still gained more than the tolerance. */
  | "not-converged"

/** Plain data, so that it can be stored as it is; states stand in label order. */
export interface TrainedModel {
  readonly _tag: "Trained"
  readonly model: HmmModel
  /** Of state 0, 1, … */
  readonly labels: ReadonlyArray<Regime>
  readonly scaling: Scaling
  readonly rowCount: number
  readonly start: StartName
  readonly iterations: number
  /** Of the training rows under `model`. */
  readonly logLikelihood: number
  /** Smallest distance between the EMA-spread means of neighbouring states, in deviations of the training rows. */
  readonly separation: number
  readonly warnings: ReadonlyArray<ModelWarning>
  /** How every start that was tried ended, in order. */
  readonly attempts: ReadonlyArray<Attempt>
}

/** How one start ended. */
export interface Attempt {
  readonly start: StartName
  /** Null where the fit was refused; `refusal` says why. */
  readonly logLikelihood: number | null
  readonly iterations: number
  readonly refusal: string | null
}

/** The previous model wins where it comes this close, relatively, to the best: labels should not jump for nothing. */
const NEAR_TIE = 1e-4
const WEAK_SEPARATION = 0.5

/**
 * Fits every start and keeps the likeliest model. Deterministic to the last bit. `rows` are raw features; `previous` is
 * the model in use, if any. Refuses rows that are too few, not finite, or flat in every feature.
 */
export const train = (
  rows: Rows,
  settings: TrainingSettings,
  previous: TrainedModel | null
): TrainedModel | Refusal => {
  const { states } = settings
  if (!Number.isInteger(states) || states < 1 || states > MAX_STATES) {
    return refuse("bad-setting", `states must be 1 to ${MAX_STATES}, is ${states}`)
  }
  const refused = checkRows(rows, FEATURES.length)
  if (refused !== null) return refused
  if (rows.count < settings.minimumRows) {
    return refuse("too-few-rows", `training needs ${settings.minimumRows} rows, there are ${rows.count}`)
  }
  const scaling = scalingOf(rows)
  if (isRefusal(scaling)) return scaling
  const standard = standardise(rows, scaling)
  const starts = [
    ...previousStart(previous, scaling, settings, rows.features),
    ...fixedStarts(standard, settings.states, settings.covarianceType)
  ]
  const [first] = starts
  if (first === undefined) {
    return refuse(
      "no-start",
      `no feature splits ${rows.count} rows into ${settings.states} groups: all are flat or too few`
    )
  }
  const work = makeWorkspace(first.model, rows.count)
  const fits = starts.map(({ name, model }) => ({ name, result: fit(model, standard, settings, work) }))
  const best = likeliest(fits)
  if (best === null) {
    const [{ result } = { result: null }] = fits
    return result !== null && isRefusal(result) ? result : refuse("no-start", "no start could be fitted")
  }
  return describe(best.name, best.result, fits, scaling, rows.count)
}

interface Finished {
  readonly name: StartName
  readonly result: Fit
}

const likeliest = (fits: ReadonlyArray<{ name: StartName; result: Fit | Refusal }>): Finished | null => {
  let best: Finished | null = null
  let previous: Finished | null = null
  for (const { name, result } of fits) {
    if (isRefusal(result)) continue
    const finished = { name, result }
    if (name === "previous") previous = finished
    if (best === null || result.logLikelihood > best.result.logLikelihood) best = finished
  }
  if (best === null || previous === null) return best
  const behind = best.result.logLikelihood - previous.result.logLikelihood
  return behind <= NEAR_TIE * Math.abs(best.result.logLikelihood) ? previous : best
}

/** None where the previous model has another shape: settings changed. */
const previousStart = (
  previous: TrainedModel | null,
  scaling: Scaling,
  { states, covarianceType }: TrainingSettings,
  features: number
): ReadonlyArray<{ readonly name: StartName; readonly model: HmmModel }> => {
  const model = previous?.model
  if (model === undefined || previous === null) return []
  if (model.states !== states || model.covarianceType !== covarianceType || model.features !== features) return []
  return [{ name: "previous", model: rescaled(model, previous.scaling, scaling) }]
}

const describe = (
  start: StartName,
  result: Fit,
  fits: ReadonlyArray<{ name: StartName; result: Fit | Refusal }>,
  scaling: Scaling,
  rowCount: number
): TrainedModel => {
  const model = reordered(result.model, stateOrder(result.model, EMA_SPREAD))
  const separation = separationOf(model)
  return {
    _tag: "Trained",
    model,
    labels: labelsInOrder(model.states),
    scaling,
    rowCount,
    start,
    iterations: result.logLikelihoods.length,
    logLikelihood: result.logLikelihood,
    separation,
    warnings: [
      ...(separation < WEAK_SEPARATION ? (["weak-separation"] as const) : []),
      ...(result.starved.length > 0 ? (["starved-state"] as const) : []),
      ...(result.converged ? [] : (["not-converged"] as const))
    ],
    attempts: fits.map(({ name, result }) =>
      isRefusal(result)
        ? { start: name, logLikelihood: null, iterations: 0, refusal: `${result.reason}: ${result.detail}` }
        : {
            start: name,
            logLikelihood: result.logLikelihood,
            iterations: result.logLikelihoods.length,
            refusal: null
          }
    )
  }
}

/** 0 for a single state, which separates nothing. */
const separationOf = ({ states, features, means }: HmmModel): number => {
  let smallest = states === 1 ? 0 : Number.POSITIVE_INFINITY
  for (let k = 1; k < states; k++) {
    smallest = Math.min(smallest, means[k * features + EMA_SPREAD]! - means[(k - 1) * features + EMA_SPREAD]!)
  }
  return smallest
}

/** The rows as bytes, little-endian doubles in order: what a hash of the training data is taken over, on any machine. */
export const canonicalBytes = ({ values }: Rows): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * Float64Array.BYTES_PER_ELEMENT))
  values.forEach((value, at) => view.setFloat64(at * Float64Array.BYTES_PER_ELEMENT, value, true))
  return new Uint8Array(view.buffer)
}

/** Training: from feature rows to a labelled model with everything needed to audit it. */
import { EMA_SPREAD, FEATURES } from "../features.ts"
import { DEFAULT_FIT, type Fit } from "../hmm/fit.ts"
import { type CovarianceType, type HmmModel, MAX_STATES } from "../hmm/model.ts"
import { checkRows, type Rows } from "../hmm/linear/rows.ts"
import { labelsInOrder, type Regime, reordered, stateOrder } from "../labels.ts"
import { FULL_VOICE, separationOf } from "../separation.ts"
import { isRefusal, refuse, type Refusal } from "./refusal.ts"
import { type Scaling, scalingOf, standardise } from "./scaling.ts"
import { type Climb, RECIPES, search, type SearchOptions, type TellShare } from "./search.ts"
import { rescaled } from "./startModel.ts"
import { type Start, type StartName, startsOf } from "./starts.ts"

/** What a training fits, and how. */
export interface TrainingSettings extends SearchOptions {
  /** `HMM_N_STATES`. */
  readonly states: number
  /** `HMM_COVARIANCE_TYPE`. */
  readonly covarianceType: CovarianceType
  /** Fewer rows than this train nothing. */
  readonly minimumRows: number
}

/** What every detector trains with unless its settings say otherwise: the newest way. */
export const DEFAULT_TRAINING: SearchOptions = { ...DEFAULT_FIT, recipe: 2 }

/** What a reader of a regime should know about the model behind it. */
export type ModelWarning =
  /** `separation` is below half a deviation: what the states part is hardly direction. */
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
  /** How far the states lie apart in EMA spread, in pooled deviations of neighbours: `separationOf`. */
  readonly separation: number
  readonly warnings: ReadonlyArray<ModelWarning>
  /** How every start that was tried ended, in order. */
  readonly attempts: ReadonlyArray<Attempt>
}

/** How one start ended. */
export interface Attempt {
  readonly start: StartName
  /** Where the climb from it was left; null where the fit was refused, and `refusal` says why. */
  readonly logLikelihood: number | null
  readonly iterations: number
  readonly refusal: string | null
}

/**
 * Climbs from many starts and keeps the likeliest model. Deterministic to the last bit. `rows` are raw features; `previous` is
 * the model in use, if any. Refuses rows that are too few, not finite, or flat in every feature.
 */
export const train = (
  rows: Rows,
  settings: TrainingSettings,
  previous: TrainedModel | null,
  tell?: TellShare
): TrainedModel | Refusal => {
  const { states } = settings
  if (!Number.isInteger(states) || states < 1 || states > MAX_STATES) {
    return refuse("bad-setting", `states must be 1 to ${MAX_STATES}, is ${states}`)
  }
  if (!RECIPES.includes(settings.recipe)) {
    return refuse(
      "bad-setting",
      `recipe must be one of ${RECIPES.join(", ")}, is ${settings.recipe}: made by a newer build`
    )
  }
  const refused = checkRows(rows, FEATURES.length)
  if (refused !== null) return refused
  if (rows.count < settings.minimumRows) {
    return refuse("too-few-rows", `training needs ${settings.minimumRows} rows, there are ${rows.count}`)
  }
  const scaling = scalingOf(rows)
  if (isRefusal(scaling)) return scaling
  const standard = standardise(rows, scaling)
  const [first, ...others] = [
    ...previousStart(previous, scaling, settings, rows.features),
    ...startsOf(standard, states, settings.covarianceType)
  ]
  if (first === undefined) {
    return refuse(
      "no-start",
      `${rows.count} rows hold fewer different ones than ${states} states need: the market is flat`
    )
  }
  const { best, climbs } = search([first, ...others], standard, settings, tell)
  if (best !== null) return describe(best, climbs, scaling, rows.count)
  const [{ reached } = { reached: null }] = climbs
  return reached !== null && isRefusal(reached) ? reached : refuse("no-start", "no start could be fitted")
}

/** None where the previous model has another shape: settings changed. */
const previousStart = (
  previous: TrainedModel | null,
  scaling: Scaling,
  { states, covarianceType }: TrainingSettings,
  features: number
): ReadonlyArray<Start> => {
  const model = previous?.model
  if (model === undefined || previous === null) return []
  if (model.states !== states || model.covarianceType !== covarianceType || model.features !== features) return []
  return [{ name: "previous", model: rescaled(model, previous.scaling, scaling) }]
}

const describe = (
  { start, reached }: Climb<Fit>,
  climbs: ReadonlyArray<Climb>,
  scaling: Scaling,
  rowCount: number
): TrainedModel => {
  const model = reordered(reached.model, stateOrder(reached.model, EMA_SPREAD))
  const separation = separationOf(model)
  return {
    _tag: "Trained",
    model,
    labels: labelsInOrder(model.states),
    scaling,
    rowCount,
    start,
    iterations: reached.logLikelihoods.length,
    logLikelihood: reached.logLikelihood,
    separation,
    warnings: [
      ...(separation < FULL_VOICE ? (["weak-separation"] as const) : []),
      ...(reached.starved.length > 0 ? (["starved-state"] as const) : []),
      ...(reached.converged ? [] : (["not-converged"] as const))
    ],
    attempts: climbs.map(attemptOf)
  }
}

const attemptOf = ({ start, reached }: Climb): Attempt =>
  isRefusal(reached)
    ? { start, logLikelihood: null, iterations: 0, refusal: `${reached.reason}: ${reached.detail}` }
    : { start, logLikelihood: reached.logLikelihood, iterations: reached.logLikelihoods.length, refusal: null }

/** The rows as bytes, little-endian doubles in order: what a hash of the training data is taken over, on any machine. */
export const canonicalBytes = ({ values }: Rows): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * Float64Array.BYTES_PER_ELEMENT))
  values.forEach((value, at) => view.setFloat64(at * Float64Array.BYTES_PER_ELEMENT, value, true))
  return new Uint8Array(view.buffer)
}

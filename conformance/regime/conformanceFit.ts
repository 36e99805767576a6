/** One reference case of a fit: candles to features, the climb, the fitted model, its labels and what it says of rows. */
import type { CaseObject } from "../format/caseObject.ts"
import { columnOf, Differences, matrixOf, numbersOf, type Tolerance } from "../format/numbers.ts"
import { EMA_SPREAD, featureRows } from "../../services/hmm-advisor/core/features.ts"
import { evaluate, fit } from "../../services/hmm-advisor/core/hmm/fit.ts"
import { filterLast } from "../../services/hmm-advisor/core/hmm/filter.ts"
import type { HmmModel } from "../../services/hmm-advisor/core/hmm/model.ts"
import { lastRows, type Rows } from "../../services/hmm-advisor/core/hmm/linear/rows.ts"
import { viterbi } from "../../services/hmm-advisor/core/hmm/viterbi.ts"
import { labelsInOrder, REGIMES, stateOrder } from "../../services/hmm-advisor/core/labels.ts"
import { isRefusal, type Refusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { probabilitiesOf, readingOf } from "../../services/hmm-advisor/core/regime.ts"
import { scalingOf, standardise } from "../../services/hmm-advisor/core/training/scaling.ts"

/** Log-likelihoods. */
export const LIKELIHOOD: Tolerance = { absolute: 0, relative: 1e-9 }
/** Parameters, probabilities, confidence, bias. */
export const PARAMETERS: Tolerance = { absolute: 1e-6, relative: 0 }
/** Indicators, features, and plain arithmetic. */
export const EXACT_ENOUGH: Tolerance = { absolute: 1e-12, relative: 1e-9 }

/** Observations in the reference's form, one list per row; a `null` is read as NaN, which has to be refused. */
export const rowsFrom = (observations: ReadonlyArray<Float64Array>): Rows => ({
  count: observations.length,
  features: observations[0]?.length ?? 0,
  values: Float64Array.from(observations.flatMap((row) => Array.from(row)))
})

const flat = (from: CaseObject, name: string): ReadonlyArray<number> =>
  matrixOf(from, name).flatMap((row) => Array.from(row))

/** Parameters in the reference's form: lists of lists. */
export const modelFrom = (from: CaseObject, covarianceType: "diag"): HmmModel => {
  const means = matrixOf(from, "means")
  return {
    states: means.length,
    features: means[0]?.length ?? 0,
    covarianceType,
    start: Array.from(numbersOf(from, "start")),
    transition: flat(from, "transition"),
    means: flat(from, "means"),
    covariances: flat(from, "variances")
  }
}

/** What is looked at of such a case. */
export const FIT_FIELDS = {
  options: ["maxIterations", "tolerance", "covarsPrior", "varianceFloor", "covarianceType"],
  expected: [
    "iterations",
    "logLikelihoodPerIteration",
    "fitted",
    "logLikelihood",
    "posteriors",
    "viterbi",
    "stateOrderByFeature",
    "labels",
    "features"
  ]
}

/** Everything the case expects; what it leaves out is not judged, and an `expected` of `null` asks for a refusal. */
export const compareFit = (root: CaseObject): Array<string> => {
  const differences = new Differences()
  const expected = root.optionalObject("expected")
  const rows = observationsOf(root, expected, differences)
  const options = root.object("options")
  options.oneOf("covarianceType", ["diag"], "diag")
  const result = isRefusal(rows)
    ? rows
    : fit(modelFrom(root.object("initial"), "diag"), rows, {
        maxIterations: options.number("maxIterations"),
        tolerance: options.number("tolerance"),
        covariancePrior: options.number("covarsPrior"),
        varianceFloor: options.optionalNumber("varianceFloor") ?? 0
      })
  if (isRefusal(result) || isRefusal(rows)) {
    if (expected !== null) differences.same("fit", "a model", isRefusal(result) ? result : rows)
    return differences.lines
  }
  if (expected === null) return ["fit: case.expected is null or missing, which asks for a refusal; got a model"]
  const { model, logLikelihoods, logLikelihood } = result
  if ("iterations" in expected.fields) {
    differences.same("iterations", expected.number("iterations"), logLikelihoods.length)
  }
  if ("logLikelihoodPerIteration" in expected.fields) {
    const climb = numbersOf(expected, "logLikelihoodPerIteration")
    differences.allClose("logLikelihoodPerIteration", climb, logLikelihoods, LIKELIHOOD)
  }
  const fitted = modelFrom(expected.object("fitted"), "diag")
  for (const name of ["start", "transition", "means", "covariances"] as const) {
    differences.allClose(`fitted.${name}`, fitted[name], model[name], PARAMETERS)
  }
  differences.close("logLikelihood", expected.number("logLikelihood"), logLikelihood, LIKELIHOOD)
  comparePosteriors(expected, model, rows, differences)
  compareLabels(root, expected, model, rows, differences)
  return differences.lines
}

/** The case's observations, or its candles' features brought to one scale. */
const observationsOf = (root: CaseObject, expected: CaseObject | null, differences: Differences): Rows | Refusal => {
  if ("observations" in root.fields) return rowsFrom(matrixOf(root, "observations", true))
  const candles = matrixOf(root.object("candles"), "rows")
  const raw = featureRows({
    closes: columnOf(candles, 4, "case.candles.rows"),
    volumes: columnOf(candles, 5, "case.candles.rows")
  })
  if (isRefusal(raw)) return raw
  const scaling = scalingOf(raw)
  if (isRefusal(scaling)) return scaling
  const features = expected?.optionalObject("features") ?? null
  if (features !== null) {
    differences.allClose("features.raw", flat(features, "raw"), raw.values, EXACT_ENOUGH)
    differences.allClose("features.mean", numbersOf(features, "mean"), scaling.mean, EXACT_ENOUGH)
    differences.allClose("features.std", numbersOf(features, "std"), scaling.deviation, EXACT_ENOUGH)
  }
  return standardise(raw, scaling)
}

const comparePosteriors = (expected: CaseObject, model: HmmModel, rows: Rows, differences: Differences): void => {
  if ("posteriors" in expected.fields) {
    const evaluation = evaluate(model, rows)
    const got = isRefusal(evaluation) ? [] : evaluation.posteriors
    differences.allClose("posteriors", flat(expected, "posteriors"), got, PARAMETERS)
  }
  const best = expected.optionalObject("viterbi")
  if (best === null) return
  const path = viterbi(model, rows)
  if (isRefusal(path)) return differences.same("viterbi", "a path", path)
  differences.close("viterbi.logProbability", best.number("logProbability"), path.logProbability, LIKELIHOOD)
  differences.same("viterbi.path", Array.from(numbersOf(best, "path")), Array.from(path.states))
}

const compareLabels = (
  root: CaseObject,
  expected: CaseObject,
  model: HmmModel,
  rows: Rows,
  differences: Differences
): void => {
  const byFeature = expected.optionalObject("stateOrderByFeature")
  const order = stateOrder(model, byFeature?.number("feature") ?? Math.min(EMA_SPREAD, model.features - 1))
  if (byFeature !== null) {
    differences.same("stateOrderByFeature.order", Array.from(numbersOf(byFeature, "order")), order)
  }
  const ranked = labelsInOrder(model.states)
  const labels = Array.from({ length: model.states }, (_, state) => ranked[order.indexOf(state)]!)
  const wanted = expected.optionalObject("labels")
  labels.forEach((label, state) => {
    if (wanted !== null) differences.same(`labels.${state}`, wanted.oneOf(String(state), REGIMES), label)
  })
  const inference = root.optionalObject("inference")
  for (const step of inference?.list("steps") ?? []) {
    const upTo = step.number("observationsUpTo")
    const known: Rows = { ...rows, count: upTo, values: rows.values.subarray(0, upTo * rows.features) }
    const belief = filterLast(model, lastRows(known, inference!.number("window")))
    if (isRefusal(belief)) {
      differences.same(step.at, "a reading", belief)
      continue
    }
    const reading = readingOf(probabilitiesOf(belief, labels), {
      confidenceThreshold: inference!.number("confidenceThreshold"),
      biasGain: inference!.number("biasGain")
    })
    const probabilities = step.object("probabilities")
    for (const name of ["bearish", "ranging", "bullish"] as const) {
      differences.close(`${step.at}.${name}`, probabilities.number(name), reading.probabilities[name], PARAMETERS)
    }
    differences.same(`${step.at}.regime`, step.oneOf("regime", REGIMES), reading.regime)
    differences.close(`${step.at}.confidence`, step.number("confidence"), reading.confidence, PARAMETERS)
    differences.close(`${step.at}.biasSignal`, step.number("biasSignal"), reading.biasSignal, PARAMETERS)
  }
}

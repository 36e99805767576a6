/**
 * Runs the reference cases of the hidden Markov model: fits, evaluations of given parameters, the quality of the starts,
 * and the consensus of two detectors. Forms and tolerances: docs/trading-contract.md §15.
 */
import { CaseError, CaseObject } from "../format/caseObject.ts"
import { Differences, matrixOf, numbersOf } from "../format/numbers.ts"
import { compareFit, EXACT_ENOUGH, LIKELIHOOD, modelFrom, PARAMETERS, rowsFrom } from "./conformanceFit.ts"
import { REACHED } from "./randomStarts.ts"
import { candlesOf, windowOf } from "./windows.ts"
import { consensus, type Voice } from "../../services/hmm-advisor/core/consensus.ts"
import { evaluate } from "../../services/hmm-advisor/core/hmm/fit.ts"
import { viterbi } from "../../services/hmm-advisor/core/hmm/viterbi.ts"
import { REGIMES } from "../../services/hmm-advisor/core/labels.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { DEFAULT_TRAINING, train } from "../../services/hmm-advisor/core/training/train.ts"

const has = (input: unknown, ...fields: ReadonlyArray<string>): input is Record<string, unknown> =>
  typeof input === "object" && input !== null && fields.every((field) => field in input)

/** A start and options, with observations or candles: to be fitted. */
export const isFitCase = (input: unknown): boolean =>
  (has(input, "initial") || has(input, "options")) && !has(input, "steps")

/** The differences of a fit: from candles to bias where the case has candles. */
export const runFitCase = (input: unknown): Array<string> => compareFit(new CaseObject(input, "case"))

/** Parameters and observations: to be evaluated. */
export const isEvaluateCase = (input: unknown): boolean => has(input, "parameters") || has(input, "observations")

/** What is looked at of such a case. */
export const EVALUATE_FIELDS = { expected: ["logLikelihood", "posteriors", "viterbi"] }

/** Log-likelihood, posteriors and path of given parameters. An expected `null` asks for a refusal. */
export const runEvaluateCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const differences = new Differences()
  const rows = rowsFrom(matrixOf(root, "observations", true))
  const model = modelFrom(root.object("parameters"), "diag")
  const expected = root.optionalObject("expected")
  const evaluation = evaluate(model, rows)
  const path = viterbi(model, rows)
  if (expected === null || isRefusal(evaluation) || isRefusal(path)) {
    const got = isRefusal(evaluation) ? evaluation.detail : isRefusal(path) ? path.detail : null
    if ((expected === null) !== (got !== null)) differences.same("refusal", expected === null ? "a refusal" : null, got)
    return differences.lines
  }
  differences.close("logLikelihood", expected.number("logLikelihood"), evaluation.logLikelihood, LIKELIHOOD)
  const posteriors = matrixOf(expected, "posteriors").flatMap((row) => Array.from(row))
  differences.allClose("posteriors", posteriors, evaluation.posteriors, PARAMETERS)
  const best = expected.object("viterbi")
  differences.close("viterbi.logProbability", best.number("logProbability"), path.logProbability, LIKELIHOOD)
  differences.same("viterbi.path", Array.from(numbersOf(best, "path")), Array.from(path.states))
  return differences.lines
}

/** Windows of recorded candles and the best likelihood known for each. */
export const isQualityCase = (input: unknown): boolean => has(input, "sets") && Array.isArray(input["sets"])

/** Training must reach this share of the windows; one k-means start reaches half. */
const ENOUGH_WINDOWS = 0.95

/** The windows not reached, unless nearly all are. `readData` gives the text of a CSV file of candles by its name. */
export const runQualityCase = (input: unknown, readData: (name: string) => string): Array<string> => {
  const missed: Array<string> = []
  let windows = 0
  for (const set of new CaseObject(input, "case").list("sets")) {
    const name = set.text("file")
    const candles = candlesOf(readData(name), name)
    const length = set.number("rowsPerWindow")
    for (const window of set.list("windows")) {
      windows++
      const from = window.number("startRow")
      const best = window.number("bestKnownLogLikelihood")
      if (!Number.isInteger(from) || from < 0 || from + length > candles.closes.length) {
        throw new CaseError(`${window.at}.startRow: ${length} rows from ${from} on are not in ${name}`)
      }
      const rows = windowOf(candles, from, length)
      const trained = isRefusal(rows)
        ? rows
        : train(rows, { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 1 }, null)
      const behind = isRefusal(trained) ? Number.NaN : (best - trained.logLikelihood) / Math.abs(best)
      if (!(behind <= REACHED)) missed.push(`${name}, row ${from}: ${behind} behind the best known ${best}`)
    }
  }
  if (windows === 0) throw new CaseError("case.sets name no window")
  return windows - missed.length >= ENOUGH_WINDOWS * windows ? [] : missed
}

/** Two readings: what do they say together? */
export const isConsensusCase = (input: unknown): boolean => has(input, "oneMinute") || has(input, "fifteenMinute")

/** What is looked at of such a case: the agreement has no name that is agreed upon. */
export const CONSENSUS_FIELDS = { expected: ["regime", "confidence", "biasSignal"] }

/** Regime, confidence and bias of the consensus; a missing or untrained detector is `null` or has `trained: false`. */
export const runConsensusCase = (input: unknown): Array<string> => {
  const root = new CaseObject(input, "case")
  const got = consensus(voiceOf(root, "oneMinute"), voiceOf(root, "fifteenMinute"))
  const expected = root.object("expected")
  const differences = new Differences()
  differences.same("regime", expected.oneOf("regime", REGIMES), got.regime)
  differences.close("confidence", expected.number("confidence"), got.confidence, EXACT_ENOUGH)
  differences.close("biasSignal", expected.number("biasSignal"), got.biasSignal, EXACT_ENOUGH)
  return differences.lines
}

const SILENT: Voice = { trained: false, regime: "RANGING", confidence: 0, biasSignal: 0 }

const voiceOf = (root: CaseObject, name: string): Voice => {
  if (!(name in root.fields)) throw new CaseError(`${root.at}.${name} is missing; it may be null`)
  const reading = root.optionalObject(name)
  if (reading === null) return SILENT
  const trained = reading.fields["trained"] ?? true
  if (typeof trained !== "boolean") throw new CaseError(`${reading.at}.trained must be true or false`)
  if (!trained) return SILENT
  return {
    trained,
    regime: reading.oneOf("regime", REGIMES),
    confidence: reading.number("confidence"),
    biasSignal: reading.number("biasSignal")
  }
}

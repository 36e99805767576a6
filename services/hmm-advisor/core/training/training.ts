/** A training but for its fit: what the fit is given, and the fact that comes of it. The fit itself is `train`, in a worker. */
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Detector } from "../advice.ts"
import { featureRows } from "../features.ts"
import type { Rows } from "../hmm/linear/rows.ts"
import { isRefusal, type Refusal } from "./refusal.ts"
import type { Series } from "../series.ts"
import type { TrainedModel, TrainingSettings } from "./train.ts"

/** What a fit is given. */
export interface TrainingTask {
  readonly intervalMin: number
  readonly series: Series
  /** Raw features of the series. */
  readonly rows: Rows
  readonly settings: TrainingSettings
}

/** What came of a training. */
export interface TrainingOutcome {
  /** Null where none came out: the one before stays in use. */
  readonly model: Detector["model"]
  readonly fact: EventOf<"RegimeModelTrained"> | EventOf<"RegimeTrainingRefused">
}

/** The task of a window of candles, or why there is none. */
export const trainingTask = (
  intervalMin: number,
  series: Series,
  settings: TrainingSettings
): TrainingTask | Refusal => {
  const rows = featureRows(series)
  return isRefusal(rows) ? rows : { intervalMin, series, rows, settings }
}

/** The fact of a training that gave no model. */
export const trainingRefused = (
  intervalMin: number,
  { reason, detail }: { readonly reason: string; readonly detail: string }
): EventOf<"RegimeTrainingRefused"> => ({ _tag: "RegimeTrainingRefused", intervalMin, refusal: reason, detail })

/** What the fit's answer means. `dataHash`: SHA-256 of the canonical bytes of the task's rows. */
export const outcomeOf = (task: TrainingTask, answer: TrainedModel | Refusal, dataHash: string): TrainingOutcome =>
  isRefusal(answer)
    ? { model: null, fact: trainingRefused(task.intervalMin, answer) }
    : { model: { trained: answer, dataHash }, fact: trainedFact(task, answer, dataHash) }

const trainedFact = (
  { intervalMin, series, rows, settings }: TrainingTask,
  { model, scaling, labels, logLikelihood, start, iterations, separation, warnings }: TrainedModel,
  dataHash: string
): EventOf<"RegimeModelTrained"> => ({
  _tag: "RegimeModelTrained",
  intervalMin,
  dataHash,
  candles: series.closes.length,
  fromSec: series.fromSec ?? 0,
  toSec: series.toSec ?? 0,
  rows: rows.count,
  settings: JSON.stringify(settings),
  parameters: JSON.stringify({ model, scaling }),
  labels,
  logLikelihood,
  start,
  iterations,
  separation,
  warnings
})

/** A training as the answer to the command that asked for it. */
export const retrained = (fact: TrainingOutcome["fact"]): EventOf<"RetrainAnswered">["outcomes"][number] => {
  const { intervalMin } = fact
  if (fact._tag === "RegimeTrainingRefused") {
    return { intervalMin, trained: false, detail: `${fact.refusal}: ${fact.detail}` }
  }
  const { rows, logLikelihood, start, iterations, separation, warnings } = fact
  const told = [`log-likelihood ${logLikelihood.toFixed(1)}`, `${rows} rows`, `${iterations} iterations from ${start}`]
  if (separation !== undefined) told.push(`separation ${separation.toFixed(2)}`)
  return { intervalMin, trained: true, detail: [...told, ...warnings].join(", ") }
}

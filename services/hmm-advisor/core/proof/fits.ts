/** A recorded training done again: the same candles, by their hash, give the same model. */
import type { EventOf } from "../../../../shared/events/event.ts"
import { separationOf } from "../separation.ts"
import { isRefusal } from "../training/refusal.ts"
import { canonicalBytes, train, type TrainedModel, type TrainingSettings } from "../training/train.ts"
import { outcomeOf, trainingTask } from "../training/training.ts"
import { differenceOf } from "./difference.ts"
import { type History, momentsOf, type Stretch, stretchAt } from "./history.ts"
import type { Verdict } from "./verdict.ts"

type Fitted = EventOf<"RegimeModelTrained">

/** A model as its fact bears it: what a reading or the next training needs of it. */
export const modelOf = (fact: Fitted): TrainedModel => {
  const { model, scaling } = JSON.parse(fact.parameters) as Pick<TrainedModel, "model" | "scaling">
  const { labels, rows: rowCount, iterations, logLikelihood } = fact
  return {
    _tag: "Trained",
    model,
    labels,
    scaling,
    rowCount,
    start: fact.start as TrainedModel["start"],
    iterations,
    logLikelihood,
    separation: fact.separation ?? separationOf(model),
    warnings: fact.warnings as TrainedModel["warnings"],
    attempts: []
  }
}

/** What is compared of a training: models of earlier builds bear no separation. */
const comparable = (fact: Fitted, recorded: Fitted) => {
  const { parameters, settings, separation, ...rest } = fact
  return {
    ...rest,
    parameters: JSON.parse(parameters) as unknown,
    settings: JSON.parse(settings) as unknown,
    ...(recorded.separation === undefined ? {} : { separation })
  }
}

/** What a training came to: the verdict, and the window where its hash is the recorded one. */
export interface FitVerdict {
  readonly verdict: Verdict
  readonly window: Stretch | null
}

/** Fits the model of the record `seq` again. `previous`: the model that its process had in use; null: none. */
export const refit = (
  history: History,
  seq: number,
  recorded: Fitted,
  previous: TrainedModel | null,
  hash: (bytes: Uint8Array) => string
): FitVerdict => {
  const settings = JSON.parse(recorded.settings) as TrainingSettings
  // One that names no recipe is of before there were two.
  const asThen: TrainingSettings = { ...settings, recipe: (settings as Partial<TrainingSettings>).recipe ?? 1 }
  let seen: Stretch | null = null
  let found = ""
  for (const moment of momentsOf(history, seq, recorded.toSec)) {
    const window = stretchAt(history, moment, recorded.toSec, recorded.candles)
    seen ??= window
    if (!window.complete) continue
    const task = trainingTask(recorded.intervalMin, window.series, settings)
    if (isRefusal(task)) continue
    const dataHash = hash(canonicalBytes(task.rows))
    if (found === "") found = dataHash
    if (dataHash !== recorded.dataHash) continue
    const again = outcomeOf(task, train(task.rows, asThen, previous), dataHash).fact
    if (again._tag !== "RegimeModelTrained") {
      const difference = { field: "refusal", recorded: "nothing", recomputed: again.detail }
      return { verdict: { _tag: "Differs", difference }, window }
    }
    const difference = differenceOf(comparable(recorded, recorded), comparable(again, recorded))
    return { verdict: difference === null ? { _tag: "Same" } : { _tag: "Differs", difference }, window }
  }
  if (seen === null || !seen.complete)
    return { verdict: { _tag: "NotAtHand", why: "candles are missing" }, window: null }
  if (seen.stored.length > 0) {
    return { verdict: { _tag: "NotAtHand", why: "with the store's candles the data hash is another" }, window: null }
  }
  const difference = { field: "dataHash", recorded: recorded.dataHash, recomputed: found === "" ? "nothing" : found }
  return { verdict: { _tag: "Differs", difference }, window: null }
}

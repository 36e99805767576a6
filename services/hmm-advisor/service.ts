/**
 * The regime advisor's shell: candles from the store, fits in a worker, facts into the journal. Advice only: when it stops,
 * the rebalancer goes on by the trend.
 */
import { Effect, Stream } from "effect"
import { makeFactWriter } from "../../shared/actor/facts.ts"
import { follow } from "../../shared/actor/follow.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import type { HostError } from "../../shared/actor/runtime.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { MarketSubjects } from "../../shared/core/ids/subjects.ts"
import type { Journal, JournalRefused, JournalUnavailable, SnapshotStore } from "../../shared/journal/port.ts"
import { type CandleSeries, Store } from "../../shared/store/port.ts"
import type { Candle } from "../../shared/candles/core/candle.ts"
import { adviceOf, type Detector, endedMs } from "./core/advice.ts"
import type { InferenceSettings } from "./core/regime.ts"
import { isRefusal } from "./core/training/refusal.ts"
import { merged, newestStretch } from "./core/series.ts"
import { advisorStatusActor } from "./core/status.ts"
import { canonicalBytes, type TrainingSettings } from "./core/training/train.ts"
import { makeTrainer, type Trainer } from "./trainer.ts"
import { outcomeOf, retrained, trainingRefused, trainingTask } from "./core/training/training.ts"

/** One timeframe that a model is fitted to. */
export interface DetectorOptions {
  readonly intervalMin: number
  readonly trainingCandles: number
  /** Fewer feature rows train nothing. */
  readonly minimumRows: number
}

/** What the advisor reads, how often it speaks, and how its models are fitted and read. */
export interface AdvisorOptions {
  readonly subjects: MarketSubjects
  /** The epoch this process has raised: part of its records' ids. */
  readonly epoch: number
  /** The traded pair as the store names it, in the market that it is traded in. */
  readonly market: Pick<CandleSeries, "venue" | "symbol">
  /** The detector of the short candles, for the timing, and that of the long ones, for the direction. */
  readonly fast: DetectorOptions
  readonly slow: DetectorOptions
  /** Candles read for one answer. */
  readonly recentCandles: number
  readonly training: Omit<TrainingSettings, "minimumRows">
  readonly inference: InferenceSettings
  /** Most exchange time between two answers; one comes with each candle too. And the time between two trainings. */
  readonly answerEveryMs: number
  readonly retrainEveryMs: number
}

/** An advisor that runs. */
export interface AdvisorRun extends AdvisorOptions {
  /** The newest page of closed candles that the exchange gives, oldest first: for trainings that the store has too few for. */
  readonly newestPage: (intervalMin: number) => Effect.Effect<ReadonlyArray<Candle>, { readonly message: string }>
}

/** Why the advisor ends; a store that is away is no reason. */
export type AdvisorError = HostError | JournalRefused | JournalUnavailable

/** After a training that gave no model the next try comes sooner: candles may have arrived. Exchange time. */
const RETRAIN_RETRY_MS = 300_000

/** What one detector knows between two answers. */
interface DetectorState {
  readonly options: DetectorOptions
  model: Detector["model"]
  trainAtMs: number
}

/** Runs until interrupted. A store that is away is no failure: the next look may find it. */
export const advisorService = (
  options: AdvisorRun
): Effect.Effect<never, AdvisorError, Journal | SnapshotStore | Store> => Effect.scoped(advise(options))

const advise = Effect.fn("advisorService")(function* (options: AdvisorRun) {
  const { subjects, epoch } = options
  const { folds, changes, failure } = yield* follow({ host: "hmm-advisor", subjects, actors: [advisorStatusActor] })
  const [status] = folds
  const writeFact = yield* makeFactWriter("hmm-advisor")
  const write = (event: MarketEvent, timeMs = status.state.nowMs) =>
    writeFact({ subject: subjects.regime, epoch, timeMs }, event)
  const trainer = yield* makeTrainer
  const detectors: readonly [DetectorState, DetectorState] = [
    { options: options.fast, model: null, trainAtMs: 0 },
    { options: options.slow, model: null, trainAtMs: 0 }
  ]
  let answerAtMs = 0
  let answeredSec = 0
  // Our own answer comes round through the journal; until then its command must not be taken for a new one.
  let answered = ""
  // The journal's clock drives it: on paper that runs faster than the wall, and stands while nothing is written.
  const look = Effect.gen(function* () {
    const { nowMs, retrain, closedSec } = status.state
    const asked = retrain?.commandId === answered ? null : retrain
    // A rebalance must never find a regime older than the newest candle (docs/trading-contract.md §9).
    const newestSec = Math.max(...detectors.map((detector) => closedSec[detector.options.intervalMin] ?? 0))
    if (nowMs === 0 || (nowMs < answerAtMs && newestSec <= answeredSec && asked === null)) return
    answeredSec = newestSec
    answerAtMs = nowMs + options.answerEveryMs
    const outcomes: Array<EventOf<"RetrainAnswered">["outcomes"][number]> = []
    for (const detector of detectors) {
      const wanted = asked?.intervals.includes(detector.options.intervalMin) === true
      if (nowMs < detector.trainAtMs && !wanted) continue
      const answer = yield* trainOne(options, detector, trainer)
      detector.trainAtMs = nowMs + (answer._tag === "RegimeModelTrained" ? options.retrainEveryMs : RETRAIN_RETRY_MS)
      yield* write(answer)
      if (wanted) outcomes.push(retrained(answer))
    }
    if (asked !== null) {
      answered = asked.commandId
      yield* write({ _tag: "RetrainAnswered", commandId: answered, outcomes })
    }
    const [fast, slow] = detectors
    const now = { fast: yield* detectorOf(options, fast), slow: yield* detectorOf(options, slow) }
    // The store may know of a candle before the journal's clock has come to its end: it is that late at least.
    const adviceMs = Math.max(nowMs, endedMs(now.fast), endedMs(now.slow))
    yield* write(adviceOf(now, adviceMs / 1_000, options.inference), adviceMs)
  })
  yield* look
  return yield* Effect.raceFirst(
    failure,
    Effect.andThen(
      Stream.runForEach(changes, () => look),
      Effect.never
    )
  )
})

/** The newest candles of a timeframe; none when the store does not answer, which is said once per look. */
const storedOf = Effect.fnUntraced(function* (market: AdvisorOptions["market"], intervalMin: number, count: number) {
  const { candles } = yield* Store
  return yield* candles
    .newest({ ...market, intervalMin }, count)
    .pipe(Effect.catch((error) => Effect.as(Effect.logWarning(`hmm-advisor: ${error.message}`), [])))
})

const detectorOf = (
  { market, recentCandles }: AdvisorOptions,
  { options, model }: DetectorState
): Effect.Effect<Detector, never, Store> =>
  Effect.map(storedOf(market, options.intervalMin, recentCandles), (stored) => ({
    intervalMin: options.intervalMin,
    model,
    recent: newestStretch(stored, options.intervalMin)
  }))

/** What there is to train on: the store's candles, and where these give no model the exchange's newest page besides. */
const taskOf = Effect.fnUntraced(function* (advisor: AdvisorRun, options: DetectorOptions) {
  const { intervalMin, trainingCandles, minimumRows } = options
  const settings = { ...advisor.training, minimumRows }
  const stored = yield* storedOf(advisor.market, intervalMin, trainingCandles)
  const task = trainingTask(intervalMin, newestStretch(stored, intervalMin), settings)
  if (!isRefusal(task) && task.rows.count >= minimumRows) return task
  const page = yield* Effect.result(advisor.newestPage(intervalMin))
  if (page._tag === "Failure") {
    yield* Effect.logWarning(`hmm-advisor: the exchange gives no candles either: ${page.failure.message}`)
    return task
  }
  const together = merged(page.success, stored).slice(-trainingCandles)
  return trainingTask(intervalMin, newestStretch(together, intervalMin), settings)
})

/** Fits a model to the newest window; the one before stays in use when that is refused. */
const trainOne = Effect.fnUntraced(function* (advisor: AdvisorRun, detector: DetectorState, trainer: Trainer) {
  const { intervalMin } = detector.options
  const task = yield* taskOf(advisor, detector.options)
  if (isRefusal(task)) return trainingRefused(intervalMin, task)
  const result = yield* Effect.result(trainer(task.rows, task.settings, detector.model?.trained ?? null))
  if (result._tag === "Failure") {
    return trainingRefused(intervalMin, { reason: "worker", detail: result.failure.message })
  }
  const { model, fact } = outcomeOf(task, result.success, sha256(canonicalBytes(task.rows)))
  detector.model = model ?? detector.model
  return fact
})

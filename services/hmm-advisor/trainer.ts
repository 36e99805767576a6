/** Fitting off the event loop: one standing worker, one fit at a time. */
import { Worker } from "node:worker_threads"
import { Context, Deferred, Effect, Schema, type Scope, Semaphore } from "effect"
import { errandTaking } from "../../shared/pace/errands.ts"
import type { Rows } from "./core/hmm/linear/rows.ts"
import type { Refusal } from "./core/training/refusal.ts"
import type { TrainedModel, TrainingSettings } from "./core/training/train.ts"

/** To the worker. */
export interface TrainingRequest {
  readonly id: number
  readonly rows: Rows
  readonly settings: TrainingSettings
  readonly previous: TrainedModel | null
}

/** From the worker. */
export interface TrainingAnswer {
  readonly id: number
  readonly result: TrainedModel | Refusal
}

/** The worker has died, or does not answer: there will be no model from this call. */
export class TrainerFailed extends Schema.TaggedError<TrainerFailed>()("TrainerFailed", { detail: Schema.String }) {
  override get message(): string {
    return `training: ${this.detail}`
  }
}

/** A fit of the largest window allowed may take minutes (100,000 rows, 8 states, full covariances); this long means that the worker hangs. */
const FIT_TIMEOUT = "10 minutes"

/** In a market whose time waits for everyone: a fit of the usual window takes less on a machine that is not busy. */
const FIT_TAKES = "1 second"

/** Fits in the worker; calls wait for each other. Succeeds with a `Refusal` when the rows give no model. */
export type Trainer = (
  rows: Rows,
  settings: TrainingSettings,
  previous: TrainedModel | null
) => Effect.Effect<TrainedModel | Refusal, TrainerFailed>

/** Has a worker while its scope lives. One that dies or hangs fails the fit it had; the next fit gets a new one. */
const standingWorker: Effect.Effect<Trainer, never, Scope.Scope> = Effect.gen(function* () {
  let standing: Worker | null = null
  let waiting: {
    readonly id: number
    readonly answer: Deferred.Deferred<TrainedModel | Refusal, TrainerFailed>
  } | null = null
  const start = (): Worker => {
    const worker = new Worker(new URL("./trainerWorker.ts", import.meta.url))
    // It must not keep a process alive that has nothing else to do.
    worker.unref()
    worker.on("message", ({ id, result }: TrainingAnswer) => {
      if (waiting?.id === id) Deferred.doneUnsafe(waiting.answer, Effect.succeed(result))
    })
    const died = (detail: string) => {
      if (standing !== worker) return
      standing = null
      if (waiting !== null) Deferred.doneUnsafe(waiting.answer, new TrainerFailed({ detail }))
    }
    worker.on("error", (error) => died(error.message))
    worker.on("exit", (code) => died(`the worker ended with code ${code}`))
    return worker
  }
  const stop = Effect.suspend(() => {
    const worker = standing
    standing = null
    return worker === null ? Effect.void : Effect.promise(() => worker.terminate())
  })
  yield* Effect.acquireRelease(
    Effect.sync(() => void (standing = start())),
    () => stop
  )
  const turn = yield* Semaphore.make(1)
  let asked = 0
  return (rows, settings, previous) =>
    turn.withPermit(
      Effect.gen(function* () {
        const answer = yield* Deferred.make<TrainedModel | Refusal, TrainerFailed>()
        const id = ++asked
        waiting = { id, answer }
        standing ??= start()
        const request: TrainingRequest = { id, rows, settings, previous }
        const worker = standing
        const ask = Effect.sync(() => worker.postMessage(request, []))
        return yield* Effect.andThen(ask, Deferred.await(answer)).pipe(
          errandTaking("a fit of a regime model", FIT_TAKES),
          Effect.timeoutOrElse({
            duration: FIT_TIMEOUT,
            orElse: () =>
              Effect.andThen(stop, Effect.fail(new TrainerFailed({ detail: `no answer within ${FIT_TIMEOUT}` })))
          }),
          Effect.ensuring(Effect.sync(() => void (waiting = null)))
        )
      })
    )
})

/** Where models are fitted: in a standing worker; a world of one thread has a place of its own. */
export const FittingPlace = Context.Reference<Effect.Effect<Trainer, never, Scope.Scope>>(
  "kennel/hmm-advisor/FittingPlace",
  { defaultValue: () => standingWorker }
)

/** A trainer in the place in force, for as long as its scope lives. */
export const makeTrainer: Effect.Effect<Trainer, never, Scope.Scope> = Effect.flatten(FittingPlace)

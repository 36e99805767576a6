/** Fitting off the event loop: one standing worker, one fit at a time. */
import { Worker } from "node:worker_threads"
import { Deferred, Effect, Schema, type Scope, Semaphore } from "effect"
import type { Rows } from "./hmm/rows.ts"
import type { Refusal } from "./refusal.ts"
import type { TrainedModel, TrainingSettings } from "./train.ts"

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

/** A fit of the largest window allowed takes seconds; this long means that the worker hangs. */
const PATIENCE = "2 minutes"

export type Trainer = (
  rows: Rows,
  settings: TrainingSettings,
  previous: TrainedModel | null
) => Effect.Effect<TrainedModel | Refusal, TrainerFailed>

/** Starts the worker; it ends with the scope. */
export const makeTrainer: Effect.Effect<Trainer, never, Scope.Scope> = Effect.gen(function* () {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL("./trainerWorker.ts", import.meta.url))),
    (running) => Effect.promise(() => running.terminate())
  )
  // It must not keep a process alive that has nothing else to do.
  worker.unref()
  const waiting = new Map<number, Deferred.Deferred<TrainedModel | Refusal, TrainerFailed>>()
  worker.on("message", ({ id, result }: TrainingAnswer) => {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (asked !== undefined) Deferred.doneUnsafe(asked, Effect.succeed(result))
  })
  worker.on("error", (error) => {
    for (const asked of waiting.values()) {
      Deferred.doneUnsafe(asked, new TrainerFailed({ detail: error.message }))
    }
    waiting.clear()
  })
  const turn = yield* Semaphore.make(1)
  let asked = 0
  return (rows, settings, previous) =>
    turn.withPermit(
      Effect.gen(function* () {
        const answer = yield* Deferred.make<TrainedModel | Refusal, TrainerFailed>()
        const id = ++asked
        waiting.set(id, answer)
        const request: TrainingRequest = { id, rows, settings, previous }
        worker.postMessage(request, [])
        return yield* Deferred.await(answer).pipe(
          Effect.timeoutOrElse({
            duration: PATIENCE,
            orElse: () => Effect.fail(new TrainerFailed({ detail: `no answer within ${PATIENCE}` }))
          }),
          Effect.ensuring(Effect.sync(() => waiting.delete(id)))
        )
      })
    )
})

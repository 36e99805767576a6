/**
 * Workers on the job queue of the store. Several of them, in one process or in many, share the work: a job belongs to
 * whoever claimed it until its lease runs out, and a worker that lives renews it.
 */
import { Cause, Duration, Effect, Exit, Ref } from "effect"
import type { CandleSourceError } from "../../shared/candles/source.ts"
import type { Job, JobPlace, StoreError } from "../../shared/store/port.ts"
import { type HistoryDone, type HistoryParts, jobName, LOST, runHistoryJob } from "./history.ts"

/** Who works, and how long at a stretch. */
export interface WorkerOptions {
  /** Who claims: unique per worker. */
  readonly worker: string
  /** Most wall time of a job at a stretch; then it goes back into the queue with its place. */
  readonly timeoutMs: number
}

/** How often a job is taken on when its source does not answer, before it counts as failed. */
const MAX_ATTEMPTS = 3

/** How long the job of a worker that was killed waits for another one. */
const LEASE_SEC = 90
/** A page may have to wait minutes for a source that refuses: so the lease is renewed on its own, three times in its length. */
const BEAT_MS = (LEASE_SEC * 1_000) / 3

const NOT_BEGUN: JobPlace = { cursor: null, chunksDone: 0, chunksTotal: 0, fresh: 0 }

/** How a job left its worker. */
export type JobEnd =
  | ({ readonly job: Job } & HistoryDone)
  | { readonly job: Job; readonly phase: "error" | "pending"; readonly message: string }

/** Takes one job on and works it off. Null: the queue is empty. */
export const workOnce = Effect.fn("workOnce")(function* (
  { worker, timeoutMs }: WorkerOptions,
  parts: HistoryParts
): Effect.fn.Return<JobEnd | null, StoreError> {
  const { jobs } = parts.store
  return yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const job = yield* jobs.claim(parts.source.name, worker, LEASE_SEC)
      if (job === null) return null
      const place = yield* Ref.make(job.place ?? NOT_BEGUN)
      const keep = (next: JobPlace) =>
        Effect.andThen(Ref.set(place, next), jobs.keepPlace(job.id, worker, next, LEASE_SEC))
      const renew = Effect.flatMap(Ref.get(place), (now) => jobs.keepPlace(job.id, worker, now, LEASE_SEC))
      const run = runHistoryJob(job, parts, keep).pipe(
        Effect.map((done): JobEnd => ({ job, ...done })),
        Effect.raceFirst(Effect.as(untilLost(renew), lost(job))),
        Effect.timeoutOrElse({
          duration: Duration.millis(timeoutMs),
          orElse: () =>
            Effect.succeed<JobEnd>({ job, phase: "pending", message: `goes on after ${timeoutMs / 1_000} s` })
        }),
        Effect.catchTag("CandleSourceError", (error) => Effect.succeed(onSourceError(job, error)))
      )
      const exit = yield* Effect.exit(restore(run))
      if (Exit.isSuccess(exit)) {
        const { phase, message } = exit.value
        if (phase !== "cancelled") yield* jobs.end(job.id, worker, endingOf(phase, message))
        return exit.value
      }
      // Stopping, or a store that failed midway: the job is free at once instead of when its lease runs out.
      const message = Cause.hasInterruptsOnly(exit.cause)
        ? "cancelled: the process stopped"
        : "the store did not answer"
      const free = Effect.interruptible(jobs.end(job.id, worker, endingOf("pending", message)))
      yield* Effect.ignore(Effect.timeoutOption(free, Duration.millis(FREE_WITHIN_MS)))
      return yield* Effect.failCause(exit.cause)
    })
  )
})

/** A process that stops waits no longer than this for the store; the lease does the rest. */
const FREE_WITHIN_MS = 5_000

/** Returns when the job is no longer this worker's. A store that does not answer now may answer at the next beat. */
const untilLost = (renew: Effect.Effect<boolean, StoreError>): Effect.Effect<unknown> =>
  Effect.andThen(Effect.sleep(BEAT_MS), renew.pipe(Effect.catch(() => Effect.succeed(true)))).pipe(
    Effect.repeat({ while: (mine) => mine })
  )

const lost = (job: Job): JobEnd => ({ job, phase: "cancelled", message: LOST, pages: 0, fresh: 0, short: false })

/** Messages are for people; a source's error text may be a page. */
const MAX_MESSAGE = 500

const endingOf = <A extends string>(phase: A, message: string) => ({ phase, message: message.slice(0, MAX_MESSAGE) })

const onSourceError = (job: Job, error: CandleSourceError): JobEnd => {
  const again = (error.advice === "retry" || error.advice === "wait") && job.attempts < MAX_ATTEMPTS
  return { job, phase: again ? "pending" : "error", message: error.message }
}

/** A queue that was empty is looked at again after this; every look is one small request to the store. */
const EMPTY_PAUSE_MS = 5_000
/** After the store failed. */
const BROKEN_PAUSE_MS = 15_000

/** Works for ever. A store that fails is waited for; the queue is durable. `failed`: told of each job that ends in an error. */
export const workForEver = (
  options: WorkerOptions,
  parts: HistoryParts,
  failed: (end: JobEnd) => Effect.Effect<unknown>
): Effect.Effect<never> =>
  workOnce(options, parts).pipe(
    Effect.tap((end) => (end?.phase === "error" ? failed(end) : Effect.void)),
    Effect.tap((end) =>
      end === null
        ? Effect.sleep(EMPTY_PAUSE_MS)
        : Effect.logInfo(`ohlcv-ingestor: ${jobName(end.job)}: ${end.phase}: ${end.message}`)
    ),
    Effect.catch((error) =>
      Effect.andThen(
        Effect.logWarning(`ohlcv-ingestor: ${options.worker}: ${error.message}`),
        Effect.sleep(BROKEN_PAUSE_MS)
      )
    ),
    Effect.forever
  )

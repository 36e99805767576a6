/** Works the queue off with a progress line, and says at the end what came of it. */
import { hostname } from "node:os"
import { Clock, Effect, Ref } from "effect"
import type { JobPlace, StoreError } from "../../../shared/store/port.ts"
import { type HistoryParts, jobName } from "../../../services/ohlcv-ingestor/history.ts"
import { type JobEnd, workOnce } from "../../../services/ohlcv-ingestor/worker.ts"
import { endLine, showLine } from "../../shared/terminal.ts"
import { duration } from "../../shared/progress.ts"
import { progressLine } from "./progress.ts"

/** What a run did. */
export interface RunResult {
  readonly done: number
  /** Nothing was to be fetched. */
  readonly skipped: number
  readonly fresh: number
  readonly failed: ReadonlyArray<string>
  /** What a source or a file did not have. */
  readonly notes: ReadonlyArray<string>
  /** How files were read where that is not what one would expect. */
  readonly remarks: ReadonlyArray<string>
  readonly elapsedMs: number
}

/** A person waits for it and can stop it: no job is put back for taking long. */
const NO_LIMIT_MS = 24 * 3_600_000
const OTHERS_PAUSE_MS = 2_000
/** Lines of notes and failures shown; the rest is counted. */
const MAX_LINES = 20

/** Runs until no job of the source is free. `jobs` is how many are expected, for the progress. */
export const workOff = Effect.fn("workOff")(function* (
  parts: HistoryParts,
  { workers, jobs }: { readonly workers: number; readonly jobs: number }
): Effect.fn.Return<RunResult, StoreError> {
  const startedMs = yield* Clock.currentTimeMillis
  const tally = yield* makeTally(jobs, startedMs)
  const watched = watchedParts(parts, tally)
  const worker = (index: number) => {
    const options = { worker: `${hostname()}-${process.pid}-${index}`, timeoutMs: NO_LIMIT_MS }
    return workOnce(options, watched).pipe(
      Effect.tap((end) => (end === null ? Effect.void : tally.ended(end))),
      Effect.repeat({ while: (end) => end !== null })
    )
  }
  const untilNoneIsFree = Effect.all(
    Array.from({ length: workers }, (_, index) => worker(index + 1)),
    { concurrency: "unbounded", discard: true }
  )
  const openJobs = Effect.map(
    parts.store.jobs.counts(parts.source.name),
    ({ pending, in_progress: atWork }) => pending + atWork
  )
  yield* Effect.gen(function* () {
    yield* untilNoneIsFree
    const others = yield* openJobs
    if (others === 0) return
    // They may come back: the process may have been killed just now, and its lease has to run out.
    yield* Effect.logInfo(`backfill: ${others} jobs are in other hands; waiting for them, or until their lease is over`)
    do {
      yield* Effect.sleep(OTHERS_PAUSE_MS)
      yield* untilNoneIsFree
    } while ((yield* openJobs) > 0)
  }).pipe(Effect.ensuring(endLine))
  return resultOf(yield* tally.ends, (yield* Clock.currentTimeMillis) - startedMs)
})

/** Counts what the workers do, and shows it. */
interface Tally {
  /** A job has come to another place. */
  readonly moved: (id: string, place: JobPlace) => Effect.Effect<void>
  readonly ended: (end: JobEnd) => Effect.Effect<void>
  /** Jobs that are over; one that went back into the queue comes round again. */
  readonly ends: Effect.Effect<ReadonlyArray<JobEnd>>
}

interface Counts {
  readonly ends: ReadonlyArray<JobEnd>
  /** Places of the jobs at work, by job. */
  readonly places: ReadonlyMap<string, JobPlace>
  readonly label: string
}

const makeTally = Effect.fnUntraced(function* (jobs: number, startedMs: number): Effect.fn.Return<Tally> {
  const counts = yield* Ref.make<Counts>({ ends: [], places: new Map(), label: "" })

  const show = Effect.gen(function* () {
    const { ends, places, label } = yield* Ref.get(counts)
    const jobsTotal = Math.max(jobs, ends.length + places.size)
    const partly = [...places.values()].reduce(
      (sum, place) => sum + place.chunksDone / Math.max(1, place.chunksTotal),
      0
    )
    yield* showLine(
      progressLine({
        jobsDone: ends.length,
        jobsTotal,
        share: jobsTotal === 0 ? 1 : (ends.length + partly) / jobsTotal,
        elapsedMs: (yield* Clock.currentTimeMillis) - startedMs,
        fresh: freshOf(ends) + [...places.values()].reduce((sum, place) => sum + place.fresh, 0),
        label
      })
    )
  })
  const change = (how: (now: Counts) => Counts) => Effect.andThen(Ref.update(counts, how), show)

  return {
    moved: (id, place) => change((now) => ({ ...now, places: new Map(now.places).set(id, place) })),
    ended: (end) =>
      change(({ ends, places }) => ({
        ends: end.phase === "pending" ? ends : [...ends, end],
        places: new Map([...places].filter(([id]) => id !== end.job.id)),
        label: jobName(end.job)
      })),
    ends: Effect.map(Ref.get(counts), ({ ends }) => ends)
  }
})

/** The parts for the workers; a place that is kept is counted as well. */
const watchedParts = (parts: HistoryParts, tally: Tally): HistoryParts => {
  const { jobs } = parts.store
  const keepPlace: typeof jobs.keepPlace = (id, worker, place, leaseSec) =>
    Effect.tap(jobs.keepPlace(id, worker, place, leaseSec), tally.moved(id, place))
  return { ...parts, store: { ...parts.store, jobs: { ...jobs, keepPlace } } }
}

const freshOf = (ends: ReadonlyArray<JobEnd>): number =>
  ends.reduce((sum, end) => sum + ("fresh" in end ? end.fresh : 0), 0)

const resultOf = (ends: ReadonlyArray<JobEnd>, elapsedMs: number): RunResult => ({
  done: ends.filter(({ phase }) => phase === "complete").length,
  skipped: ends.filter(({ phase }) => phase === "skipped").length,
  fresh: freshOf(ends),
  failed: ends.filter(({ phase }) => phase === "error").map(({ job, message }) => `${jobName(job)}: ${message}`),
  notes: ends.filter((end) => "short" in end && end.short).map(({ job, message }) => `${jobName(job)}: ${message}`),
  remarks: [],
  elapsedMs
})

/** The summary, some lines. */
export const report = ({ done, skipped, fresh, failed, notes, remarks, elapsedMs }: RunResult): string => {
  const listed = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
    lines.length === 0
      ? []
      : [
          title,
          ...lines.slice(0, MAX_LINES).map((line) => `  ${line}`),
          ...(lines.length > MAX_LINES ? [`  … and ${lines.length - MAX_LINES} more`] : [])
        ]
  return [
    `${done} done, ${skipped} had all there was, ${failed.length} failed; ` +
      `${fresh.toLocaleString("en")} new ${fresh === 1 ? "candle" : "candles"} in ${duration(elapsedMs)}`,
    ...listed("How files were read:", remarks),
    ...listed("Not everything is there:", notes),
    ...listed("Failed:", failed)
  ].join("\n")
}

/** Runs of a sweep over threads: each thread has one run at a time, and gets the next one when it has answered. */
import { Worker } from "node:worker_threads"
import { type Job, keyOf } from "./points.ts"
import type { ResultsFile, SweepRow } from "./resultsFile.ts"
import type { WorkerFailed, WorkerStart } from "./worker.ts"

/** How a sweep is run. */
export interface PoolOptions extends WorkerStart {
  readonly workers: number
  readonly results: ResultsFile
  /** Told after each run. */
  readonly onRow?: (row: SweepRow) => void
}

/** Every job's row, in the order of the jobs: those that the results hold already are not run again. Rejects where a thread fails. */
export const runJobs = async (jobs: ReadonlyArray<Job>, options: PoolOptions): Promise<ReadonlyArray<SweepRow>> => {
  const { results, workers, onRow, ...start } = options
  const rows = new Map(results.known)
  const missing = jobs.filter((job) => !rows.has(keyOf(job)))
  const { file, stored, nowSec, way, env } = start
  let next = 0
  const runThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), {
        workerData: { file, stored, nowSec, way, env } satisfies WorkerStart
      })
      const end = (): void => {
        resolve()
        void worker.terminate()
      }
      worker.on("error", reject)
      worker.on("message", (answer: "ready" | WorkerFailed | SweepRow) => {
        if (typeof answer === "object" && "failed" in answer) {
          reject(new Error(answer.failed))
          return
        }
        if (answer !== "ready") {
          rows.set(keyOf(answer), answer)
          results.add(answer)
          onRow?.(answer)
        }
        const job = missing[next++]
        if (job === undefined) end()
        else worker.postMessage(job, [])
      })
    })
  await Promise.all(Array.from({ length: Math.min(workers, missing.length) }, runThread))
  return jobs.flatMap((job) => rows.get(keyOf(job)) ?? [])
}

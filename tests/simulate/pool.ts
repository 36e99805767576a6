/** Seeds over threads: each thread has one seed at a time, and gets the next one when it has answered. */
import { Worker } from "node:worker_threads"
import type { Answer, WorkerStart } from "./worker.ts"

/** Runs the seeds; `told` hears each as it ends, and says whether to go on. Rejects where a thread dies. */
export const runSeeds = async (
  seeds: Iterator<number>,
  cores: number,
  start: WorkerStart,
  told: (answer: Answer) => boolean
): Promise<void> => {
  let goesOn = true
  const runThread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: start })
      worker.on("error", reject)
      worker.on("message", (answer: "ready" | Answer) => {
        if (answer !== "ready" && !told(answer)) goesOn = false
        const next = goesOn ? seeds.next() : { done: true as const, value: undefined }
        if (next.done !== true) return worker.postMessage(next.value, [])
        resolve()
        void worker.terminate()
      })
    })
  await Promise.all(Array.from({ length: cores }, runThread))
}

/** A thread that runs seeds, one at a time, as they come. */
import { parentPort, workerData } from "node:worker_threads"
import type { Check } from "./judges/auditor.ts"
import { type Lengths, planOf } from "./plan/plan.ts"
import { run, type Verdict } from "./run.ts"

/** What a thread is told at its beginning. */
export interface WorkerStart {
  readonly check: Check
  readonly lengths: Lengths
}

/** What it says of a seed: how it came out, and what it cost. */
export type Answer = Verdict & { readonly cpuMs: number }

/** One seed, judged and measured. */
export const answerTo = (seed: number, { check, lengths }: WorkerStart): Answer => {
  const before = process.threadCpuUsage()
  const { journal: _journal, world: _world, ...verdict } = run(planOf(seed, lengths), check)
  const { user, system } = process.threadCpuUsage(before)
  return { ...verdict, cpuMs: (user + system) / 1_000 }
}

if (parentPort !== null && !("planted" in (workerData as object))) {
  const port = parentPort
  port.on("message", (seed: number) => port.postMessage(answerTo(seed, workerData as WorkerStart), []))
  port.postMessage("ready", [])
}

/** A thread in which one bug, or none, is planted before anything of the product is loaded; then it runs seeds as any other. */
import { parentPort, workerData } from "node:worker_threads"
import type { WorkerStart } from "../worker.ts"
import { plant } from "./plant.ts"
import type { Planted } from "./planted.ts"

/** What such a thread is told at its beginning. */
export type PlantedStart = WorkerStart & { readonly planted: Planted | null }

const { planted, ...start } = workerData as PlantedStart
if (planted !== null) plant(planted)
const { answerTo } = await import("../worker.ts")
parentPort?.on("message", (seed: number) => parentPort?.postMessage(answerTo(seed, start), []))
parentPort?.postMessage("ready", [])

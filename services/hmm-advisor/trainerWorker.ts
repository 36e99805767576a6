/** The worker in which models are fitted: a fit takes long enough to hold up a market's event loop. Stands for as long as its parent. */
import { parentPort } from "node:worker_threads"
import { train } from "./core/training/train.ts"
import type { TrainingAnswer, TrainingRequest } from "./trainer.ts"

parentPort?.on("message", ({ id, rows, settings, previous }: TrainingRequest) => {
  const answer: TrainingAnswer = { id, result: train(rows, settings, previous) }
  parentPort?.postMessage(answer, [])
})

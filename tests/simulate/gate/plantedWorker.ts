/** A thread in which one bug is planted before anything of the product is loaded; then it runs seeds as any other. */
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parentPort, workerData } from "node:worker_threads"
import type { WorkerStart } from "../worker.ts"
import type { Planted } from "./planted.ts"

/** What such a thread is told at its beginning. */
export type PlantedStart = WorkerStart & { readonly planted: Planted }

const { planted, ...start } = workerData as PlantedStart
const root = join(import.meta.dirname, "../../..")

/** The file as the bug has it. Throws where the text that is to be changed does not stand there exactly once. */
const changed = (file: string): string => {
  let text = readFileSync(join(root, file), "utf8")
  for (const { find, becomes } of planted.changes.filter((change) => change.file === file)) {
    if (text.split(find).length !== 2) throw new Error(`${file} does not hold ${JSON.stringify(find)} once`)
    text = text.replace(find, () => becomes)
  }
  return text
}
const texts = new Map(planted.changes.map(({ file }) => [join(root, file), changed(file)]))
registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    const text = url.startsWith("file:") ? texts.get(fileURLToPath(url)) : undefined
    return text === undefined ? loaded : { ...loaded, source: text }
  }
})

const { answerTo } = await import("../worker.ts")
parentPort?.on("message", (seed: number) => parentPort?.postMessage(answerTo(seed, start), []))
parentPort?.postMessage("ready", [])

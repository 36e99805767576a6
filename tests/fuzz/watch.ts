/** Beside a long run: ends the process where one case has not ended for a minute. A loop in a decoder lets nothing else say so. */
import { workerData } from "node:worker_threads"

/** Wall time between two looks. */
const LOOK_EVERY_MS = 60_000

const { cases, decoder } = workerData as { readonly cases: Int32Array; readonly decoder: string }
let before = -1
setInterval(() => {
  const ended = Atomics.load(cases, 0)
  if (ended === before) {
    process.stderr.write(`${decoder}: hangs in case ${ended + 1}\n`, () => process.kill(process.pid, "SIGKILL"))
  }
  before = ended
}, LOOK_EVERY_MS)

/** The long run: `npm run fuzz -- [--cases 1000000] [--decoder name] [--seed n] [--seconds n]`. One decoder after the other; the first fault ends it. */
import { setFlagsFromString } from "node:v8"
import { parseArgs } from "node:util"
import { runInNewContext } from "node:vm"
import { Worker } from "node:worker_threads"
import fc from "fast-check"
import { DECODERS } from "./decoders.ts"

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    decoder: { type: "string" },
    /** For each decoder; what has been reached by then is said. */
    seconds: { type: "string", default: "86400" },
    seed: { type: "string", default: "20261129" }
  }
})
const [cases, seed, seconds] = [Number(values.cases), Number(values.seed), Number(values.seconds)]
const names = Object.keys(DECODERS).filter((name) => values.decoder === undefined || name === values.decoder)
if (names.length === 0 || !Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed) || !(seconds > 0)) {
  console.error(
    `--decoder is one of ${Object.keys(DECODERS).join(", ")}; --cases and --seed are whole numbers, --seconds is above 0`
  )
  process.exit(1)
}

/** A run keeps no case: what it still holds afterwards is a leak of the decoder. */
const MOST_HELD_MB = 512
setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

for (const [name, { property }] of Object.entries(DECODERS).filter(([name]) => names.includes(name))) {
  const began = performance.now()
  const outcomes = { taken: 0, refused: 0 }
  const ended = new Int32Array(new SharedArrayBuffer(4))
  const watch = new Worker(new URL("./watch.ts", import.meta.url), { workerData: { cases: ended, decoder: name } })
  const details = await fc.check(
    property((taken) => {
      outcomes[taken ? "taken" : "refused"]++
      Atomics.add(ended, 0, 1)
    }),
    { numRuns: cases, seed, plugins: [fc.interruptAfterTimeLimit(seconds * 1_000)] }
  )
  await watch.terminate()
  collect()
  const heldMb = Math.round(process.memoryUsage().heapUsed / 2 ** 20)
  const tookSec = Math.round((performance.now() - began) / 1_000)
  console.log(
    `${name}: ${details.numRuns} cases in ${tookSec} s, seed ${seed}: ${outcomes.taken} taken, ${outcomes.refused} refused, ${heldMb} MB held`
  )
  if (details.failed || heldMb > MOST_HELD_MB) {
    console.error(details.errorInstance ?? "")
    console.error(details.failed ? fc.defaultReportMessage(details) : `${name} holds more than ${MOST_HELD_MB} MB`)
    process.exit(1)
  }
}

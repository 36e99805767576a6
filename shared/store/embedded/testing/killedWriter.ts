/**
 * The process that the kill test kills: stores candles and a state by turns for ever, and prints `<round>` once both are
 * acknowledged. Usage: `node killedWriter.ts <directory>`.
 */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { someCandle } from "../../testing/contract.ts"
import { Store } from "../../port.ts"
import { EmbeddedStore } from "../store.ts"

/** Candles of one round. */
const PER_ROUND = 50

const directory = process.argv[2]
if (directory === undefined) throw new Error("usage: node killedWriter.ts <directory>")

const series = { venue: "real", symbol: "KILL", intervalMin: 1 } as const

const writeForEver = Effect.gen(function* () {
  const { candles, state } = yield* Store
  const { count } = yield* candles.coverage(series, 0)
  for (let round = Math.ceil(count / PER_ROUND); ; round++) {
    const piece = Array.from({ length: PER_ROUND }, (_, at) => someCandle((round * PER_ROUND + at) * 60))
    yield* candles.upsert(series, piece, "poll")
    yield* state.put("round", round)
    writeSync(1, `${round}\n`)
  }
})

await Effect.runPromise(writeForEver.pipe(Effect.provide(EmbeddedStore.layer({ directory }))))

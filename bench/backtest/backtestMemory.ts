/**
 * How much memory a backtest takes: `node --expose-gc bench/backtest/backtestMemory.ts <candles> <movePct>` plays that many made
 * candles, none of which is kept, in a process of its own, and prints what was resident at most and what is alive at the end.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { execFileSync } from "node:child_process"
import { backtest } from "../../app/backtest/run.ts"
import { MadeCandles, optionsFor } from "./madeCandles.ts"

/** What the playing process says. */
export interface MemoryOfBacktest {
  readonly residentMb: number
  /** On the heap once it is over and collected, with the result. */
  readonly aliveMb: number
  readonly fills: number
}

const MB = 1_048_576

/** Plays so many candles in a process of its own. */
export const memoryOfBacktest = (candles: number, movePct: number): MemoryOfBacktest => {
  const args = ["--expose-gc", import.meta.filename, String(candles), String(movePct)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as MemoryOfBacktest
}

if (import.meta.main) {
  const [candles = 50_000, movePct = 0.03] = process.argv.slice(2).map(Number)
  const { fills } = backtest(optionsFor(new MadeCandles(candles, movePct)))
  const residentMb = process.resourceUsage().maxRSS / 1_024
  await globalThis.gc?.({ execution: "async" })
  const aliveMb = process.memoryUsage().heapUsed / MB
  process.stdout.write(JSON.stringify({ residentMb, aliveMb, fills: fills.length } satisfies MemoryOfBacktest))
}

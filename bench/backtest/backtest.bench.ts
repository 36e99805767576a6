/**
 * How many candles a second a backtest takes, beside a hand-written mutable loop of the rules, in one process and in turns; the market
 * that folds and proves everything must give the same hash. Two made markets: a calm one as most days are, and one in which orders
 * fill at every other candle. Time is the processor's own, so that a busy machine counts less.
 */
import { backtest } from "../../app/backtest/run.ts"
import type { BenchResult } from "../result.ts"
import { optionsFor, SEED, walk } from "./madeCandles.ts"
import { runMutable } from "./mutableMarket.ts"
import { sharesOf } from "./shares.ts"
import { sweepBench } from "./sweep.bench.ts"

/** Processor time of a call, seconds, and what it gave. */
const timed = <A>(call: () => A): readonly [A, number] => {
  const before = process.threadCpuUsage()
  const result = call()
  const { user, system } = process.threadCpuUsage(before)
  return [result, (user + system) / 1e6]
}

/** Goals: 500,000 candles a second, and a fifth of the loop. The note says what a candle and what a fill costs. */
export const backtestBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const markets = [
    { name: "calm market", movePct: 0.03, minutes: quick ? 1_000 : 500_000, rounds: 2 },
    { name: "lively market", movePct: 0.15, minutes: quick ? 400 : 20_000, rounds: 4 }
  ]
  const results: Array<BenchResult> = []
  for (const { name, movePct, minutes, rounds } of markets) {
    const rows = walk(minutes, movePct)
    const options = optionsFor(rows)
    const proved = walk(Math.min(minutes, 2_000), movePct)
    const [lane, proven] = [false, true].map((proves) => backtest({ ...optionsFor(proved), proves }).hash)
    if (lane !== proven) throw new Error(`backtest: the lane gives ${lane}, the proving market ${proven}`)
    const samples: Array<number> = []
    const floor: Array<number> = []
    let note = ""
    let checksum = ""
    for (let run = 0; run < (quick ? 1 : rounds); run++) {
      const [result, sec] = timed(() => backtest(options))
      const [mutable, mutableSec] = timed(() => runMutable(rows, options))
      if (checksum !== "" && checksum !== result.hash) throw new Error("backtest: the result changed between runs")
      checksum = result.hash
      samples.push(minutes / sec)
      floor.push(minutes / mutableSec)
      const perFill = (seconds: number, fills: number): string => ((seconds / Math.max(1, fills)) * 1e6).toFixed(1)
      note =
        `seed ${SEED}, ${minutes} candles, ${result.fills.length} fills and ${result.cycles.length} cycles (loop: ${mutable.fills} and ` +
        `${mutable.cycles}); all time over fills: ${perFill(sec, result.fills.length)} µs, the loop's ${perFill(mutableSec, mutable.fills)} µs`
    }
    const shares = await sharesOf(() => backtest(optionsFor(walk(quick ? 200 : 30_000, movePct))))
    note += `; of the time of a run: ${shares}`
    const baseline = { name: "mutable loop", samples: floor }
    results.push({ name: `backtest, ${name}`, unit: "candles/s", samples, baseline, note, checksum })
  }
  const still = walk(quick ? 2_000 : 500_000, 0.002)
  const options = optionsFor(still)
  const [speeds, floor]: [Array<number>, Array<number>] = [[], []]
  for (let run = 0; run < (quick ? 1 : 3); run++) {
    speeds.push(still.length / timed(() => backtest(options))[1])
    floor.push(still.length / timed(() => runMutable(still, options))[1])
  }
  const note = "hardly an order fills: what is left is passing over a candle, and the rebalancer's look at every fifth"
  const baseline = { name: "mutable loop", samples: floor }
  results.push({ name: "backtest, still market", unit: "candles/s", samples: speeds, baseline, note })
  return [...results, ...(await sweepBench({ quick }))]
}

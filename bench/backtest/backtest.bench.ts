/**
 * How many candles a second a backtest takes, beside a hand-written mutable loop of the rules, in one process and in turns; the market
 * that folds and proves everything must give the same hash. Two made markets: a calm one as most days are, and one in which orders
 * fill at every other candle.
 */
import { backtest } from "../../app/backtest/run.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, perSecond, timed } from "../result.ts"
import { optionsFor, SEED, walk } from "./madeCandles.ts"
import { runMutable } from "./mutableMarket.ts"
import { sharesOf } from "./shares.ts"
import { sweepBench } from "./sweep.bench.ts"

/** Goals: 500,000 candles a second, and a fifth of the loop. The note says what a candle and what a fill costs. */
export const backtestBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
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
    const costs: Array<Cost> = []
    const floor: Array<Cost> = []
    let note = ""
    let checksum = ""
    for (let run = 0; run < (quick ? 1 : rounds); run++) {
      const [result, cost] = timed(() => backtest(options))
      const [mutable, mutableCost] = timed(() => runMutable(rows, options))
      if (checksum !== "" && checksum !== result.hash) throw new Error("backtest: the result changed between runs")
      checksum = result.hash
      costs.push(cost)
      floor.push(mutableCost)
      const perFill = ({ cpuMs }: Cost, fills: number): string => ((cpuMs / Math.max(1, fills)) * 1e3).toFixed(1)
      note =
        `seed ${SEED}, ${minutes} candles, ${result.fills.length} fills and ${result.cycles.length} cycles (loop: ${mutable.fills} and ` +
        `${mutable.cycles}); all CPU over fills: ${perFill(cost, result.fills.length)} µs, the loop's ${perFill(mutableCost, mutable.fills)} µs`
    }
    const shares = await sharesOf(() => backtest(optionsFor(walk(quick ? 200 : 30_000, movePct))))
    note += `; of the time of a run: ${shares}`
    const baseline = { name: "mutable loop", ...figuresOf(floor, perSecond(minutes)) }
    results.push({
      name: `backtest, ${name}`,
      unit: "candles/s",
      ...figuresOf(costs, perSecond(minutes)),
      baseline,
      note,
      checksum
    })
  }
  const still = walk(quick ? 2_000 : 500_000, 0.002)
  const options = optionsFor(still)
  const [stills, floor]: [Array<Cost>, Array<Cost>] = [[], []]
  for (let run = 0; run < (quick ? 1 : 3); run++) {
    stills.push(timed(() => backtest(options))[1])
    floor.push(timed(() => runMutable(still, options))[1])
  }
  const note = "hardly an order fills: what is left is passing over a candle, and the rebalancer's look at every fifth"
  results.push({
    name: "backtest, still market",
    unit: "candles/s",
    ...figuresOf(stills, perSecond(still.length)),
    baseline: { name: "mutable loop", ...figuresOf(floor, perSecond(still.length)) },
    note
  })
  return [...results, ...(await sweepBench({ quick }))]
}

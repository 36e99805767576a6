/**
 * How many candles a second a backtest takes, beside a hand-written mutable loop of the rules, in one process and in turns; the market
 * that folds and proves everything must give the same hash. Two made markets: a calm one as most days are, and one in which orders
 * fill at every other candle.
 */
import { backtest, type BacktestOptions } from "../../app/backtest/run.ts"
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import { readSettings } from "../../app/settings.ts"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { runMutable } from "./mutableMarket.ts"
import { type BenchResult, type BenchSize, type Cost, figuresOf, perSecond, timed } from "../result.ts"

const SEED = 7
const START_MS = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000

/** One-minute candles of a random walk; `movePct`: what a minute moves by, one deviation. */
export const walk = (minutes: number, movePct: number): ReadonlyArray<CandleRow> => {
  let state = SEED
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  // Twelve uniforms make a bell near enough for a market.
  const bell = (): number => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6)
  let price = 0.2
  return Array.from({ length: minutes }, (_, minute): CandleRow => {
    const open = price
    // Drawn back to where it began, so that a long walk stays among prices that DOGE has had.
    price = open * (1 + (movePct / 100) * bell() + 0.0002 * Math.log(0.2 / open))
    const beyond = (): number => (movePct / 200) * uniform()
    const at = (value: number): Price => Price.fromNumber(value, 6)
    return {
      timeMs: START_MS + minute * MINUTE_MS,
      open: at(open),
      high: at(Math.max(open, price) * (1 + beyond())),
      low: at(Math.min(open, price) * (1 - beyond())),
      close: at(price),
      volume: Volume.parse("60000")
    }
  })
}

export const optionsFor = (rows: ReadonlyArray<CandleRow>): BacktestOptions => {
  const { settings } = readSettings({ SLOTS: "5", MIN_VOLUME: "2", SIM_BASE: "5000", SIM_QUOTE: "1000" })
  const untilMs = (rows.at(-1)?.timeMs ?? 0) + MINUTE_MS
  const recording = { kind: "candles", rows, intervalMs: MINUTE_MS } as const
  return { ...backtestOptionsOf(settings), recording, way: "likely", fromMs: START_MS, untilMs }
}

/** Goals: 500,000 candles a second, and a fifth of the loop. The note says what a candle and what a fill costs. */
export const backtestBench = async ({ quick }: BenchSize): Promise<Array<BenchResult>> => {
  const markets = [
    { name: "calm market", movePct: 0.03, minutes: quick ? 1_000 : 40_000 },
    { name: "lively market", movePct: 0.15, minutes: quick ? 400 : 8_000 }
  ]
  const results: Array<BenchResult> = []
  for (const { name, movePct, minutes } of markets) {
    const rows = walk(minutes, movePct)
    const options = optionsFor(rows)
    const proved = walk(Math.min(minutes, 2_000), movePct)
    const [lane, proven] = [false, true].map((proves) => backtest({ ...optionsFor(proved), proves }).hash)
    if (lane !== proven) throw new Error(`backtest: the lane gives ${lane}, the proving market ${proven}`)
    const costs: Array<Cost> = []
    const floor: Array<Cost> = []
    let note = ""
    let checksum = ""
    for (let run = 0; run < (quick ? 1 : 4); run++) {
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
  const still = walk(quick ? 2_000 : 200_000, 0.002)
  const stills = Array.from({ length: quick ? 1 : 4 }, () => timed(() => backtest(optionsFor(still)))[1])
  const note = "a market that hardly moves: what is left is what passing over a candle costs"
  return [
    ...results,
    { name: "backtest, still market", unit: "candles/s", ...figuresOf(stills, perSecond(still.length)), note }
  ]
}

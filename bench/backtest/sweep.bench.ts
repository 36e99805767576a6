/**
 * A sweep over one thread and over two, and the memory of one run as its recording grows. What a second thread costs is told in the
 * processor's own time, which a busy machine does not falsify: with so many free cores a sweep ends in that time over the threads, for
 * each of them has a run in hand until none is left. Linear is 1; what is missing is that each thread starts and reads for itself.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Job, parseAxis, pointsOf } from "../../app/backtest/sweep/points.ts"
import { runJobs } from "../../app/backtest/sweep/pool.ts"
import { noResultsFile, type SweepRow } from "../../app/backtest/sweep/resultsFile.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { BenchResult, BenchSize } from "../result.ts"
import { memoryOfBacktest } from "./backtestMemory.ts"
import { ENV, optionsFor, walk } from "./madeCandles.ts"

const CALM_PCT = 0.03
const STILL_PCT = 0.002

interface Swept {
  readonly cpuSec: number
  readonly wallSec: number
  readonly rows: ReadonlyArray<SweepRow>
}

const sweep = async (file: string, jobs: ReadonlyArray<Job>, workers: number): Promise<Swept> => {
  const before = process.cpuUsage()
  const began = performance.now()
  const nowSec = Math.max(...jobs.map(({ untilMs }) => untilMs)) / 1_000
  const rows = await runJobs(jobs, { file, nowSec, way: "likely", env: ENV, workers, results: noResultsFile() })
  const { user, system } = process.cpuUsage(before)
  return { cpuSec: (user + system) / 1e6, wallSec: (performance.now() - began) / 1_000, rows }
}

const hashesOf = ({ rows }: Swept): string =>
  rows.map((row) => ("figures" in row ? row.figures.hash : row.problem)).join(" ")

/** Goal: 0.9 linear in cores. */
const sweeps = async (candles: number, points: number): Promise<BenchResult> => {
  const folder = mkdtempSync(join(tmpdir(), "kennel-bench-"))
  try {
    const file = join(folder, "candles.csv")
    const rows = walk(candles, CALM_PCT)
    const lines = rows.map(({ timeMs, open, high, low, close, volume }) =>
      [timeMs, ...[open, high, low, close].map(Price.format), Volume.format(volume)].join(",")
    )
    writeFileSync(file, ["open_time_ms,open,high,low,close,volume", ...lines].join("\n"))
    const { fromMs, untilMs } = optionsFor(rows)
    const axes = [parseAxis(`ENTRY_PCT=0.2..0.6/${points}`)]
    const jobs = pointsOf(axes).map((set): Job => ({ set, fromMs, untilMs }))
    const one = await sweep(file, jobs, 1)
    const two = await sweep(file, jobs, 2)
    if (hashesOf(one) !== hashesOf(two)) throw new Error("sweep: two threads give another result than one")
    const secs = ({ cpuSec, wallSec }: Swept): string =>
      `${cpuSec.toFixed(1)} s of CPU (${wallSec.toFixed(1)} s on this machine)`
    return {
      name: `sweep of ${points} points, a second thread`,
      unit: "of linear",
      samples: [one.cpuSec / two.cpuSec],
      note: `${candles} candles a point: ${secs(one)} over one thread, ${secs(two)} over two, reading and starts included`
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Goal: flat in the number of candles. It grows with the fills, which are the result. */
const memory = (name: string, movePct: number, counts: ReadonlyArray<number>): ReadonlyArray<BenchResult> => {
  const [least, ...more] = counts.map((candles) => ({ candles, ...memoryOfBacktest(candles, movePct) }))
  if (least === undefined) return []
  return [least, ...more].map(({ candles, residentMb, aliveMb, fills }) => ({
    name: `backtest of ${candles} candles, ${name}, resident at most`,
    unit: "MB",
    samples: [residentMb],
    ...(candles === least.candles
      ? {}
      : { baseline: { name: `${least.candles} candles`, samples: [least.residentMb] } }),
    note: `${fills} fills, ${aliveMb.toFixed(1)} MB alive at the end`
  }))
}

export const sweepBench = async ({ quick }: BenchSize): Promise<ReadonlyArray<BenchResult>> => {
  const [still, calm] = quick
    ? [[500], [500, 1_000]]
    : [
        [50_000, 500_000, 2_000_000],
        [50_000, 500_000]
      ]
  return [
    await sweeps(quick ? 200 : 40_000, quick ? 2 : 8),
    ...memory("still market", STILL_PCT, still),
    ...memory("calm market", CALM_PCT, calm)
  ]
}

/** A sweep over threads gives what the same runs give one by one, and a file of results is gone on from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import { figuresOf } from "../../app/backtest/report.ts"
import { backtest } from "../../app/backtest/run.ts"
import { type Job, parseAxis, pointsOf, windowsOf } from "../../app/backtest/sweep/points.ts"
import { runJobs } from "../../app/backtest/sweep/pool.ts"
import { openResults, type SweepRow } from "../../app/backtest/sweep/resultsFile.ts"
import { ranked, walkForward } from "../../app/backtest/sweep/walkForward.ts"
import { readSettings } from "../../app/settings.ts"
import { columnsOf } from "../../shared/candles/core/columns.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { encodeColumns } from "../../shared/store/columns/columnsFile.ts"
import { candlesOf } from "../data/recording.ts"

const MINUTE_MS = 60_000
const ENV = { SLOTS: "1", MIN_VOLUME: "2", SIM_BASE: "500", SIM_QUOTE: "100" }
const rows = candlesOf().slice(0, 240)
const fromMs = rows[0]?.timeMs ?? 0
const untilMs = (rows.at(-1)?.timeMs ?? 0) + MINUTE_MS

let directory = ""
let file = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "kennel-sweep-"))
  file = join(directory, "candles.csv")
  const lines = rows.map(({ timeMs, open, high, low, close, volume }) =>
    [timeMs, ...[open, high, low, close].map(Price.format), Volume.format(volume)].join(",")
  )
  writeFileSync(file, ["open_time_ms,open,high,low,close,volume", ...lines].join("\n"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const start = () => ({ file, nowSec: untilMs / 1_000, way: "likely", env: ENV, workers: 2 }) as const
const alone = (set: Job["set"], until = untilMs) => {
  const recording = { kind: "candles", rows, intervalMs: MINUTE_MS } as const
  const { settings } = readSettings({ ...ENV, ...set })
  return figuresOf(backtest({ ...backtestOptionsOf(settings), recording, way: "likely", fromMs, untilMs: until }))
}

describe("a sweep", { timeout: 120_000 }, () => {
  it("gives over two threads what each run gives alone, and runs nothing again that its file holds", async () => {
    const jobs = pointsOf([parseAxis("ENTRY_PCT=0.1,0.3"), parseAxis("REFRESH_PCT=0.5,1")]).map((set): Job => ({
      set,
      fromMs,
      untilMs
    }))
    const path = join(directory, "results.jsonl")
    const results = await runJobs(jobs, { ...start(), results: openResults(path, "input") })
    expect(results).toStrictEqual(jobs.map((job) => ({ ...job, figures: alone(job.set) })))
    expect(new Set(results.map((row) => ("figures" in row ? row.figures.hash : ""))).size).toBeGreaterThan(1)

    // Killed while it wrote its third line.
    const lines = readFileSync(path, "utf8").split("\n")
    writeFileSync(path, `${lines.slice(0, 3).join("\n")}\n${lines[3]?.slice(0, 30) ?? ""}`)
    const made: Array<SweepRow> = []
    const again = await runJobs(jobs, {
      ...start(),
      results: openResults(path, "input"),
      onRow: (row) => made.push(row)
    })
    expect(again).toStrictEqual(results)
    expect(made).toHaveLength(2)
    expect(openResults(path, "input").known.size).toBe(4)
  })

  it("gives on candles of the store, which its threads share, what it gives on the same of a file", async () => {
    const series = { venue: "real", symbol: "XDGUSD", intervalMin: 1 } as const
    const candles = rows.map(({ timeMs, ...bar }) => ({ timeSec: timeMs / 1_000, ...bar, trades: 0 }))
    const { memory: stored } = encodeColumns({ series, stretches: [] }, [columnsOf(candles)])
    const jobs = [{ ENTRY_PCT: "0.1" }, { ENTRY_PCT: "0.3" }].map((set): Job => ({ set, fromMs, untilMs }))
    const results = openResults(join(directory, "stored.jsonl"), "input")
    const found = await runJobs(jobs, { ...start(), file: "XDGUSD 1m of the store", stored, results })
    expect(found).toStrictEqual(jobs.map((job) => ({ ...job, figures: alone(job.set) })))
  })

  it("says of a point that cannot be run why, and goes on with the others", async () => {
    const jobs = [{ ENTRY_PCT: "-1" }, { ENTRY_PCT: "0.2" }].map((set): Job => ({ set, fromMs, untilMs }))
    const results = openResults(join(directory, "wrong.jsonl"), "input")
    const [wrong, right] = await runJobs(jobs, { ...start(), results })
    expect(wrong).toMatchObject({ problem: expect.stringContaining("ENTRY_PCT") as string })
    expect(right).toHaveProperty("figures")
  })
})

describe("a walk forward", () => {
  it("chooses by the first stretch alone, and tests the choice on the next", async () => {
    const figures = alone({}, fromMs + 30 * MINUTE_MS)
    // A setting's return on each stretch, by the stretch's first day: what was best before is not what is best after.
    const returns: Readonly<Record<string, ReadonlyArray<number>>> = { a: [5, 1, -9], b: [2, 4, 3] }
    const DAY_MS = 86_400_000
    const run = (jobs: ReadonlyArray<Job>): Promise<ReadonlyArray<SweepRow>> =>
      Promise.resolve(
        jobs.map((job) => {
          const return_pct = returns[job.set["X"] ?? ""]?.[job.fromMs / DAY_MS] ?? 0
          return { ...job, figures: { ...figures, return_pct } }
        })
      )
    const windows = windowsOf({ trainMs: DAY_MS, testMs: DAY_MS }, 0, 3 * DAY_MS)
    const walked = await walkForward(windows, [{ X: "a" }, { X: "b" }], "return_pct", run)
    expect(walked.windows.map(({ set, test }) => [set["X"], test?.return_pct])).toStrictEqual([
      ["a", 1],
      ["b", 3]
    ])
    expect(walked.test_return_pct).toBeCloseTo((1.01 * 1.03 - 1) * 100, 10)
    expect(walked.efficiency).toBeCloseTo((1 + 3) / (5 + 4), 10)
  })

  it("leaves out runs without a figure to be ordered by", () => {
    const figures = { ...alone({}, fromMs + 30 * MINUTE_MS), sharpe: null }
    const row = { set: {}, fromMs: 0, untilMs: 1 }
    expect(
      ranked(
        [
          { ...row, figures },
          { ...row, problem: "nothing trades" }
        ],
        "sharpe"
      )
    ).toStrictEqual([])
  })
})

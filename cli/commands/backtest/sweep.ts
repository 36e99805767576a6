/** A sweep, or a walk forward over one: rows, best first, with a bar on the terminal meanwhile. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { Console, Effect, Option } from "effect"
import { backtestOptionsOf } from "../../../app/backtest/options.ts"
import {
  type Job,
  keyOf,
  MAX_JOBS,
  parseAxis,
  parseWalk,
  pointsOf,
  SweepRefused,
  windowsOf
} from "../../../app/backtest/sweep/points.ts"
import { runJobs } from "../../../app/backtest/sweep/pool.ts"
import { claimResults, noResultsFile, type SweepRow } from "../../../app/backtest/sweep/resultsFile.ts"
import { type Objective, ranked, walkForward } from "../../../app/backtest/sweep/walkForward.ts"
import { sha256 } from "../../../shared/actor/hash.ts"
import { encodeState } from "../../../shared/actor/core/stateText.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { bar, endLine, showLine } from "../../shared/terminal.ts"
import { failed, type Played } from "./failed.ts"
import { nameOf, sweptBy } from "./flags.ts"
import { attempted, ownDirectory, write } from "./once.ts"
import { hashOfSeen } from "./seen.ts"
import { missingOf, problemsOf, sweepCsv, sweepTable, walkTable } from "./sweepTable.ts"

interface SweepFlags {
  readonly sweep: ReadonlyArray<string>
  readonly walkForward: Option.Option<string>
  readonly objective: Objective
  readonly results: Option.Option<string>
  readonly workers: number
  readonly csv: Option.Option<string>
  readonly html: Option.Option<string>
  readonly range: boolean
  readonly prove: boolean
  readonly json: boolean
}

const refusing = <A>(go: () => A) =>
  Effect.try({ try: go, catch: (error) => failed(error instanceof SweepRefused ? error.message : messageOf(error)) })

/** Runs it, and says and writes what came of it. */
export const runSweep = Effect.fnUntraced(function* (played: Played, flags: SweepFlags) {
  const { fromMs, untilMs } = played
  if (flags.range || flags.prove || Option.isSome(flags.html))
    return yield* failed(
      "--range, --prove and --html are of one backtest: run them for a point of the sweep with --set"
    )
  if (flags.workers < 1) return yield* failed(`--workers must be at least 1, is ${flags.workers}`)
  const points = yield* refusing(() =>
    pointsOf(flags.sweep.map((axis) => ({ ...parseAxis(axis), name: nameOf(axis) })))
  )
  const walk = Option.isSome(flags.walkForward) ? yield* refusing(() => parseWalk(walkText(flags))) : null
  const windows = walk === null ? null : windowsOf(walk, fromMs, untilMs)
  if (windows?.length === 0) return yield* failed("--walk-forward: the recording is shorter than one window")
  if (windows !== null && windows.length * (points.length + 1) > MAX_JOBS)
    return yield* failed(`${windows.length} windows of ${points.length} points: at most ${MAX_JOBS} runs are made`)
  // What cannot be written is said before hours of runs, not after them.
  if (Option.isSome(flags.csv)) yield* ownDirectory(flags.csv.value)
  const run = yield* runner(played, flags, points.length * (windows?.length ?? 1) + (windows?.length ?? 0))
  if (windows === null) {
    const jobs = points.map((set): Job => ({ set, fromMs, untilMs }))
    const rows = yield* Effect.tryPromise({ try: () => run(jobs), catch: (error) => failed(messageOf(error)) })
    const ordered = ranked(rows, flags.objective)
    // Rows that the objective says nothing of stand behind the others, not nowhere.
    const best = [...ordered, ...rows.filter((row) => !ordered.includes(row))]
    if (Option.isSome(flags.csv)) yield* writeCsv(flags.csv.value, best)
    yield* Console.log(flags.json ? JSON.stringify(rows) : sweepTable(best, flags.objective))
    for (const problem of problemsOf(rows, flags.objective)) yield* Effect.logWarning(`backtest: ${problem}`)
    return
  }
  const walked = yield* Effect.tryPromise({
    try: () => walkForward(windows, points, flags.objective, run),
    catch: (error) => failed(messageOf(error))
  })
  yield* Console.log(flags.json ? JSON.stringify(walked) : walkTable(walked, flags.objective))
  for (const missing of missingOf(walked, windows.length, flags.objective))
    yield* Effect.logWarning(`backtest: ${missing}`)
})

const walkText = ({ walkForward: text }: SweepFlags): string => Option.getOrElse(text, () => "")

const writeCsv = (directory: string, rows: ReadonlyArray<SweepRow>) =>
  write(join(directory, "sweep.csv"), `${sweepCsv(rows).join("\n")}\n`)

/** Runs jobs on the threads; `all`: how many there will be, for the bar. */
const runner = Effect.fnUntraced(function* (played: Played, flags: SweepFlags, all: number) {
  const { file, stored, nowSec, given, settings } = played
  const { workers } = flags
  // The advisor is trained on what was before.
  const readsBefore = settings.hmmEnabled || sweptBy(flags.sweep).has("HMM_ENABLED")
  const input = yield* attempted(file, () => inputOf(played, encodeState(backtestOptionsOf(settings)), readsBefore))
  const results = Option.isSome(flags.results)
    ? yield* Effect.mapError(claimResults(flags.results.value, input), ({ message }) => failed(message))
    : noResultsFile()
  let done = 0
  const seen = new Map<string, SweepRow>(results.known)
  const kept = { ...results, known: seen }
  const env = { ...process.env, ...given }
  const options = { file, stored: stored?.memory, nowSec, way: "likely", env, workers, results: kept } as const
  return async (jobs: ReadonlyArray<Job>): Promise<ReadonlyArray<SweepRow>> => {
    done += jobs.filter((job) => seen.has(keyOf(job))).length
    const rows = await runJobs(jobs, {
      ...options,
      onRow: (row) => {
        seen.set(keyOf(row), row)
        done++
        Effect.runSync(showLine(`${bar(done / all)}  ${done} of ${all} runs`))
      }
    })
    Effect.runSync(endLine)
    return rows
  }
})

/** Names a recording and the settings that it is played by; `readsBefore`: what was before the beginning counts, too. */
const inputOf = async (
  { file, stored, fromMs, untilMs }: Played,
  settings: string,
  readsBefore: boolean
): Promise<string> => {
  if (stored !== undefined) {
    const seen = hashOfSeen(stored.columns, stored.intervalMs, readsBefore ? 0 : fromMs, untilMs)
    return sha256(`${seen} ${settings}`)
  }
  const hash = createHash("sha256")
  await pipeline(createReadStream(file), hash)
  return sha256(`${hash.digest("hex")} ${settings}`)
}

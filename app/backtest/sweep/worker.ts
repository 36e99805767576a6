/** A thread of a sweep: reads the recording once, then runs what it is given, one run after the other. */
import { parentPort, workerData } from "node:worker_threads"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { openRecording, type Playable, storedRecording } from "../../../services/exchange-sim/core/market/rows.ts"
import type { Way } from "../../../services/exchange-sim/core/market/recorded.ts"
import { readCandleFile } from "../../../shared/candles/candleFile.ts"
import { decodeColumns } from "../../../shared/store/columns/columnsFile.ts"
import { messageOf } from "../../../shared/core/messageOf.ts"
import { readSettings } from "../../settings.ts"
import { backtestOptionsOf } from "../options.ts"
import { figuresOf } from "../report.ts"
import { backtest } from "../run.ts"
import type { Job } from "./points.ts"
import type { SweepRow } from "./resultsFile.ts"

/** What a thread begins with. */
export interface WorkerStart {
  readonly file: string
  /** Candles of the store in the place of the file's, in memory that all threads share. */
  readonly stored?: SharedArrayBuffer | undefined
  /** As the first reader of the file read it: candles after it are not there. */
  readonly nowSec: number
  readonly way: Way
  /** The environment with the command's own settings over it. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What a thread says instead of `ready` where it cannot read the recording. */
export interface WorkerFailed {
  readonly failed: string
}

const port = parentPort
if (port === null) throw new Error("a sweep's worker is run by its pool")
const { file, stored, nowSec, way, env } = workerData as WorkerStart

const run = (recording: Playable, job: Job): SweepRow => {
  const { set, fromMs, untilMs } = job
  try {
    const { settings, problems } = readSettings({ ...env, ...set })
    if (problems.length > 0) return { ...job, problem: problems.join("; ") }
    const result = backtest({ ...backtestOptionsOf(settings), recording, way, fromMs, untilMs })
    return { ...job, figures: figuresOf(result) }
  } catch (error) {
    return { ...job, problem: messageOf(error) }
  }
}

/** Until the pool ends the thread. */
const serve = (recording: Playable): Effect.Effect<never> =>
  Effect.callback<never>(() => {
    port.on("message", (job: Job) => port.postMessage(run(recording, job)))
    port.postMessage("ready")
  })

NodeRuntime.runMain(
  Effect.scoped(
    Effect.gen(function* () {
      if (stored !== undefined) {
        const { columns, series } = decodeColumns(stored)
        return yield* serve(storedRecording(columns, series.intervalMin))
      }
      const found = yield* readCandleFile(file, { nowSec })
      return yield* serve(openRecording(found, nowSec).recording)
    })
  ).pipe(Effect.catch((error) => Effect.sync(() => port.postMessage({ failed: error.message } satisfies WorkerFailed))))
)

/** What `/api/status`, `/backfill/status` and `/ready` show of the ingestor. Pure; names are those of the HTTP contract. */
import type { JobCounts } from "../../../shared/store/port.ts"
import type { Readiness } from "./readiness.ts"
import { type JobRound, outstanding } from "./outstanding.ts"
import { type BackfillStatus, combined, idle, isOver, NO_STREAM, precisionOf, type StreamStatus } from "./status.ts"
import type { WindowNow } from "../window/memory.ts"

/** What is shown, under the names it has in the report. */
export const blocksOf = ({ status, reasons, ...blocks }: IngestorView) => ({ ...blocks, data: { status, reasons } })

/** What is known without asking anyone. */
export interface ViewInput {
  readonly enabled: boolean
  /** The setting that keeps backfills from being made; null: they are. */
  readonly disabledBy: string | null
  readonly source: { readonly name: string; readonly reachable: number | null }
  /** The primary window, and the secondary one if there is one. */
  readonly windows: ReadonlyArray<WindowNow>
  readonly jobs: JobCounts
  /** Where the present round of history jobs began. */
  readonly round: JobRound
  /** When rounds of history jobs are queued, for people, and the next one, wall Unix milliseconds; null: none is planned. */
  readonly schedule: string
  readonly nextRoundMs: number | null
  /** What fails now, in the words of the store or the source; empty: nothing does. */
  readonly troubles: ReadonlyArray<string>
  /** Wall Unix milliseconds. */
  readonly nowMs: number
}

/** The ingestor as a whole. Without a window the primary pipeline shows as disabled, all figures 0. */
export const viewOf = (input: ViewInput) => {
  const blocks = input.windows.map((window) => pipelineOf(input, window))
  const [primary = NOTHING, secondary = null] = blocks
  const status: BackfillStatus =
    input.disabledBy === null
      ? combined(input.windows.map((window) => window.status))
      : { ...idle, phase: "disabled", message: input.disabledBy }
  const reasons: ReadonlyArray<string> = [
    ...input.troubles,
    ...(input.enabled ? blocks.filter(({ freshness_ok }) => !freshness_ok).map(stale) : []),
    ...(status.phase === "error" ? [`backfill: ${status.message}`] : []),
    ...(input.jobs.error > 0 ? [`history: ${input.jobs.error} jobs failed; the next round tries them again`] : [])
  ]
  return {
    status: reasons.length === 0 ? ("ok" as const) : ("degraded" as const),
    /** Why it is degraded; empty when it is not. */
    reasons,
    hmm_data_pipeline: primary,
    /** Null: there is one window, or collecting is switched off. */
    hmm_data_pipeline_secondary: secondary,
    backfill: backfillOf(status, input)
  }
}

/** What the ingestor shows. */
export type IngestorView = ReturnType<typeof viewOf>
/** The same as blocks of the status report. */
export type IngestorBlocks = ReturnType<typeof blocksOf>

const stale = ({ interval_min, samples }: DataPipelineView): string =>
  samples === 0 ? `no candles of ${interval_min} min yet` : `stale candles of ${interval_min} min`

const UNCOUNTED: Pick<
  Readiness,
  | "samples"
  | "coveragePct"
  | "freshnessOk"
  | "volumeCoveragePct"
  | "readyForMinTrain"
  | "readyForTargetWindow"
  | "spanHours"
  | "gaps"
> = {
  samples: 0,
  coveragePct: 0,
  freshnessOk: false,
  volumeCoveragePct: 0,
  readyForMinTrain: false,
  readyForTargetWindow: false,
  spanHours: 0,
  gaps: ["not_counted_yet"]
}

/** `hmm_data_pipeline`: one timeframe. */
const pipelineOf = ({ enabled, source }: ViewInput, window: WindowNow) => {
  const { options, memory, cursor, stream } = window
  const readiness = window.readiness ?? UNCOUNTED
  return {
    enabled,
    source: source.name,
    interval_min: options.series.intervalMin,
    samples: readiness.samples,
    training_target: options.target,
    min_train_samples: options.minimum,
    coverage_pct: readiness.coveragePct,
    ready_for_min_train: readiness.readyForMinTrain,
    ready_for_target_window: readiness.readyForTargetWindow,
    /** What to mend; with `backfill:` before it why nobody works on it, while the breaker is open. */
    gaps: isOpen(window) ? [...readiness.gaps, `backfill:${memory.message}`] : readiness.gaps,
    /** The last thing the backfill said; empty: nothing yet. */
    backfill_message: memory.message,
    freshness_ok: readiness.freshnessOk,
    volume_coverage_pct: readiness.volumeCoveragePct,
    span_hours: readiness.spanHours,
    sync_interval_sec: options.syncIntervalSec,
    /** Unix seconds of the exchange; null: not yet. */
    last_sync_ts: window.lastSyncSec === 0 ? null : window.lastSyncSec,
    last_sync_rows_queued: window.lastSyncRows,
    sync_cursor: cursor,
    backfill_stalls: memory.stalls,
    /** The most candles the source can give; null: as many as there ever were. */
    backfill_reachable: source.reachable,
    stream: streamOf(stream)
  }
}

/** Whether the window falls short and is not asked for any more. */
const isOpen = ({ options, memory, readiness }: WindowNow): boolean =>
  memory.stalls >= options.maxStalls && readiness?.readyForTargetWindow !== true

type DataPipelineView = ReturnType<typeof pipelineOf>

/** Candles as the exchange streams them; polling does without. */
const streamOf = ({ phase, detail, losses, refused, newestSec }: StreamStatus) => ({
  /** `off`, `connecting`, `open`, `lost` (it reconnects by itself) or `refused` (a person has to help). */
  status: phase,
  /** What last went wrong; empty: nothing did. */
  detail,
  losses,
  /** Messages not believed: unreadable, out of order, ahead of the clock. `detail` names the field of the last one. */
  refused,
  /** Start of the newest candle stored from it, exchange Unix seconds; null: none yet. */
  last_candle_ts: newestSec
})

/** With collecting switched off there is no window. */
const NOTHING: DataPipelineView = {
  enabled: false,
  source: "",
  interval_min: 0,
  samples: 0,
  training_target: 0,
  min_train_samples: 0,
  coverage_pct: 0,
  ready_for_min_train: false,
  ready_for_target_window: false,
  gaps: [],
  backfill_message: "",
  freshness_ok: false,
  volume_coverage_pct: 0,
  span_hours: 0,
  sync_interval_sec: 0,
  last_sync_ts: null,
  last_sync_rows_queued: 0,
  sync_cursor: null,
  backfill_stalls: 0,
  backfill_reachable: null,
  stream: streamOf(NO_STREAM)
}

/** All backfills of the process as one, and the queue of history jobs. */
const backfillOf = (status: BackfillStatus, { jobs, round, schedule, nextRoundMs, nowMs }: ViewInput) => ({
  /** Of the training windows; history jobs are counted in `jobs`. */
  backfill_status: status.phase,
  backfill_complete: isOver(status.phase),
  /** Pages of the training windows and jobs of the present round of history. */
  ...outstanding(status, jobs, round, nowMs),
  /** `PRECISE`, or `IMPRECISE (…)` with the reason. */
  metrics_precision: precisionOf(status),
  message: status.message,
  jobs,
  /** When rounds of history jobs are queued, and the next one, Unix seconds of the wall; null: none is planned. */
  schedule,
  next_run: nextRoundMs === null ? null : nextRoundMs / 1_000
})

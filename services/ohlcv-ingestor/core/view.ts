/** What `/api/status`, `/backfill/status` and `/ready` show of the ingestor. Pure; names are those of the HTTP contract. */
import type { JobPhase } from "../../../shared/store/port.ts"
import type { Readiness } from "./readiness.ts"
import {
  type BackfillPhase,
  type BackfillStatus,
  combined,
  etaSec,
  idle,
  isOver,
  NO_STREAM,
  percentOf,
  precisionOf,
  type StreamStatus
} from "./status.ts"
import type { WindowNow } from "../window/memory.ts"

/** `hmm_data_pipeline`: one timeframe. */
export interface DataPipelineView {
  readonly enabled: boolean
  readonly source: string
  readonly interval_min: number
  readonly samples: number
  readonly training_target: number
  readonly min_train_samples: number
  readonly coverage_pct: number
  readonly ready_for_min_train: boolean
  readonly ready_for_target_window: boolean
  /** What to mend, and `backfill:` with the last thing the backfill said. */
  readonly gaps: ReadonlyArray<string>
  readonly freshness_ok: boolean
  readonly volume_coverage_pct: number
  readonly span_hours: number
  readonly sync_interval_sec: number
  /** Unix seconds of the exchange; 0: not yet. */
  readonly last_sync_ts: number
  readonly last_sync_rows_queued: number
  readonly sync_cursor: string | null
  readonly backfill_stalls: number
  /** The most candles the source can give; null: as many as there ever were. */
  readonly backfill_reachable: number | null
  /** Candles as the exchange streams them; polling does without. */
  readonly stream: {
    /** `off`, `connecting`, `open`, `lost` (it reconnects by itself) or `refused` (a person has to help). */
    readonly status: StreamStatus["phase"]
    /** What last went wrong; empty: nothing did. */
    readonly detail: string
    readonly losses: number
    /** Messages not believed: unreadable, out of order, ahead of the clock. `detail` names the field of the last one. */
    readonly refused: number
    /** Start of the newest candle stored from it, exchange Unix seconds; null: none yet. */
    readonly last_candle_ts: number | null
  }
}

/** All backfills of the process as one, and the queue of history jobs. */
export interface BackfillView {
  readonly backfill_status: BackfillPhase
  readonly backfill_complete: boolean
  readonly chunks_done: number
  readonly chunks_total: number
  /** 0 to 100, one digit after the point. */
  readonly percent: number
  /** Null while it cannot be told, 0 when it is over. */
  readonly eta_seconds: number | null
  /** `PRECISE`, or `IMPRECISE (…)` with the reason. */
  readonly metrics_precision: string
  readonly message: string
  readonly jobs: JobCounts
}

/** Jobs in each phase. */
export type JobCounts = Readonly<Record<JobPhase, number>>

/** The ingestor as a whole; `degraded` while there is a reason. */
export interface IngestorView {
  readonly status: "ok" | "degraded"
  /** Why it is degraded; empty when it is not. */
  readonly reasons: ReadonlyArray<string>
  readonly hmm_data_pipeline: DataPipelineView
  /** Null: there is one window, or collecting is switched off. */
  readonly hmm_data_pipeline_secondary: DataPipelineView | null
  readonly backfill: BackfillView
}

/** What is known without asking anyone. */
/** The ingestor's blocks of the status report. */
export interface IngestorBlocks extends Omit<IngestorView, "status" | "reasons"> {
  readonly data: Pick<IngestorView, "status" | "reasons">
}

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
  /** What fails now, in the words of the store or the source; empty: nothing does. */
  readonly troubles: ReadonlyArray<string>
  /** Wall Unix milliseconds. */
  readonly nowMs: number
}

/** The view of the ingestor. Without a window the primary pipeline shows as disabled, all figures 0. */
export const viewOf = (input: ViewInput): IngestorView => {
  const blocks = input.windows.map((window) => pipelineOf(input, window))
  const [primary = NOTHING, secondary = null] = blocks
  const status: BackfillStatus =
    input.disabledBy === null
      ? combined(input.windows.map((window) => window.status))
      : { ...idle, phase: "disabled", message: input.disabledBy }
  const reasons = [
    ...input.troubles,
    ...(input.enabled ? blocks.filter(({ freshness_ok }) => !freshness_ok).map(stale) : []),
    ...(status.phase === "error" ? [`backfill: ${status.message}`] : [])
  ]
  return {
    status: reasons.length === 0 ? "ok" : "degraded",
    reasons,
    hmm_data_pipeline: primary,
    hmm_data_pipeline_secondary: secondary,
    backfill: backfillOf(status, input)
  }
}

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

const pipelineOf = ({ enabled, source }: ViewInput, window: WindowNow): DataPipelineView => {
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
    gaps: memory.message === "" ? readiness.gaps : [...readiness.gaps, `backfill:${memory.message}`],
    freshness_ok: readiness.freshnessOk,
    volume_coverage_pct: readiness.volumeCoveragePct,
    span_hours: readiness.spanHours,
    sync_interval_sec: options.syncIntervalSec,
    last_sync_ts: window.lastSyncSec,
    last_sync_rows_queued: window.lastSyncRows,
    sync_cursor: cursor,
    backfill_stalls: memory.stalls,
    backfill_reachable: source.reachable,
    stream: streamOf(stream)
  }
}

const streamOf = ({ phase, detail, losses, refused, newestSec }: StreamStatus): DataPipelineView["stream"] => ({
  status: phase,
  detail,
  losses,
  refused,
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
  freshness_ok: false,
  volume_coverage_pct: 0,
  span_hours: 0,
  sync_interval_sec: 0,
  last_sync_ts: 0,
  last_sync_rows_queued: 0,
  sync_cursor: null,
  backfill_stalls: 0,
  backfill_reachable: null,
  stream: streamOf(NO_STREAM)
}

const backfillOf = (status: BackfillStatus, { jobs, nowMs }: ViewInput): BackfillView => ({
  backfill_status: status.phase,
  backfill_complete: isOver(status.phase),
  chunks_done: status.chunksDone,
  chunks_total: status.chunksTotal,
  percent: percentOf(status),
  eta_seconds: etaSec(status, nowMs),
  metrics_precision: precisionOf(status),
  message: status.message,
  jobs
})

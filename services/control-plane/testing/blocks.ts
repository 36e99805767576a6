/** What advisor, rebalancer, ingestor and projector show of a market in which all goes well, for tests. */
import type { Blocks } from "../core/blocks.ts"
import { START_MS } from "./examples.ts"
import { partly } from "./partly.ts"

type ShownBlocks = { readonly [K in keyof Blocks]-?: NonNullable<Blocks[K]> }

const at = START_MS / 1_000

export const blocks = partly<ShownBlocks>({
  hmm_regime: {
    enabled: true,
    available: true,
    shadow: false,
    regime: "BEARISH",
    agreement: "slow_neutral",
    confidence: 0.412,
    bias_signal: -0.3571,
    blend_factor: 0.5,
    fast: {
      timeframe: "1m",
      trained: true,
      regime: "BEARISH",
      probabilities: { bearish: 0.8141, ranging: 0.1759, bullish: 0.01 },
      bias_signal: -0.3457,
      reason: "weak model: neighbouring states lie 0.21 deviations apart, less than 0.5; bias × 0.43",
      age_sec: 41
    },
    slow: {
      timeframe: "15m",
      trained: false,
      regime: "RANGING",
      probabilities: { bearish: 0, ranging: 1, bullish: 0 },
      bias_signal: 0,
      reason: "the newest candle is 4000 s old",
      age_sec: 4_000
    },
    age_sec: 31,
    trainings: {
      "1m": { at: at - 7_200, candles: 720, separation: 0.215, warnings: ["weak-separation"] },
      "15m": { at: at - 3_600, error: "too-few-rows: training needs 200 rows, there are 20" }
    },
    scorecard: { readings: 9, directional: 8, hits: 5, bias_times_move: 0.0028, moves: -0.0059 }
  },
  rebalancer: {
    enabled: true,
    skew: 0.0604,
    capacity_band: "normal",
    last_update_ts: at - 30,
    reason: {
      rule: "controlled",
      numbers: {
        trendScore: -0.00402,
        bias: -0.3571,
        signal: -0.18056,
        targetRule: "smoothed",
        rawTarget: 0.42,
        target: 0.4082,
        idleRatio: 0.605,
        smoothedError: 0.1006,
        smoothedVelocity: 0.0000386,
        flips: 0
      },
      sentence: "Idle dollars are 0.605 of the account, steered to 0.4082."
    }
  },
  trend: { hysteresis_active: true, hysteresis_expires_in_sec: 240 },
  data: { status: "ok", reasons: [] },
  backfill: {
    backfill_status: "in_progress",
    percent: 40,
    eta_seconds: 125,
    chunks_done: 2,
    chunks_total: 5,
    jobs: { pending: 1, in_progress: 1, complete: 3 },
    metrics_precision: "IMPRECISE (backfill 40 %)",
    schedule: "0 0,6,12,18 * * *",
    next_run: at + 3_600,
    message: "queued=300 new=300 est_total=300/720 reachable=720/720"
  },
  hmm_data_pipeline: {
    enabled: true,
    interval_min: 1,
    samples: 761,
    span_hours: 12.7,
    volume_coverage_pct: 96.4,
    source: "exchange",
    sync_interval_sec: 60,
    last_sync_ts: at - 20,
    last_sync_rows_queued: 2,
    backfill_message: "queued=0 new=0 est_total=720/720",
    training_target: 720,
    ready_for_min_train: true,
    ready_for_target_window: true,
    gaps: []
  },
  hmm_data_pipeline_secondary: {
    enabled: true,
    interval_min: 15,
    samples: 120,
    span_hours: 30,
    volume_coverage_pct: 96.4,
    source: "exchange",
    sync_interval_sec: 60,
    last_sync_ts: at - 20,
    last_sync_rows_queued: 2,
    backfill_message: "queued=0 new=0 est_total=720/720",
    training_target: 720,
    ready_for_min_train: false,
    ready_for_target_window: false,
    gaps: ["insufficient_samples:120/200", "missing_candles:3@2026-11-20T10:00Z/2026-11-20T10:45Z"]
  },
  projector: { seq: 750, head: 763, lag: 13, trouble: null, refused_rows: 0 }
})

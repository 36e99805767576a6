/**
 * What other services show of themselves in the report, as far as the page and the routes read it; what a block holds beyond
 * these fields goes through as it is. Each is absent where its service runs in another process that shares no store. Shares and
 * signals are fractions, `_ts` and `at` Unix seconds of the exchange's clock, `_sec` seconds.
 */

/** One detector's answer. */
interface RegimeReading {
  /** Of its candles, as `1m`. */
  readonly timeframe: string
  /** False: no model speaks, and `reason` says why. */
  readonly trained: boolean
  readonly regime: string
  readonly probabilities: { readonly bearish: number; readonly ranging: number; readonly bullish: number }
  readonly biasSignal: number
  readonly reason: string | null
  /** Since the newest candle's end; null without candles. */
  readonly ageSec: number | null
}

/** The last training of a timeframe: a model, or why there is none. */
type RegimeTraining =
  | { readonly at: number; readonly candles: number; readonly warnings: ReadonlyArray<string> }
  | { readonly at: number; readonly error: string }

/** The regime advisor: what its own fold of the journal says. */
export interface RegimeBlock {
  readonly enabled: boolean
  /** False until it has spoken. */
  readonly available: boolean
  /** True while it keeps score and moves nothing. */
  readonly shadow: boolean
  readonly regime: string
  readonly agreement: string
  readonly confidence: number
  readonly bias_signal: number
  /** The trend's part of the signal. */
  readonly blend_factor: number
  /** The detector of the short candles, and that of the long ones; null before the first answer. */
  readonly fast: RegimeReading | null
  readonly slow: RegimeReading | null
  readonly age_sec: number | null
  /** By timeframe, as `1m`. */
  readonly trainings: Readonly<Record<string, RegimeTraining>>
  readonly scorecard: {
    readonly readings: number
    readonly directional: number
    readonly hits: number
    readonly biasTimesMove: number
    readonly moves: number
  }
}

/** The rebalancer's last decision. */
export interface RebalancerBlock {
  readonly enabled: boolean
  readonly skew: number
  readonly capacity_band: string
  readonly last_update_ts: number | null
  /** The rule that had the last word, and every number on the way; null before the first look. */
  readonly reason: {
    readonly rule: string
    readonly numbers: Readonly<Record<string, number | string>>
    /** What the rule means. */
    readonly sentence: string
  } | null
}

/** Whether the rebalancer holds its target after a change, and for how long still. */
export interface TrendBlock {
  readonly hysteresis_active: boolean
  readonly hysteresis_expires_in_sec: number
}

/** One timeframe of the candle ingestor. */
export interface PipelineBlock {
  readonly enabled: boolean
  readonly interval_min: number
  readonly samples: number
  readonly training_target: number
  readonly ready_for_min_train: boolean
  readonly ready_for_target_window: boolean
  /** What to mend, one line each: `stale_candles`, `missing_candles:3@…`. */
  readonly gaps: ReadonlyArray<string>
}

/** What the candle ingestor shows. */
export interface CandleBlocks {
  readonly data?: { readonly status: "ok" | "degraded"; readonly reasons: ReadonlyArray<string> }
  readonly backfill?: {
    readonly backfill_status: string
    readonly percent: number
    readonly eta_seconds: number | null
    readonly message: string
  }
  readonly hmm_data_pipeline?: PipelineBlock
  /** Null while there is one timeframe only. */
  readonly hmm_data_pipeline_secondary?: PipelineBlock | null
}

/** What others show of themselves, by the name it has in the report. */
export interface Blocks extends CandleBlocks {
  readonly hmm_regime?: RegimeBlock
  readonly rebalancer?: RebalancerBlock
  readonly trend?: TrendBlock
  /** The copy of the journal in the store's tables; of one that has never spoken there is its trouble alone. */
  readonly projector?: {
    readonly seq?: number
    readonly head?: number
    /** Records it has still to copy. */
    readonly lag?: number
    /** Why it stands still, or is not heard; null while all is well. */
    readonly trouble?: string | null
    /** Rows the database would not take. */
    readonly refused_rows?: number
  }
}

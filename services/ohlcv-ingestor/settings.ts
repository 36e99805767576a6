/** The ingestor's own settings: what is kept in step, what is fetched of the past, and from whom. */
import { choice, flag, integer, number, secret, text, timeframes, url } from "../../shared/config/setting.ts"

const candles = "Candles"
const backfill = "History backfill"

export const CANDLE_SETTINGS = {
  candlesEnabled: flag("HMM_OHLCV_ENABLED", {
    group: candles,
    default: "true",
    reason: "Collect closed candles of the pair. False: nothing is fetched and nothing is deleted."
  }),
  candleSyncIntervalSec: number("HMM_OHLCV_SYNC_INTERVAL_SEC", {
    group: candles,
    unit: "s",
    default: "60",
    min: 1,
    max: 86_400,
    reason: "Least time between two looks for new candles of a timeframe; none is made before a new one can be there."
  }),
  candleRetentionDays: number("HMM_OHLCV_RETENTION_DAYS", {
    group: candles,
    unit: "days",
    default: "14",
    min: 1,
    max: 36_500,
    reason: "How long candles of 15 minutes and shorter are kept. Longer ones are kept for ever: they are few."
  }),
  readinessCacheSec: number("HMM_READINESS_CACHE_SEC", {
    group: candles,
    unit: "s",
    default: "300",
    min: 1,
    max: 86_400,
    reason: "How old a count of the stored candles may be. New candles make it stale at once."
  }),

  backfillEnabled: flag("CONTEXT_BACKFILL_ENABLED", {
    group: backfill,
    default: "true",
    reason:
      "Fill the training windows at start, and work on queued history jobs. False: only new candles are collected."
  }),
  backfillMaxStalls: integer("HMM_BACKFILL_MAX_STALLS", {
    group: backfill,
    default: "3",
    min: 1,
    max: 1_000,
    reason:
      "After this number of attempts in a row without a new candle, a timeframe is not asked for again until a person resets it."
  }),
  backfillTimeoutSec: number("BACKFILL_TIMEOUT_SECONDS", {
    group: backfill,
    unit: "s",
    default: "180",
    min: 1,
    max: 86_400,
    reason: "Most wall time of one backfill or one history job at a stretch; a job goes on later where it was."
  }),
  backfillSymbols: text("BACKFILL_SYMBOLS", {
    group: backfill,
    default: "",
    range: "names with commas between them",
    reason: "Symbols whose history is kept, as the source names them, besides the enabled ones of the symbols table."
  }),
  backfillTimeframes: timeframes("BACKFILL_TIMEFRAMES", {
    group: backfill,
    default: "1d,4h,1h,15m",
    reason: "Their timeframes. Daily candles for the bias, hourly ones for structure."
  }),
  backfillDays: integer("BACKFILL_DAYS", {
    group: backfill,
    unit: "days",
    default: "250",
    min: 1,
    max: 36_500,
    reason: "How far back. A 200-day average needs 200 daily candles; 250 leaves room for holes."
  }),
  backfillEveryHours: number("BACKFILL_INTERVAL_HOURS", {
    group: backfill,
    unit: "h",
    default: "6",
    min: 0.1,
    max: 8_760,
    reason: "Wall time between two scheduled rounds, which fetch what is new."
  }),
  backfillWorkers: integer("BACKFILL_WORKERS", {
    group: backfill,
    default: "2",
    min: 1,
    max: 16,
    reason: "Jobs at once. They share one rate limit, so more of them only hide the source's slowness."
  }),
  candleSource: choice("CANDLE_SOURCE", {
    group: backfill,
    default: "kraken",
    of: ["kraken", "binance", "bybit", "polygon"],
    reason: "Where the history of the symbols above comes from. The pair's own candles always come from its exchange."
  }),
  candleSourceUrl: url("CANDLE_SOURCE_URL", {
    group: backfill,
    default: "",
    schemes: ["http", "https"],
    reason: "Base address of that source. Empty: its own; for kraken, the exchange that the pair trades at."
  }),
  candleSourceKey: secret("CANDLE_SOURCE_API_KEY", {
    group: backfill,
    default: "",
    reason: "Key of a source that needs one (polygon). Sent as a bearer token."
  }),
  candleCallsPerSec: number("CANDLE_CALLS_PER_SEC", {
    group: backfill,
    unit: "1/s",
    default: "0",
    min: 0,
    max: 1_000,
    reason: "Calls a second to that source. 0: what the source allows. Several processes share an address: divide."
  })
} as const

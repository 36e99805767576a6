/** The ingestor's own settings: what is kept in step, what is fetched of the past, and from whom. */
import { SettingGroup } from "../../shared/config/setting.ts"

const candles = new SettingGroup("Candles")
const backfill = new SettingGroup("History backfill")

export const CANDLE_SETTINGS = {
  candlesEnabled: candles.flag("HMM_OHLCV_ENABLED", {
    default: "true",
    reason: "Collect closed candles of the pair. False: nothing is fetched and nothing is deleted."
  }),
  candleSyncIntervalSec: candles.number("HMM_OHLCV_SYNC_INTERVAL_SEC", {
    unit: "s",
    default: "60",
    within: [1, 86_400],
    reason: "Least time between two looks for new candles of a timeframe; none is made before a new one can be there."
  }),
  candleRetentionDays: candles.number("HMM_OHLCV_RETENTION_DAYS", {
    unit: "days",
    default: "14",
    within: [1, 36_500],
    reason: "How long candles of 15 minutes and shorter are kept. Longer ones are kept for ever: they are few."
  }),
  readinessCacheSec: candles.number("HMM_READINESS_CACHE_SEC", {
    unit: "s",
    default: "300",
    within: [1, 86_400],
    reason: "How old a count of the stored candles may be. New candles make it stale at once."
  }),

  backfillMaxStalls: backfill.integer("HMM_BACKFILL_MAX_STALLS", {
    default: "3",
    within: [1, 1_000],
    reason:
      "After this number of attempts in a row without a new candle, a timeframe is not asked for again until a person resets it."
  }),
  backfillSymbols: backfill.text("BACKFILL_SYMBOLS", {
    default: "",
    range: "names with commas between them",
    reason: "Symbols whose history is kept, as the source names them, besides the enabled ones of the symbols table."
  }),
  backfillTimeframes: backfill.timeframes("BACKFILL_TIMEFRAMES", {
    default: "1d,4h,1h,15m",
    reason: "Their timeframes. Daily candles for the bias, hourly ones for structure."
  }),
  backfillDays: backfill.integer("BACKFILL_DAYS", {
    unit: "days",
    default: "250",
    within: [1, 36_500],
    reason: "How far back. A 200-day average needs 200 daily candles; 250 leaves room for holes."
  }),
  backfillSchedule: backfill.schedule("BACKFILL_SCHEDULE", {
    default: "0 0,6,12,18 * * *",
    reason:
      "When a round of history jobs is queued, beside the one at the start: it fetches what is new, and what is missing before."
  }),
  backfillEveryHours: backfill.number("BACKFILL_INTERVAL_HOURS", {
    unit: "h",
    default: "0",
    within: [0, 8_760],
    reason: "Instead of the schedule: wall time between two rounds. 0: by BACKFILL_SCHEDULE."
  }),
  backfillWorkers: backfill.integer("BACKFILL_WORKERS", {
    default: "2",
    within: [1, 16],
    reason: "Jobs at once. They share one rate limit, so more of them only hide the source's slowness."
  }),
  candleSource: backfill.choice("CANDLE_SOURCE", {
    default: "kraken",
    of: ["kraken", "binance", "bybit", "polygon"],
    reason: "Where the history of the symbols above comes from. The pair's own candles always come from its exchange."
  }),
  candleSourceUrl: backfill.url("CANDLE_SOURCE_URL", {
    default: "",
    schemes: ["http", "https"],
    reason: "Base address of that source. Empty: its own; for kraken, LIVE, the exchange that the pair trades at."
  }),
  candleSourceKey: backfill.secret("CANDLE_SOURCE_API_KEY", {
    default: "",
    reason: "Key of a source that needs one (polygon). Sent as a bearer token."
  }),
  candleCallsPerSec: backfill.number("CANDLE_CALLS_PER_SEC", {
    unit: "1/s",
    default: "0",
    within: [0, 1_000],
    reason: "Calls a second to that source. 0: what the source allows. Several processes share an address: divide."
  })
} as const

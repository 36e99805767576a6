/** The market context's own settings: which trades it reads, in what bins, and what it keeps. */
import { SettingGroup } from "../../shared/config/setting.ts"
import { VALUE_AREA_RULES } from "./core/profile/valueArea.ts"

const context = new SettingGroup("Market context")

export const CONTEXT_SETTINGS = {
  contextEnabled: context.flag("CONTEXT_ENABLED", {
    default: "true",
    reason:
      "Follow the pair's trades and keep its key levels: one more public stream. Nothing that trades waits for it."
  }),
  dataSource: context.choice("DATA_SOURCE", {
    default: "kraken",
    of: ["kraken", "binance", "bybit", "none"],
    reason:
      "Whose trades are counted: the pair's own exchange's; Binance's, live and past; Bybit's, which shows its newest alone (`skipped`); none: the exchange's as they are heard, without any past (`skipped`). Others than the exchange's need real time: LIVE or MARKET=upstream."
  }),
  dataSourceSymbol: context.text("DATA_SOURCE_SYMBOL", {
    default: "",
    reason:
      "What that source calls the pair. Empty: DOGEUSDT for XDGUSD, BTCUSDT for XBTUSD, ETHUSDT for ETHUSD; those are priced in USDT, not USD."
  }),
  dataSourceUrl: context.url("DATA_SOURCE_URL", {
    default: "",
    schemes: ["http", "https"],
    reason: "Base address of that source, such as a proxy. Empty: its own."
  }),
  profileTickSize: context.amount("PROFILE_TICK_SIZE", {
    unit: "USD",
    default: "0.0001",
    reason:
      "Height of a bin of the volume profile, above 0. About a thousandth of DOGE's price, so that a day has tens to hundreds."
  }),
  valueAreaRule: context.choice("VALUE_AREA_RULE", {
    default: "contiguous",
    of: VALUE_AREA_RULES,
    reason:
      "How a value area is made: grown from the point of control as chart packages do, or levels by falling volume, which may leave holes."
  }),
  bootstrapPreviousDay: context.flag("CONTEXT_BOOTSTRAP_PREV_DAY", {
    default: "true",
    reason: "Fetch the day before today as well: its levels are known from the first minute on."
  }),
  contextHistoryDir: context.path("CONTEXT_HISTORY_DIR", {
    default: "",
    use: "data",
    reason: "Where profiles of days are kept, as Parquet. Empty: history in DATA_DIR."
  }),
  backfillCacheEnabled: context.flag("BACKFILL_CACHE_ENABLED", {
    default: "true",
    reason: "Keep the trades of days as Parquet: after a restart only what is missing is fetched."
  }),
  backfillCacheDir: context.path("BACKFILL_CACHE_DIR", {
    default: "",
    use: "data",
    reason: "Where they are kept. Empty: backfill_cache in CONTEXT_HISTORY_DIR."
  }),
  structureTimeframes: context.timeframes("STRUCTURE_TIMEFRAMES", {
    default: "1d,4h,1h,15m",
    reason: "Timeframes whose structure is looked at, of the pair and of every enabled symbol. 1d also gives the bias."
  }),
  structureIntervalSec: context.number("STRUCTURE_INTERVAL_SEC", {
    unit: "s",
    default: "60",
    within: [1, 86_400],
    reason: "Wall time between two looks for new candles. A series without a new one costs nothing."
  }),
  structureMinGapPct: context.number("STRUCTURE_MIN_GAP_PCT", {
    unit: "%",
    default: "0.1",
    within: [0, 100],
    reason:
      "Smallest fair value gap that counts, of the middle candle's close. At 0 nearly every pair is tight for ever."
  }),
  structureNeutralZoneBps: context.number("STRUCTURE_NEUTRAL_ZONE_BPS", {
    unit: "bp",
    default: "25",
    within: [0, 10_000],
    reason: "So near to the 200-day average a pair has no side."
  })
} as const

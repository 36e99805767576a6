/**
 * The settings of the documents that Kennel began with (docs/seeds.md): each is understood under its name, and has the default that stands
 * there, unless a reason is given here why it has another.
 */
import { describe, expect, it } from "vitest"
import { readSettings, SETTING_ROWS } from "../../app/settings.ts"

/** By section: name and default; without a default none is given there. */
const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "000: windows and breaker": {
    HMM_TRAINING_CANDLES: "720",
    HMM_SECONDARY_TRAINING_CANDLES: "720",
    HMM_MIN_TRAIN_SAMPLES: "500",
    HMM_BACKFILL_MAX_STALLS: "3"
  },
  "001 §4, §7, §11 to §13: the loop": {
    POLL_INTERVAL_SECONDS: "",
    STALE_PRICE_MAX_AGE_SEC: "",
    MAX_CONSECUTIVE_ERRORS: "",
    MAX_ENTRY_ADDS_PER_LOOP: "2",
    DAILY_LOSS_LIMIT: "3",
    S1_ORPHAN_AFTER_SEC: "",
    S2_ORPHAN_AFTER_SEC: "",
    REENTRY_BASE_COOLDOWN_SEC: "",
    MAX_RECOVERY_SLOTS: "2",
    ORPHAN_PRESSURE_WARN_AT: "",
    AUTO_SOFT_CLOSE_CAPACITY_PCT: "95",
    AUTO_SOFT_CLOSE_BATCH: "2",
    ORDER_SIZE_USD: ""
  },
  "001 §14.4: the rebalancer": {
    REBALANCE_ENABLED: "true",
    REBALANCE_ON_S1: "true",
    REBALANCE_TARGET_IDLE_PCT: "0.40",
    REBALANCE_KP: "0.6",
    REBALANCE_KD: "0.2",
    REBALANCE_MAX_SKEW: "0.30",
    REBALANCE_SIZE_SENSITIVITY: "1.0",
    REBALANCE_MAX_SIZE_MULT: "1.5",
    REBALANCE_NEUTRAL_BAND: "0.05",
    REBALANCE_INTERVAL_SEC: "300.0",
    REBALANCE_MAX_SLEW_RATE: ""
  },
  "001 §15.5: the idle target": {
    TREND_FAST_HALFLIFE: "1800.0",
    TREND_SLOW_HALFLIFE: "14400.0",
    TREND_IDLE_SENSITIVITY: "5.0",
    TREND_IDLE_FLOOR: "0.15",
    TREND_IDLE_CEILING: "0.60",
    TREND_MIN_SAMPLES: "24",
    TREND_DEAD_ZONE: "0.001",
    TREND_HYSTERESIS_SEC: "600.0",
    TREND_HYSTERESIS_SMOOTH_HALFLIFE: "900.0"
  },
  "001 §16.5: candles": {
    HMM_OHLCV_ENABLED: "true",
    HMM_OHLCV_INTERVAL_MIN: "5",
    HMM_OHLCV_SYNC_INTERVAL_SEC: "300.0",
    HMM_OHLCV_RETENTION_DAYS: "14",
    HMM_RECENT_CANDLES: "100",
    HMM_READINESS_CACHE_SEC: "300.0"
  },
  "001 §17.5: the advisor": {
    HMM_ENABLED: "false",
    HMM_N_STATES: "3",
    HMM_N_ITER: "100",
    HMM_COVARIANCE_TYPE: "diag",
    HMM_INFERENCE_WINDOW: "50",
    HMM_CONFIDENCE_THRESHOLD: "0.15",
    HMM_RETRAIN_INTERVAL_SEC: "86400.0",
    HMM_BIAS_GAIN: "1.0",
    HMM_BLEND_WITH_TREND: "0.5"
  },
  "001 §18, §19, §24: layers, names, capacity": {
    CAPITAL_LAYER_DOGE_PER_ORDER: "1.0",
    CAPITAL_LAYER_ORDER_BUDGET: "225",
    CAPITAL_LAYER_BALANCE_BUFFER: "1.5",
    CAPITAL_LAYER_DEFAULT_SOURCE: "auto",
    SLOT_ALIAS_POOL: "doge,shiba,floki,cheems,kabosu",
    KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT: "225",
    OPEN_ORDER_SAFETY_RATIO: "0.75"
  },
  "003: a day's trades": {
    CONTEXT_BACKFILL_ENABLED: "true",
    CONTEXT_BOOTSTRAP_PREV_DAY: "true",
    BACKFILL_CACHE_ENABLED: "true",
    BACKFILL_TIMEOUT_SECONDS: "180",
    CONTEXT_HISTORY_DIR: "./data/history",
    BACKFILL_CACHE_DIR: "./context_history_dir/backfill_cache",
    PROFILE_TICK_SIZE: "0.1",
    DATA_SOURCE: "binance_ws"
  },
  "004: the store": { SUPABASE_URL: "", SUPABASE_SERVICE_ROLE_KEY: "" }
}

/** Where the default is another, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  HMM_OHLCV_INTERVAL_MIN: "document 000, the later one, has windows of 1 and 15 minutes",
  HMM_OHLCV_SYNC_INTERVAL_SEC: "a candle of one minute is there each minute",
  KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT: "0 is the limit of the account's tier: 225 are those of the highest alone",
  CONTEXT_HISTORY_DIR: "empty is a directory in DATA_DIR",
  BACKFILL_CACHE_DIR: "empty is a directory in DATA_DIR",
  PROFILE_TICK_SIZE: "0.1 fits a price of 43,000 USD: at 0.1 USD all trades would stand in one bin",
  DATA_SOURCE: "levels are those of the exchange that is traded, unless somebody asks for another"
}

/** Names of the documents that are no settings here, and what is there instead. */
const NONE: Readonly<Record<string, string>> = {
  DATABASE_URL: "the store is reached by its API and a key (SUPABASE_URL)",
  RATE_LIMIT_DELAY: "one rate for each source takes the place of two delays",
  CHUNK_DELAY: "one rate for each source takes the place of two delays",
  WATCHLIST_SYMBOLS: "the watchlist is a table: kennel symbols"
}

const rowOf = (name: string) => SETTING_ROWS.find((row) => row.name === name || row.alsoCalled.includes(name))
const all = Object.entries(NAMED).flatMap(([section, names]) =>
  Object.entries(names).map(([name, standard]) => ({ section, name, standard }))
)
const asNumber = (text: string): string => (text !== "" && Number.isFinite(Number(text)) ? String(Number(text)) : text)

describe("a setting of the documents", () => {
  it.each(all)("$name ($section) is understood", ({ name }) => {
    expect(rowOf(name)).toBeDefined()
    const { hints } = readSettings({ [name]: rowOf(name)?.defaultText ?? "" })
    expect(hints.filter((hint) => hint.includes("no setting"))).toStrictEqual([])
  })

  it.each(all.filter(({ standard }) => standard !== ""))(
    "$name has the default $standard, or a reason",
    ({ name, standard }) => {
      const isSame = asNumber(rowOf(name)?.defaultText ?? "") === asNumber(standard)
      // One or the other: a reason that has lost its cause is taken out.
      expect(isSame).toBe(OTHERWISE[name] === undefined)
    }
  )

  it.each(Object.entries(NONE))("%s is none: %s", (name) => {
    expect(rowOf(name)).toBeUndefined()
  })
})

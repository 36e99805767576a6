/**
 * Every setting of Kennel: one table, from which the environment is read, `kennel config` prints, and
 * `docs/configuration.md` is generated. Names of the trading rules are those operators of earlier bots know.
 */
import { amount, choice, flag, integer, number, secret, type Setting, text, url, volume } from "./setting.ts"

const process = "Process"
const slot = "Slot rules"
const pair = "Pair, until the exchange has said its own"
const edges = "Edges"
const kraken = "Exchange account"
const simulator = "Simulated exchange"

export const SETTINGS = {
  port: integer("PORT", {
    group: process,
    default: "8080",
    min: 0,
    max: 65_535,
    reason: "Where the page and the API listen. 0 takes any free port."
  }),
  host: text("HOST", {
    group: process,
    default: "127.0.0.1",
    range: "an address of this machine",
    reason: "Loopback, because nothing here asks for a password yet. In a container: 0.0.0.0, published to loopback."
  }),
  dataDir: text("DATA_DIR", {
    group: process,
    default: "./data",
    range: "a directory",
    reason: "Where the embedded journal, its snapshots and the simulated exchange keep their files."
  }),
  natsUrl: url("NATS_URL", {
    group: process,
    default: "",
    schemes: ["nats", "tls"],
    reason: "Set: the journal is NATS JetStream at this address. Empty: the embedded journal in DATA_DIR."
  }),
  natsUser: text("NATS_USER", { group: process, default: "", reason: "The service's own NATS user. Empty: none." }),
  natsPassword: secret("NATS_PASSWORD", { group: process, default: "", reason: "Its password." }),
  logLevel: choice("LOG_LEVEL", {
    group: process,
    default: "info",
    of: ["debug", "info", "warning", "error"],
    reason: "What is written to the log (standard error)."
  }),

  slots: integer("SLOTS", {
    group: slot,
    default: "3",
    min: 1,
    max: 46_655,
    reason: "How many slots trade. Each holds at most two orders and its recoveries; three show what slots are."
  }),
  entryPct: number("ENTRY_PCT", {
    group: slot,
    unit: "%",
    default: "0.2",
    min: 0.01,
    max: 50,
    reason: "How far from the market an entry is placed."
  }),
  profitPct: number("PROFIT_PCT", {
    group: slot,
    unit: "%",
    default: "1.0",
    min: 0.01,
    max: 50,
    reason: "How far from its entry an exit is placed. Must cover two maker fees to earn anything."
  }),
  refreshPct: number("REFRESH_PCT", {
    group: slot,
    unit: "%",
    default: "1.0",
    min: 0.01,
    max: 50,
    reason: "An entry this far from the market is replaced by one nearer to it."
  }),
  orderSize: amount("ORDER_SIZE_USD", {
    group: slot,
    unit: "USD",
    default: "2",
    reason: "What one entry is worth. Never raised to the exchange's minimum: the slot waits instead, and says so."
  }),
  s1OrphanAfterSec: number("S1_ORPHAN_AFTER_SEC", {
    group: slot,
    unit: "s",
    default: "1350",
    min: 1,
    max: 31_536_000,
    reason: "A lone exit this old, with the market moving away from it, becomes a recovery."
  }),
  s2OrphanAfterSec: number("S2_ORPHAN_AFTER_SEC", {
    group: slot,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Two exits open for this long: the farther one becomes a recovery."
  }),
  lossBackoffStart: integer("LOSS_BACKOFF_START", {
    group: slot,
    default: "3",
    min: 1,
    max: 1_000,
    reason: "From so many losses in a row on, entries keep a growing distance."
  }),
  lossBackoffFactor: number("BACKOFF_FACTOR", {
    group: slot,
    default: "0.5",
    min: 0,
    max: 100,
    reason: "How much each further loss adds to that distance, as a multiple of ENTRY_PCT."
  }),
  lossBackoffMax: number("BACKOFF_MAX_MULTIPLIER", {
    group: slot,
    default: "5",
    min: 1,
    max: 100,
    reason: "The distance never grows beyond this multiple of ENTRY_PCT."
  }),
  lossCooldownStart: integer("LOSS_COOLDOWN_START", {
    group: slot,
    default: "5",
    min: 1,
    max: 1_000,
    reason: "From so many losses in a row on, the trade also pauses after each."
  }),
  lossCooldownSec: number("LOSS_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "900",
    min: 0,
    max: 31_536_000,
    reason: "That pause."
  }),
  reentryBaseCooldownSec: number("REENTRY_BASE_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "60",
    min: 0,
    max: 31_536_000,
    reason: "Pause before a trade enters again after any cycle or orphan, won or lost. 0: none."
  }),
  maxConsecutiveRefreshes: integer("MAX_CONSECUTIVE_REFRESHES", {
    group: slot,
    default: "3",
    min: 1,
    max: 1_000,
    reason: "So many refreshes in one direction are chasing the market: then it pauses."
  }),
  refreshCooldownSec: number("REFRESH_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "300",
    min: 0,
    max: 31_536_000,
    reason: "That pause."
  }),
  maxRecoverySlots: integer("MAX_RECOVERY_SLOTS", {
    group: slot,
    default: "2",
    min: 1,
    max: 100,
    reason: "Recoveries a slot may hold; one more evicts one and books its loss."
  }),
  recoveryEviction: choice("RECOVERY_EVICTION", {
    group: slot,
    default: "oldest",
    of: ["oldest", "farthest"],
    reason: "Which recovery is evicted: the oldest, or the one farthest from the market."
  }),
  stalePriceMaxAgeSec: number("STALE_PRICE_MAX_AGE_SEC", {
    group: slot,
    unit: "s",
    default: "60",
    min: 1,
    max: 86_400,
    reason: "No entry on a price older than this."
  }),

  priceDecimals: integer("PRICE_DECIMALS", {
    group: pair,
    default: "6",
    min: 0,
    max: 10,
    reason: "Digits after the point of a price."
  }),
  volumeDecimals: integer("VOLUME_DECIMALS", {
    group: pair,
    default: "0",
    min: 0,
    max: 8,
    reason: "Digits after the point of a volume."
  }),
  minVolume: volume("MIN_VOLUME", {
    group: pair,
    unit: "DOGE",
    default: "13",
    reason: "Smallest order by volume."
  }),
  minCost: amount("MIN_COST_USD", { group: pair, unit: "USD", default: "0.5", reason: "Smallest order by value." }),
  makerFeePct: number("MAKER_FEE_PCT", {
    group: pair,
    unit: "%",
    default: "0.25",
    min: 0,
    max: 10,
    reason: "Fee of an order that waits on the book."
  }),

  pair: text("PAIR", { group: edges, default: "XDGUSD", reason: "The pair as Kraken's REST names it." }),
  symbol: text("SYMBOL", { group: edges, default: "DOGE/USD", reason: "The pair as Kraken's WebSocket names it." }),
  priceFactsPerSec: number("PRICE_FACTS_PER_SEC", {
    group: edges,
    unit: "1/s",
    default: "8",
    min: 0.1,
    max: 100,
    reason: "Prices are conflated to so many facts a second of wall time: more would only grow the journal."
  }),
  clockIntervalSec: number("CLOCK_INTERVAL_SEC", {
    group: edges,
    unit: "s",
    default: "5",
    min: 0.1,
    max: 60,
    reason: "Exchange time between two clock facts; timers are as exact as this."
  }),
  orderDeadlineSec: number("ORDER_DEADLINE_SEC", {
    group: edges,
    unit: "s",
    default: "10",
    min: 2,
    max: 60,
    reason: "The exchange does not place an order later than this after the claim (it accepts 2 to 60)."
  }),
  reconcileIntervalSec: number("RECONCILE_INTERVAL_SEC", {
    group: edges,
    unit: "s",
    default: "60",
    min: 5,
    max: 3_600,
    reason: "Exchange time between two comparisons of open orders, fills and balances with the exchange's."
  }),
  fillWindowDays: number("FILL_WINDOW_DAYS", {
    group: edges,
    unit: "days",
    default: "7",
    min: 0.01,
    max: 90,
    reason: "How far back fills are read at start for those that happened while nobody listened."
  }),
  requestTimeoutSec: number("REQUEST_TIMEOUT_SEC", {
    group: edges,
    unit: "s",
    default: "5",
    min: 0.1,
    max: 120,
    reason: "Wall time before a request counts as unanswered; they go one at a time."
  }),

  live: flag("LIVE", {
    group: kraken,
    default: "false",
    reason: "Trade with real money at Kraken. Refused in this version: the guards it needs are not built yet."
  }),
  restUrl: url("KRAKEN_REST_URL", {
    group: kraken,
    default: "",
    schemes: ["http", "https"],
    reason: "Base address of the REST API. Empty: Kraken's own when LIVE, else the simulated exchange."
  }),
  wsUrl: url("KRAKEN_WS_URL", {
    group: kraken,
    default: "",
    schemes: ["ws", "wss"],
    reason: "Public WebSocket v2. Empty: as above."
  }),
  wsAuthUrl: url("KRAKEN_WS_AUTH_URL", {
    group: kraken,
    default: "",
    schemes: ["ws", "wss"],
    reason: "Private WebSocket v2. Empty: as above."
  }),
  apiKey: secret("KRAKEN_API_KEY", {
    group: kraken,
    default: "",
    reason: "Key with permission to query funds, query and modify orders. Needed when LIVE; paper has its own."
  }),
  apiSecret: secret("KRAKEN_API_SECRET", {
    group: kraken,
    default: "",
    reason: "Its secret, base64 as Kraken shows it."
  }),
  tier: choice("KRAKEN_TIER", {
    group: kraken,
    default: "starter",
    of: ["starter", "intermediate", "pro"],
    reason: "The account's verification tier: sets the rate limits to keep. The lowest is safe for all."
  }),

  market: text("MARKET", {
    group: simulator,
    default: "synthetic",
    range: "`synthetic`, `recorded:<file>` or `upstream`",
    reason: "Where the simulated exchange's prices come from: a seeded process, a CSV of candles or trades, or Kraken."
  }),
  speed: number("SPEED", {
    group: simulator,
    default: "120",
    min: 0.1,
    max: 10_000,
    reason: "Simulated seconds per second: at 120 a cycle completes within a minute. Always 1 when LIVE or upstream."
  }),
  seed: integer("SEED", {
    group: simulator,
    default: "1",
    min: 0,
    max: 4_294_967_295,
    reason: "The same seed gives the same synthetic market."
  }),
  simHost: text("SIM_HOST", {
    group: simulator,
    default: "127.0.0.1",
    range: "an address of this machine",
    reason: "Where the simulated exchange listens."
  }),
  simPort: integer("SIM_PORT", {
    group: simulator,
    default: "8090",
    min: 0,
    max: 65_535,
    reason: "Its port. `kennel up` takes any free one unless this is set. 0: any free one."
  }),
  simBase: volume("SIM_BASE", {
    group: simulator,
    unit: "DOGE",
    default: "10000",
    reason: "DOGE on the account when the simulated exchange first opens."
  }),
  simQuote: amount("SIM_QUOTE", {
    group: simulator,
    unit: "USD",
    default: "2000",
    reason: "USD on the account when the simulated exchange first opens."
  }),
  simMakerFeePct: number("SIM_MAKER_FEE_PCT", {
    group: simulator,
    unit: "%",
    default: "0.25",
    min: 0,
    max: 10,
    reason: "Kraken's entry tier in 2025."
  }),
  simTakerFeePct: number("SIM_TAKER_FEE_PCT", {
    group: simulator,
    unit: "%",
    default: "0.40",
    min: 0,
    max: 10,
    reason: "Kraken's entry tier in 2025."
  }),
  simOrderMin: volume("SIM_ORDER_MIN", {
    group: simulator,
    unit: "DOGE",
    default: "2",
    reason:
      "Smallest order of the simulated exchange. Kraken's drifts (13 once, 50 in 2026); 2 lets 2 USD trade up to 1 USD/DOGE."
  }),
  simAdmin: flag("SIM_ADMIN", {
    group: simulator,
    default: "false",
    reason: "Opens /admin of the simulated exchange: its own books, and faults on demand. For tests and rehearsals."
  })
} as const satisfies Record<string, Setting<unknown>>

/** The values, under the names the code uses. */
export type Settings = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]["parse"]> }

/**
 * Every setting of Kennel: one table, from which the environment is read, `kennel config` prints, and
 * `docs/configuration.md` is generated. Names of the trading rules are those operators of earlier bots know.
 */
import { ADVISOR_SETTINGS } from "./settings/advisor.ts"
import { CANDLE_SETTINGS } from "./settings/candles.ts"
import { CONTROL_SETTINGS } from "./settings/control.ts"
import { GOVERNOR_SETTINGS } from "./settings/governor.ts"
import { REBALANCER_SETTINGS } from "./settings/rebalancer.ts"
import { SIMULATOR_SETTINGS } from "./settings/simulator.ts"
import { SLOT_SETTINGS } from "./settings/slot.ts"
import { STORE_SETTINGS } from "./settings/store.ts"
import { amount, choice, flag, integer, number, secret, type Setting, text, url, volume } from "./setting.ts"

const process = "Process"
const pair = "Pair, until the exchange has said its own"
const edges = "Edges"
const kraken = "Exchange account"

/** Every setting, by the name the code uses. */
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
    reason: "Loopback, because the status asks for no password. In a container: 0.0.0.0, published to loopback."
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

  ...CONTROL_SETTINGS,

  ...SLOT_SETTINGS,

  ...GOVERNOR_SETTINGS,

  ...REBALANCER_SETTINGS,

  ...ADVISOR_SETTINGS,

  ...CANDLE_SETTINGS,

  ...STORE_SETTINGS,

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
    reason:
      "Prices are conflated to at most this number of facts a second of wall time: more would only grow the journal."
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
    reason: "Trade with real money at Kraken. Starts only when every check of `kennel doctor` passes."
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

  ...SIMULATOR_SETTINGS
} as const satisfies Record<string, Setting<unknown>>

/** The values, under the names the code uses. */
export type Settings = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]["parse"]> }

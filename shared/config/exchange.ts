/** Which exchange there is, how it is reached, and how fast its time runs. */
import { choice, flag, number, secret, text, url } from "./setting.ts"

const edges = "Edges"
const kraken = "Exchange account"
const simulator = "Simulated exchange"

/** The pair, the exchange's addresses and the account there. */
export const EXCHANGE_SETTINGS = {
  pair: text("PAIR", { group: edges, default: "XDGUSD", reason: "The pair as Kraken's REST names it." }),
  symbol: text("SYMBOL", { group: edges, default: "DOGE/USD", reason: "The pair as Kraken's WebSocket names it." }),
  clockIntervalSec: number("CLOCK_INTERVAL_SEC", {
    group: edges,
    unit: "s",
    default: "5",
    min: 0.1,
    max: 60,
    reason: "Exchange time between two clock facts; timers are as exact as this."
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
  })
} as const

/** Keys of the simulated exchange: fixed, because they guard nothing. */
const PAPER = { apiKey: "paper", apiSecret: "cGFwZXItdHJhZGluZy1ndWFyZHMtbm90aGluZw==" } as const

/** The account's keys: as set, else those of the simulated exchange. */
export const credentialsOf = ({ apiKey, apiSecret }: { readonly apiKey: string; readonly apiSecret: string }) => ({
  apiKey: apiKey === "" ? PAPER.apiKey : apiKey,
  apiSecret: apiSecret === "" ? PAPER.apiSecret : apiSecret
})

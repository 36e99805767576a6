/** Which exchange there is, how it is reached, and how fast its time runs. */
import { SettingGroup } from "./setting.ts"

const edges = new SettingGroup("Edges")
const kraken = new SettingGroup("Exchange account")
const simulator = new SettingGroup("Simulated exchange")

/** The pair, the exchange's addresses and the account there. */
export const EXCHANGE_SETTINGS = {
  pair: edges.pair("PAIR", { default: "XDGUSD", reason: "The pair as Kraken's REST names it." }),
  symbol: edges.symbol("SYMBOL", { default: "DOGE/USD", reason: "The pair as Kraken's WebSocket names it." }),
  clockIntervalSec: edges.number("CLOCK_INTERVAL_SEC", {
    unit: "s",
    default: "5",
    within: [0.1, 60],
    reason: "Exchange time between two clock facts; timers are as exact as this."
  }),
  requestTimeoutSec: edges.number("REQUEST_TIMEOUT_SEC", {
    unit: "s",
    default: "5",
    within: [0.1, 120],
    reason: "Wall time before a request counts as unanswered; they go one at a time."
  }),

  live: kraken.flag("LIVE", {
    default: "false",
    reason: "Trade with real money at Kraken. Starts only when every check of `kennel doctor` passes."
  }),
  restUrl: kraken.url("KRAKEN_REST_URL", {
    default: "",
    schemes: ["http", "https"],
    reason: "Base address of the REST API. Empty: Kraken's own when LIVE, else the simulated exchange."
  }),
  wsUrl: kraken.url("KRAKEN_WS_URL", {
    default: "",
    schemes: ["ws", "wss"],
    reason: "Public WebSocket v2. Empty: as above."
  }),
  wsAuthUrl: kraken.url("KRAKEN_WS_AUTH_URL", {
    default: "",
    schemes: ["ws", "wss"],
    reason: "Private WebSocket v2. Empty: as above."
  }),
  apiKey: kraken.secret("KRAKEN_API_KEY", {
    default: "",
    reason: "Key with permission to query funds, query and modify orders. Needed when LIVE; paper has its own."
  }),
  apiSecret: kraken.secret("KRAKEN_API_SECRET", {
    default: "",
    reason: "Its secret, base64 as Kraken shows it."
  }),
  refusedExitAfterMin: kraken.number("REFUSED_EXIT_AFTER_MIN", {
    unit: "min",
    default: "0",
    within: [0, 525_600],
    reason:
      "A key, name or address that had worked and is refused pauses the market. After so long the process ends. 0: never."
  }),
  tier: kraken.choice("KRAKEN_TIER", {
    default: "starter",
    of: ["starter", "intermediate", "pro"],
    reason: "The account's verification tier: sets the rate limits to keep. The lowest is safe for all."
  }),

  market: simulator.text("MARKET", {
    default: "synthetic",
    range: "`synthetic`, `recorded:<file>` or `upstream`",
    reason: "Where the simulated exchange's prices come from: a seeded process, a CSV of candles or trades, or Kraken."
  }),
  speed: simulator.number("SPEED", {
    default: "120",
    within: [0.1, 10_000],
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

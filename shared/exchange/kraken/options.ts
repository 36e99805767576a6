import type { Redacted } from "effect"
import type { Tier } from "./core/budget.ts"
import { DOGE_USD, type PairNames } from "./core/wire/names.ts"

/** What both layers need to know. The pair's four names default to those of `DOGE_USD`. */
export interface KrakenPublicOptions extends Partial<Omit<PairNames, "spellings">> {
  /** Base address without a path: `https://api.kraken.com`, or the simulated exchange. */
  readonly restUrl: string
  /** Public WebSocket v2: `wss://ws.kraken.com/v2`. */
  readonly wsPublicUrl: string
  /** How long one request or subscription may go unanswered, in wall milliseconds; default `REQUEST_TIMEOUT_MS`. */
  readonly requestTimeoutMs?: number
  /** How long what has worked may be refused before it ends the process, milliseconds of the exchange's time. Default: for ever. */
  readonly refusedExitAfterMs?: number
  /** Milliseconds of the exchange's time in one of the wall; the same as `VenueClock`'s. Default 1. */
  readonly speed?: number
}

/** What the account needs besides. */
export interface KrakenTradingOptions extends KrakenPublicOptions {
  /** Private WebSocket v2: `wss://ws-auth.kraken.com/v2`. Kraken refuses each address the other's channels. */
  readonly wsPrivateUrl: string
  /** Two processes must never share a key: its nonces have to rise. */
  readonly apiKey: Redacted.Redacted
  /** Base64, as Kraken shows it. */
  readonly apiSecret: Redacted.Redacted
  /** Verification level of the account, which sets its rate limits. The lowest is safe for all. */
  readonly tier: Tier
}

/** Twice the slowest replies people report in busy hours; an order's own deadline guards it besides. */
export const REQUEST_TIMEOUT_MS = 10_000

/** What the adapter works with: nothing left open, the names in one place. */
export interface Connection {
  readonly restUrl: string
  readonly wsPublicUrl: string
  readonly names: PairNames
  readonly requestTimeoutMs: number
  readonly refusedExitAfterMs: number
  /** Exchange milliseconds in one of the wall. */
  readonly speed: number
}

/** Fills in what the options leave out. */
export const connectionOf = (options: KrakenPublicOptions): Connection => ({
  restUrl: options.restUrl,
  wsPublicUrl: options.wsPublicUrl,
  names: {
    pair: options.pair ?? DOGE_USD.pair,
    symbol: options.symbol ?? DOGE_USD.symbol,
    baseAsset: options.baseAsset ?? DOGE_USD.baseAsset,
    quoteAsset: options.quoteAsset ?? DOGE_USD.quoteAsset,
    spellings: []
  },
  requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
  refusedExitAfterMs: options.refusedExitAfterMs ?? Infinity,
  speed: options.speed ?? 1
})

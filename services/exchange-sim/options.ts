/** How a simulated exchange is set up. */
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { Tier } from "./core/engine/limits.ts"
import type { Fault } from "./faults/faults.ts"
import { parseMarketChoice } from "./core/market/choice.ts"

/** The one pair of the exchange, under the names Kraken has for it. */
export interface PairNames {
  /** REST name and key of AssetPairs: `XDGUSD`. */
  readonly rest: string
  /** WebSocket v2 symbol: `DOGE/USD`. REST takes it too, and the same without the slash. */
  readonly symbol: string
  /** Assets in REST balances: `XXDG`, `ZUSD`. */
  readonly baseAsset: string
  readonly quoteAsset: string
}

/** Kraken's names of DOGE/USD. */
export const DOGE_USD: PairNames = { rest: "XDGUSD", symbol: "DOGE/USD", baseAsset: "XXDG", quoteAsset: "ZUSD" }

/** Everything that can be set about the exchange; see `checkOptions` for the ranges. */
export interface ExchangeSimOptions {
  /** Address to listen on. Default loopback: whoever reaches it may trade with the key below. */
  readonly host: string
  /** 0 takes any free port; `ExchangeSim` says which. */
  readonly port: number
  readonly pair: PairNames
  /** Digits after the point of a price; the tick is one unit of the last. */
  readonly priceDecimals: number
  readonly volumeDecimals: number
  /** Smallest order in the base currency. Kraken's drifts (13, 40, 50 over the years). */
  readonly orderMin: Volume
  /** Smallest order in the quote currency. */
  readonly costMin: Quote
  readonly apiKey: string
  /** Base64, as Kraken shows one. */
  readonly apiSecret: string
  /** Simulated milliseconds in one of the wall, above 0. Must be 1 with an upstream market. */
  readonly speed: number
  /** `synthetic`, `recorded:<path>` or `upstream`: see `parseMarketChoice`. */
  readonly market: string
  /** A recording begins anew when it ends, instead of closing the market. */
  readonly loop: boolean
  /** Where an upstream market comes from: any public WebSocket v2 address. */
  readonly upstreamUrl: string
  /** Whole number from 0 to 2^32 − 1: the same seed gives the same synthetic market and the same faults. */
  readonly seed: number
  /**
   * First moment of simulated time, Unix milliseconds; null: the wall's time, or the first row of a recording. Used
   * once, when the exchange first opens.
   */
  readonly startMs: number | null
  /** Lowers the speed where the machine does not hold it: for clients in other processes, whose deadlines pass meanwhile. */
  readonly lowersSpeed: boolean
  /** Part of every id it gives out; null: one that no other exchange has had. Used once, when the exchange first opens. */
  readonly salt: string | null
  /** Percent: 0.25 is 0.25 %. */
  readonly makerFeePct: number
  readonly takerFeePct: number
  /** Distance of bid and ask in percent of the price. */
  readonly spreadPct: number
  readonly tier: Tier
  /** The account's money when the exchange first opens; later starts ignore it. */
  readonly initialBase: Volume
  readonly initialQuote: Quote
  /** In force from the start; more can be had through the admin route. */
  readonly faults: ReadonlyArray<Fault>
  /** Opens `/admin`: the exchange's own books, and faults on demand. For tests and rehearsals. */
  readonly admin: boolean
}

/** Paper trading out of the box. The secret is the example of Kraken's documentation and guards nothing. */
export const EXCHANGE_SIM_DEFAULTS: ExchangeSimOptions = {
  host: "127.0.0.1",
  port: 0,
  pair: DOGE_USD,
  priceDecimals: 7,
  volumeDecimals: 8,
  orderMin: Volume.parse("2"),
  costMin: Quote.parse("0.5"),
  apiKey: "paper",
  apiSecret: "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",
  speed: 1,
  market: "synthetic",
  loop: false,
  upstreamUrl: "wss://ws.kraken.com/v2",
  seed: 1,
  startMs: null,
  salt: null,
  lowersSpeed: false,
  makerFeePct: 0.25,
  takerFeePct: 0.4,
  spreadPct: 0.02,
  tier: "pro",
  initialBase: Volume.parse("10000"),
  initialQuote: Quote.parse("2000"),
  faults: [],
  admin: false
}

type NumericOption = {
  [K in keyof ExchangeSimOptions]: ExchangeSimOptions[K] extends number | null ? K : never
}[keyof ExchangeSimOptions]

/** Throws an Error that names the field, its value and what is wanted. */
export const checkOptions = (options: ExchangeSimOptions): void => {
  const inRange = (field: NumericOption, min: number, max: number, whole: boolean) => {
    const value = options[field]
    if (value !== null && value >= min && value <= max && (!whole || Number.isInteger(value))) return
    throw new RangeError(`${field} is ${value}, expected a ${whole ? "whole " : ""}number from ${min} to ${max}`)
  }
  inRange("port", 0, 65_535, true)
  inRange("priceDecimals", 0, 10, true)
  inRange("volumeDecimals", 0, 8, true)
  inRange("speed", 0.001, 1_000_000, false)
  inRange("seed", 0, 0xffff_ffff, true)
  inRange("makerFeePct", 0, 10, false)
  inRange("takerFeePct", 0, 10, false)
  inRange("spreadPct", 0, 10, false)
  if (options.startMs !== null) inRange("startMs", 1, 8.64e15, true)
  if (options.initialBase < 0n)
    throw new RangeError(`initialBase is ${Volume.format(options.initialBase)}, expected 0 or more`)
  if (options.initialQuote < 0n)
    throw new RangeError(`initialQuote is ${Quote.format(options.initialQuote)}, expected 0 or more`)
  if (Buffer.from(options.apiSecret, "base64").length < 16)
    throw new RangeError("apiSecret is no base64 of at least 16 bytes")
  if (parseMarketChoice(options.market).kind === "upstream" && options.speed !== 1) {
    throw new RangeError(`speed is ${options.speed}, expected 1 with an upstream market`)
  }
}

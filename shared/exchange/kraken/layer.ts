/**
 * Kraken behind the exchange port. All layers need the one `VenueClock` of the process, which the market data keeps in
 * step; `KrakenTrading` must exist once per API key.
 */
import { Effect, Layer } from "effect"
import { MarketTrades } from "../marketTrades.ts"
import { MarketData, type Rehearsal, type Trading } from "../port.ts"
import type { VenueClock } from "../venueClock.ts"
import { makeMarketData } from "./public/marketData.ts"
import { connectionOf, type KrakenPublicOptions, type KrakenTradingOptions } from "./options.ts"
import { makeMarketTrades } from "./public/trades.ts"
import { makeAccount } from "./trading.ts"

export type { Tier } from "./core/budget.ts"
export type { KrakenPublicOptions, KrakenTradingOptions } from "./options.ts"

/** Kraken's public prices and bars; needs no key. */
export const KrakenMarketData = {
  layer: (options: KrakenPublicOptions): Layer.Layer<MarketData, never, VenueClock> =>
    Layer.effect(
      MarketData,
      Effect.suspend(() => makeMarketData(connectionOf(options)))
    )
}

/** Kraken's public trades, live and past; needs no key. One for each address: it holds the budget of public calls. */
export const KrakenMarketTrades = {
  layer: (options: KrakenPublicOptions): Layer.Layer<MarketTrades, never, VenueClock> =>
    Layer.effect(
      MarketTrades,
      Effect.suspend(() => makeMarketTrades(connectionOf(options)))
    )
}

/** One Kraken account, with its nonce and rate limits. A second one on the same key would have its nonces refused. */
export const KrakenTrading = {
  layer: (options: KrakenTradingOptions): Layer.Layer<Trading | Rehearsal, never, VenueClock> =>
    Layer.effectContext(Effect.suspend(() => makeAccount(options)))
}

/** The exchange as a leaf: Kraken's adapters, at Kraken or at a simulated exchange. */
import { Layer, Redacted } from "effect"
import { credentialsOf } from "../../shared/config/exchange.ts"
import { speedOf } from "../../shared/config/shared.ts"
import { KrakenMarketData, KrakenMarketTrades, KrakenTrading } from "../../shared/exchange/kraken/layer.ts"
import type { MarketTrades } from "../../shared/exchange/marketTrades.ts"
import type { MarketData, Rehearsal, Trading } from "../../shared/exchange/port.ts"
import { VenueClock } from "../../shared/exchange/venueClock.ts"
import { readAddress } from "../../shared/files/address.ts"
import type { Settings } from "../settings.ts"
import { exchangeDirectory } from "./journal.ts"

/** Where an exchange answers; URLs without a path for REST. */
export type ExchangeAddress = Pick<Settings, "restUrl" | "wsUrl" | "wsAuthUrl">

/** Kraken itself. */
export const KRAKEN: ExchangeAddress = {
  restUrl: "https://api.kraken.com",
  wsUrl: "wss://ws.kraken.com/v2",
  wsAuthUrl: "wss://ws-auth.kraken.com/v2"
}

/** Where `kennel service exchange-sim` listens on this machine. */
const simulatorAt = (port: number): ExchangeAddress => ({
  restUrl: `http://127.0.0.1:${port}`,
  wsUrl: `ws://127.0.0.1:${port}/v2`,
  wsAuthUrl: `ws://127.0.0.1:${port}/v2-auth`
})

/** The settings with every address of the exchange in them: as set, else Kraken's when live, else a simulated one elsewhere. */
export const addressed = (settings: Settings): Settings => {
  const otherwise = settings.live ? KRAKEN : simulatorAt(settings.simPort)
  return {
    ...settings,
    restUrl: settings.restUrl || otherwise.restUrl,
    wsUrl: settings.wsUrl || otherwise.wsUrl,
    wsAuthUrl: settings.wsAuthUrl || otherwise.wsAuthUrl
  }
}

/** The settings for a command beside a running market: on paper its exchange lives in that process, and answers where that says. */
export const besideRunning = (settings: Settings): Settings => {
  if (settings.live || settings.restUrl !== "") return settings
  const { restUrl = "", wsUrl = "", wsAuthUrl = "" } = readAddress(exchangeDirectory(settings)) ?? {}
  return restUrl === "" ? settings : { ...settings, restUrl, wsUrl, wsAuthUrl }
}

/** A simulated exchange is frozen while it is down: so long unheard, its clock is taken to stand still. */
export const FROZEN_AFTER_MS = 15_000

/** The exchange at the addresses of the settings. */
export const exchangeAt = (
  settings: Settings
): Layer.Layer<MarketData | MarketTrades | Trading | Rehearsal | VenueClock> => {
  const { restUrl, wsUrl: wsPublicUrl, wsAuthUrl: wsPrivateUrl } = addressed(settings)
  const { apiKey, apiSecret } = credentialsOf(settings)
  const speed = speedOf(settings)
  const options = {
    restUrl,
    wsPublicUrl,
    wsPrivateUrl,
    pair: settings.pair,
    symbol: settings.symbol,
    requestTimeoutMs: settings.requestTimeoutSec * 1_000,
    refusedExitAfterMs: settings.refusedExitAfterMin === 0 ? Infinity : settings.refusedExitAfterMin * 60_000,
    speed
  }
  const account = { apiKey: Redacted.make(apiKey), apiSecret: Redacted.make(apiSecret), tier: settings.tier }
  const clock = VenueClock.layer({ speed, ...(settings.live ? {} : { stopsUnheardAfterMs: FROZEN_AFTER_MS }) })
  return Layer.mergeAll(
    KrakenMarketData.layer(options),
    KrakenMarketTrades.layer(options),
    KrakenTrading.layer({ ...options, ...account })
  ).pipe(Layer.provideMerge(clock))
}

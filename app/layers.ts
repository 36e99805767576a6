/** Which adapter stands behind each port: the one place that names them. */
import { join, resolve } from "node:path"
import { Effect, Layer, Redacted } from "effect"
import { ExchangeSim, exchangeSimLayer } from "../services/exchange-sim/layer.ts"
import type { Settings } from "../shared/config/settings.ts"
import { KrakenMarketData, KrakenTrading } from "../shared/exchange/kraken/layer.ts"
import type { MarketData, Trading } from "../shared/exchange/port.ts"
import { VenueClock } from "../shared/exchange/venueClock.ts"
import { EmbeddedJournal } from "../shared/journal/embedded/embedded.ts"
import { NatsJournal } from "../shared/journal/nats/nats.ts"
import type { Journal, JournalCorrupt, JournalOpenError, SnapshotStore } from "../shared/journal/port.ts"
import { EmbeddedStore } from "../shared/store/embedded/store.ts"
import type { Store, StoreOpenError } from "../shared/store/port.ts"
import { SupabaseStore } from "../shared/store/supabase/store.ts"

type JournalLayer = Layer.Layer<Journal | SnapshotStore, JournalOpenError | JournalCorrupt>

const natsJournal = (
  settings: Settings,
  url: string,
  [stream, subjects]: readonly [string, string],
  create: boolean
): JournalLayer =>
  NatsJournal.layer({
    create,
    url,
    stream,
    subjects: [subjects],
    ...(settings.natsUser === ""
      ? {}
      : { credentials: { user: settings.natsUser, password: Redacted.make(settings.natsPassword) } })
  })

const marketStream = (settings: Settings) => [`KENNEL_${settings.pair}`, `market.${settings.pair}.>`] as const

/** The market's journal, to write to. */
export const writableJournal = (settings: Settings): JournalLayer =>
  settings.natsUrl === ""
    ? EmbeddedJournal.layer({ directory: journalDirectory(settings) })
    : natsJournal(settings, settings.natsUrl, marketStream(settings), true)

/** A journal to look at: `where` is a directory or a nats:// URL; left out, the market's own. */
export const readableJournal = (settings: Settings, where?: string): JournalLayer => {
  const place = where ?? (settings.natsUrl === "" ? journalDirectory(settings) : settings.natsUrl)
  return /^(nats|tls):\/\//.test(place)
    ? natsJournal(settings, place, marketStream(settings), false)
    : EmbeddedJournal.layerReadOnly({ directory: resolve(place) })
}

/** Where the embedded journal is, as an absolute path. */
export const journalDirectory = (settings: Settings): string => resolve(settings.dataDir, "journal")

/** The simulated exchange remembers its books in a journal of its own, beside the market's or on the same server. */
const exchangeJournal = (settings: Settings): JournalLayer =>
  settings.natsUrl === ""
    ? EmbeddedJournal.layer({ directory: join(resolve(settings.dataDir), "exchange") })
    : natsJournal(settings, settings.natsUrl, [`EXCHANGE_${settings.pair}`, `exchange.${settings.pair}.>`], true)

/** Keys of the simulated exchange: fixed, because they guard nothing. */
const PAPER = { apiKey: "paper", apiSecret: "cGFwZXItdHJhZGluZy1ndWFyZHMtbm90aGluZw==" } as const

/** The simulated exchange of the settings and its journal; keys that are not set are the fixed paper ones. */
export const exchangeSim = (settings: Settings) =>
  exchangeSimLayer({
    host: settings.simHost,
    port: settings.simPort,
    apiKey: settings.apiKey === "" ? PAPER.apiKey : settings.apiKey,
    apiSecret: settings.apiSecret === "" ? PAPER.apiSecret : settings.apiSecret,
    speed: speedOf(settings),
    market: settings.market,
    seed: settings.seed,
    makerFeePct: settings.simMakerFeePct,
    takerFeePct: settings.simTakerFeePct,
    tier: settings.tier,
    orderMin: settings.simOrderMin,
    costMin: settings.minCost,
    initialBase: settings.simBase,
    initialQuote: settings.simQuote,
    admin: settings.simAdmin
  }).pipe(Layer.provide(exchangeJournal(settings)))

/** Simulated seconds per second; a real exchange, or real prices, cannot be hurried. */
export const speedOf = (settings: Settings): number =>
  settings.live || settings.market === "upstream" ? 1 : settings.speed

const KRAKEN = {
  restUrl: "https://api.kraken.com",
  wsPublicUrl: "wss://ws.kraken.com/v2",
  wsPrivateUrl: "wss://ws-auth.kraken.com/v2"
} as const

interface ExchangeUrls {
  readonly restUrl: string
  readonly wsPublicUrl: string
  readonly wsPrivateUrl: string
}

/** Where the exchange is: what the settings say, else Kraken when live. */
const urlsOf = (settings: Settings, fallback: ExchangeUrls): ExchangeUrls => ({
  restUrl: settings.restUrl || fallback.restUrl,
  wsPublicUrl: settings.wsUrl || fallback.wsPublicUrl,
  wsPrivateUrl: settings.wsAuthUrl || fallback.wsPrivateUrl
})

/** A simulated exchange is frozen while it is down: so long unheard, its clock is taken to stand still. */
export const FROZEN_AFTER_MS = 15_000

const clockLayer = (settings: Settings) =>
  VenueClock.layer({
    speed: speedOf(settings),
    ...(settings.live ? {} : { stopsUnheardAfterMs: FROZEN_AFTER_MS })
  })

const adapters = (settings: Settings, urls: ExchangeUrls): Layer.Layer<MarketData | Trading | VenueClock> => {
  const options = {
    ...urls,
    pair: settings.pair,
    symbol: settings.symbol,
    requestTimeoutMs: settings.requestTimeoutSec * 1_000,
    speed: speedOf(settings)
  }
  return Layer.merge(
    KrakenMarketData.layer(options),
    KrakenTrading.layer({
      ...options,
      apiKey: Redacted.make(settings.apiKey === "" ? PAPER.apiKey : settings.apiKey),
      apiSecret: Redacted.make(settings.apiSecret === "" ? PAPER.apiSecret : settings.apiSecret),
      tier: settings.tier
    })
  ).pipe(Layer.provideMerge(clockLayer(settings)))
}

const elsewhere = (settings: Settings): ExchangeUrls => urlsOf(settings, settings.live ? KRAKEN : simulatorAt(settings))

/** The exchange at the addresses of the settings: Kraken, or a simulated one that runs elsewhere. */
export const exchangeElsewhere = (settings: Settings) => adapters(settings, elsewhere(settings))

/** Where that exchange's REST is, without a path. */
export const restUrlOf = (settings: Settings): string => elsewhere(settings).restUrl

/** The exchange that `exchangeSim` runs in this process. */
export const exchangeHere = (settings: Settings): Layer.Layer<MarketData | Trading | VenueClock, never, ExchangeSim> =>
  Layer.unwrap(
    Effect.map(ExchangeSim, ({ restUrl, wsPublicUrl, wsPrivateUrl }) =>
      adapters(settings, { restUrl, wsPublicUrl, wsPrivateUrl })
    )
  )

/** Where `kennel service exchange-sim` listens on this machine. */
const simulatorAt = (settings: Settings): ExchangeUrls => ({
  restUrl: `http://127.0.0.1:${settings.simPort}`,
  wsPublicUrl: `ws://127.0.0.1:${settings.simPort}/v2`,
  wsPrivateUrl: `ws://127.0.0.1:${settings.simPort}/v2-auth`
})

/** The store of the settings: a Supabase project or a PostgREST, else the embedded one beside the journal. */
export const storeLayer = (settings: Settings): Layer.Layer<Store, StoreOpenError> =>
  settings.supabaseUrl === ""
    ? EmbeddedStore.layer({ directory: resolve(settings.dataDir, "store") })
    : SupabaseStore.layer({
        url: settings.supabaseUrl,
        key: Redacted.make(settings.supabaseKey),
        restPath: settings.supabaseRestPath
      })

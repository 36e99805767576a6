/** Profiles: the same services on other leaves. What a market trades on is decided here and nowhere else. */
import { Context, Effect, Layer } from "effect"
import { ExchangeSim, exchangeSimLayer } from "../services/exchange-sim/layer.ts"
import { repeatable, simulatorOptions } from "../services/exchange-sim/settings.ts"
import type { MarketTrades } from "../shared/exchange/marketTrades.ts"
import type { MarketData, Trading } from "../shared/exchange/port.ts"
import type { VenueClock } from "../shared/exchange/venueClock.ts"
import { Journal, type SnapshotStore } from "../shared/journal/port.ts"
import { keepAddress } from "../shared/files/address.ts"
import type { ServiceError } from "../shared/service/manifest.ts"
import { addressed, exchangeAt } from "./leaves/exchange.ts"
import { exchangeDirectory, writableJournal } from "./leaves/journal.ts"
import { isWorldOfItsOwn } from "./leaves/pace.ts"
import type { Settings } from "./settings.ts"

/** The leaves under a market, and its settings with the exchange's addresses in them. */
export interface Profile {
  readonly settings: Settings
  readonly journal: Layer.Layer<Journal | SnapshotStore, ServiceError>
  readonly exchange: Layer.Layer<MarketData | MarketTrades | Trading | VenueClock>
  /** Never returns; fails when an exchange in this process has stopped. */
  readonly stopped: Effect.Effect<never, ServiceError>
}

/** The exchange is somewhere else: Kraken with real money, or a simulated one at the addresses of the settings. */
const elsewhere = (settings: Settings): Profile => ({
  settings: addressed(settings),
  journal: writableJournal(settings),
  exchange: exchangeAt(settings),
  stopped: Effect.never
})

/** On paper: a simulated exchange in this process, which lives as long as the scope. */
const paper = Effect.fn("paper")(function* (settings: Settings) {
  const journal = yield* Layer.build(writableJournal(settings))
  const founded = (yield* Context.get(journal, Journal).head) === 0
  const options = {
    ...simulatorOptions(settings),
    lowersSpeed: !isWorldOfItsOwn(settings),
    ...(founded && isWorldOfItsOwn(settings) ? repeatable(settings) : {})
  }
  const simulator = exchangeSimLayer(options).pipe(Layer.provide(writableJournal(settings, "exchange")))
  const { restUrl, wsPublicUrl, wsPrivateUrl, stopped } = Context.get(yield* Layer.build(simulator), ExchangeSim)
  yield* keepAddress(exchangeDirectory(settings), { restUrl, wsUrl: wsPublicUrl, wsAuthUrl: wsPrivateUrl })
  const at = elsewhere({ ...settings, restUrl, wsUrl: wsPublicUrl, wsAuthUrl: wsPrivateUrl })
  return { ...at, journal: Layer.succeedContext(journal), stopped }
})

/** The profile that the settings ask for. */
export const profileOf = (settings: Settings) =>
  settings.live || settings.restUrl !== "" ? Effect.succeed(elsewhere(settings)) : paper(settings)

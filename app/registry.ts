/** The services there are: one line each. Everything that has to know them all reads this list. */
import type { Effect } from "effect"
import { controlPlaneManifest } from "../services/control-plane/manifest.ts"
import type { MarketPast } from "../services/control-plane/marketPast.ts"
import type { MarketViews } from "../services/control-plane/marketViews.ts"
import { exchangeSimManifest } from "../services/exchange-sim/manifest.ts"
import { governorManifest } from "../services/governor/manifest.ts"
import { hmmAdvisorManifest } from "../services/hmm-advisor/manifest.ts"
import { journalKeeperManifest } from "../services/journal-keeper/manifest.ts"
import { marketContextManifest } from "../services/market-context/manifest.ts"
import { marketFeedManifest } from "../services/market-feed/manifest.ts"
import { ohlcvIngestorManifest } from "../services/ohlcv-ingestor/manifest.ts"
import { orderGatewayManifest } from "../services/order-gateway/manifest.ts"
import { projectorManifest } from "../services/projector/manifest.ts"
import { rebalancerManifest } from "../services/rebalancer/manifest.ts"
import { slotActorManifest } from "../services/slot-actor/manifest.ts"
import type { Actor } from "../shared/actor/core/actor.ts"
import type { MarketTrades } from "../shared/exchange/marketTrades.ts"
import type { MarketData, Trading } from "../shared/exchange/port.ts"
import type { VenueClock } from "../shared/exchange/venueClock.ts"
import type { Journal, SnapshotStore } from "../shared/journal/port.ts"
import type { Blocks, Need, SavedMarket, SavedSlot, ServiceError } from "../shared/service/manifest.ts"
import type { Store } from "../shared/store/port.ts"

/** In the order in which a page names them. */
export const SERVICES = [
  marketFeedManifest,
  slotActorManifest,
  governorManifest,
  rebalancerManifest,
  orderGatewayManifest,
  ohlcvIngestorManifest,
  hmmAdvisorManifest,
  marketContextManifest,
  projectorManifest,
  journalKeeperManifest,
  controlPlaneManifest,
  exchangeSimManifest
] as const

/** Any one of them. */
export type Service = (typeof SERVICES)[number]

/** The market's own services: the simulated exchange is the other side. */
export const MARKET_SERVICES: ReadonlyArray<Service> = SERVICES.filter(({ journal = "market" }) => journal === "market")

/** What each need gives. */
export interface PortsOf {
  readonly journal: Journal | SnapshotStore
  readonly exchange: MarketData | MarketTrades | Trading | VenueClock
  readonly store: Store
  readonly views: MarketViews | MarketPast
}

/** What a service asks for although its `needs` do not say so. */
type Unnamed<S> = S extends {
  readonly needs: ReadonlyArray<infer N extends Need>
  readonly run: (...given: never) => Effect.Effect<never, ServiceError, infer R>
}
  ? Exclude<R, PortsOf[N]>
  : never

/** All that services ask for. What a service asks for without naming it is missing here: then nothing that runs services compiles. */
export type Ports = Exclude<PortsOf[Need], Unnamed<Service>>

/** Every actor that decides in a market with these slots. */
export const decidersOf = (slots: ReadonlyArray<number>): ReadonlyArray<Actor<unknown>> =>
  MARKET_SERVICES.flatMap(({ actors }) => actors?.(slots) ?? [])

const savedSlot = (slot: number): SavedSlot => {
  for (const { savesSlot } of MARKET_SERVICES) if (savesSlot !== undefined) return savesSlot(slot)
  throw new Error("no service saves slots")
}

/** The market for whoever copies it: what each service saves of its folds. `told`: what services tell of themselves. */
export const savedMarket = (told: Effect.Effect<Blocks>): SavedMarket => ({
  slot: savedSlot,
  parts: MARKET_SERVICES.flatMap(({ saves }) => saves?.() ?? []),
  told
})

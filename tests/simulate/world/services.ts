/** The market's own services as they run anywhere, each a program of its own, by their manifests. */
import { Effect } from "effect"
import { addressed } from "../../../app/leaves/exchange.ts"
import { everyActorOf } from "../../../app/leaves/journal.ts"
import { savedMarket } from "../../../app/registry.ts"
import type { Settings } from "../../../app/settings.ts"
import { governorManifest } from "../../../services/governor/manifest.ts"
import { train } from "../../../services/hmm-advisor/core/training/train.ts"
import { hmmAdvisorManifest } from "../../../services/hmm-advisor/manifest.ts"
import { FittingPlace, type Trainer } from "../../../services/hmm-advisor/trainer.ts"
import { journalKeeperManifest } from "../../../services/journal-keeper/manifest.ts"
import { marketFeedManifest } from "../../../services/market-feed/manifest.ts"
import { ohlcvIngestorManifest } from "../../../services/ohlcv-ingestor/manifest.ts"
import { orderGatewayManifest } from "../../../services/order-gateway/manifest.ts"
import { projectorManifest } from "../../../services/projector/manifest.ts"
import { rebalancerManifest } from "../../../services/rebalancer/manifest.ts"
import { slotActorManifest } from "../../../services/slot-actor/manifest.ts"
import { raiseEpoch } from "../../../shared/actor/control/control.ts"
import { adoptRules } from "../../../shared/actor/control/rulesAdopted.ts"
import { speedOf } from "../../../shared/config/shared.ts"
import type { MarketSubjects } from "../../../shared/core/ids/subjects.ts"
import type { KnownRules } from "../../../shared/core/rules/versions.ts"
import type { MarketTrades } from "../../../shared/exchange/marketTrades.ts"
import type { MarketData, Trading } from "../../../shared/exchange/port.ts"
import type { VenueClock } from "../../../shared/exchange/venueClock.ts"
import type { Journal, SnapshotStore } from "../../../shared/journal/port.ts"
import type { ServiceContext } from "../../../shared/service/manifest.ts"
import type { Store } from "../../../shared/store/port.ts"
import { readAll } from "../../../shared/service/reading.ts"

// In a simulated world there is no turn in which a module could be read.
await readAll()

/** The services that decide and act: without them nobody trades. */
export const SERVICES = ["market-feed", "slot-actor", "governor", "rebalancer", "order-gateway"] as const
/** They read the journal and keep what it says: nobody waits for them, and many a market runs without. */
export const HOUSE = ["projector", "journal-keeper"] as const
/** They learn from candles: without them the market trades by the trend. */
export const LEARNING = ["ohlcv-ingestor", "hmm-advisor"] as const
/** Any of them. */
export type ServiceName = (typeof SERVICES)[number] | (typeof HOUSE)[number] | (typeof LEARNING)[number]

/** What every one of them stands on. */
export type Ports = Journal | SnapshotStore | MarketData | MarketTrades | Trading | VenueClock | Store

/** What is asked of a manifest here. */
interface Runnable {
  readonly writes: ReadonlyArray<string>
  readonly fitsModels?: true
  readonly run: (settings: Settings, context: ServiceContext) => Effect.Effect<never, unknown, Ports>
}

const MANIFESTS: Readonly<Record<ServiceName, Runnable>> = {
  "market-feed": marketFeedManifest,
  "slot-actor": slotActorManifest,
  governor: governorManifest,
  rebalancer: rebalancerManifest,
  "order-gateway": orderGatewayManifest,
  projector: projectorManifest,
  "journal-keeper": journalKeeperManifest,
  "ohlcv-ingestor": ohlcvIngestorManifest,
  "hmm-advisor": hmmAdvisorManifest
}

/** What a fit takes on the wall. */
const FIT_TAKES = "1 second"
/** Models are fitted in the world's own thread, and are there when their time has passed. */
const fitHere: Trainer = (rows, settings, previous) =>
  Effect.delay(
    Effect.sync(() => train(rows, settings, previous)),
    FIT_TAKES
  )

/** The market that they serve. `newestRules`: what their build knows. */
export interface Market {
  readonly settings: Settings
  readonly subjects: MarketSubjects
  readonly newestRules: number
}

/** These services in one process: it takes up its build's rules and raises the epoch, then each runs until one ends. */
export const program = (names: ReadonlyArray<ServiceName>, market: Market): Effect.Effect<never, unknown, Ports> =>
  Effect.gen(function* () {
    const { settings, subjects } = market
    const epoch = yield* Effect.cached(enter(names, market))
    const context: ServiceContext = {
      subjects,
      epoch,
      alone: true,
      actorsOf: (slots) => everyActorOf(settings, slots),
      saved: savedMarket(Effect.succeed({})),
      tell: () => Effect.void,
      listening: () => Effect.void
    }
    const runs = names.map((name) => MANIFESTS[name].run(addressed(settings), context))
    return yield* Effect.raceAllFirst(runs)
  }).pipe(Effect.provideService(FittingPlace, Effect.succeed(fitHere)))

/** As `enterJournal` of the composition root does, for a build that may be older than this one. */
const enter = (names: ReadonlyArray<ServiceName>, { settings, subjects, newestRules }: Market) => {
  const [first = "market-feed"] = names
  const service = names.length > 1 ? "kennel-up" : first
  const known: KnownRules = { oldest: 1, newest: newestRules }
  const manifests = names.map((name) => MANIFESTS[name])
  const epoch = raiseEpoch({
    subjects,
    service,
    reason: "start",
    watchesOrders: names.includes("order-gateway"),
    fitsModels: manifests.some(({ fitsModels }) => fitsModels === true),
    ...(manifests.some(({ writes }) => writes.some((subject) => subject === "clock"))
      ? { speed: speedOf(settings) }
      : {}),
    timeMs: 0
  })
  return Effect.andThen(adoptRules({ subjects, service, known }), epoch)
}

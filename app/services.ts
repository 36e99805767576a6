/** The services of a market, each as one effect: what it needs from the settings, and what it needs from its layers. */
import { Context, Effect, Layer, type Ref } from "effect"
import { ControlPlane, controlPlaneLayer } from "../services/control-plane/layer.ts"
import type { Blocks } from "../services/control-plane/core/blocks.ts"
import { governorService } from "../services/governor/service.ts"
import { marketFeed } from "../services/market-feed/service.ts"
import { orderGateway } from "../services/order-gateway/service.ts"
import { rebalancerService } from "../services/rebalancer/service.ts"
import { slotService } from "../services/slot-actor/service.ts"
import { raiseEpoch } from "../shared/actor/control.ts"
import { DAY_MS } from "../shared/core/time/utcDay.ts"
import { governorRules } from "../shared/config/governorRules.ts"
import { rebalancerRules } from "../shared/config/rebalancerRules.ts"
import type { Settings } from "../shared/config/settings.ts"
import { slotRules } from "../shared/config/slotRules.ts"
import { marketSubjects } from "../shared/core/ids/subjects.ts"
import { ensureControlToken } from "./controlToken.ts"
import { speedOf } from "./layers.ts"
import { awaitSlots, followViews } from "./views.ts"

/** The subjects of the settings' market. */
export const subjectsOf = (settings: Settings) => marketSubjects(settings.pair)

/** Raises the epoch for this process: before anything else is appended. */
export const enterJournal = (settings: Settings, service: string) =>
  raiseEpoch({ subjects: subjectsOf(settings), service, reason: "start", timeMs: 0 })

/** Wall time without a price that a busy machine may take: where the exchange's time runs faster, a price is not stale before. */
const LEAST_STALE_WALL_SEC = 1.5

/** From this age on a price is stale, exchange time. */
const staleAfterSec = (settings: Settings): number =>
  Math.max(settings.stalePriceMaxAgeSec, LEAST_STALE_WALL_SEC * speedOf(settings))

/** The slots: rules into the journal, then every slot folded and published. */
export const slots = (settings: Settings) =>
  slotService({
    subjects: subjectsOf(settings),
    slots: Array.from({ length: settings.slots }, (_, index) => index + 1),
    rules: slotRules({ ...settings, stalePriceMaxAgeSec: staleAfterSec(settings) })
  })

/** The governor: rules into the journal, then everything the slots ask for judged. */
export const governor = (settings: Settings) =>
  governorService({
    subjects: subjectsOf(settings),
    rules: governorRules({ ...settings, stalePriceMaxAgeSec: staleAfterSec(settings) }),
    fittedIntervals: settings.hmmEnabled ? [settings.candleIntervalMin, settings.candleSecondaryIntervalMin] : []
  })

/** The rebalancer: how strongly order sizes lean to one side. */
export const rebalancer = (settings: Settings) =>
  rebalancerService({ subjects: subjectsOf(settings), rules: rebalancerRules(settings) })

/** The market feed: the exchange's prices and time as facts in the journal. */
export const feed = (settings: Settings, epoch: number) =>
  marketFeed({
    subjects: subjectsOf(settings),
    epoch,
    priceFactsPerSec: settings.priceFactsPerSec,
    clockIntervalMs: settings.clockIntervalSec * 1_000,
    staleAfterMs: staleAfterSec(settings) * 1_000
  })

/** Half a second of the wall is what a request takes on a slow disk; Kraken takes deadlines up to 60 s ahead. */
const deadlineSec = (settings: Settings): number =>
  Math.max(settings.orderDeadlineSec, Math.min(60, 0.5 * speedOf(settings)))

/** The order gateway: requests from the journal to the exchange, its answers back as facts. */
export const gateway = (settings: Settings) =>
  orderGateway({
    subjects: subjectsOf(settings),
    deadlineMs: deadlineSec(settings) * 1_000,
    reconcileIntervalMs: settings.reconcileIntervalSec * 1_000,
    fillWindowMs: settings.fillWindowDays * DAY_MS
  })

/** Page and API, from the first moment that the journal names slots. `onListening` is told the page's address once it answers. */
export const page = (settings: Settings, shown: Ref.Ref<Blocks>, onListening: (url: string) => Effect.Effect<void>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const subjects = subjectsOf(settings)
      const token = yield* ensureControlToken(settings)
      yield* awaitSlots(subjects)
      const { views, failure } = yield* followViews(subjects, {
        advisor: { enabled: settings.hmmEnabled, blendFactor: settings.hmmBlendWithTrend },
        shown
      })
      const served = yield* Layer.build(
        controlPlaneLayer({
          subjects,
          token,
          host: settings.host,
          port: settings.port,
          pair: settings.symbol,
          trading: settings.live ? "live" : "paper",
          simulator: settings.live ? null : { market: settings.market, speed: speedOf(settings) },
          stalePriceMaxAgeSec: staleAfterSec(settings),
          silentAfterSec: Math.max(15, (3 * settings.clockIntervalSec) / speedOf(settings))
        }).pipe(Layer.provide(Layer.succeedContext(views)))
      )
      yield* onListening(Context.get(served, ControlPlane).url)
      return yield* failure
    })
  )

/** The services of a market, each as one effect: what it needs from the settings, and what it needs from its layers. */
import { Context, Effect, Layer } from "effect"
import { ControlPlane, controlPlaneLayer } from "../services/control-plane/layer.ts"
import { marketFeed } from "../services/market-feed/service.ts"
import { orderGateway } from "../services/order-gateway/service.ts"
import { slotService } from "../services/slot-actor/service.ts"
import { raiseEpoch } from "../shared/actor/control.ts"
import type { Settings } from "../shared/config/settings.ts"
import { slotRules } from "../shared/config/slotRules.ts"
import { marketSubjects } from "../shared/events/subjects.ts"
import { speedOf } from "./layers.ts"
import { awaitNewSlot, followViews } from "./views.ts"

export const subjectsOf = (settings: Settings) => marketSubjects(settings.pair)

/** Raises the epoch for this process: before anything else is appended. */
export const enterJournal = (settings: Settings, service: string) =>
  raiseEpoch({ subjects: subjectsOf(settings), service, reason: "start", timeMs: 0 })

/** The slots: rules into the journal, then every slot folded and published. */
export const slots = (settings: Settings) =>
  slotService({
    subjects: subjectsOf(settings),
    slots: Array.from({ length: settings.slots }, (_, index) => index + 1),
    rules: slotRules(settings)
  })

export const feed = (settings: Settings, epoch: number) =>
  marketFeed({
    subjects: subjectsOf(settings),
    epoch,
    priceFactsPerSec: settings.priceFactsPerSec,
    clockIntervalMs: settings.clockIntervalSec * 1_000,
    staleAfterMs: settings.stalePriceMaxAgeSec * 1_000
  })

/** Half a second of the wall is what a request takes on a slow disk; Kraken takes deadlines up to 60 s ahead. */
const deadlineSec = (settings: Settings): number =>
  Math.max(settings.orderDeadlineSec, Math.min(60, 0.5 * speedOf(settings)))

const DAY_MS = 86_400_000

export const gateway = (settings: Settings) =>
  orderGateway({
    subjects: subjectsOf(settings),
    deadlineMs: deadlineSec(settings) * 1_000,
    reconcileIntervalMs: settings.reconcileIntervalSec * 1_000,
    fillWindowMs: settings.fillWindowDays * DAY_MS
  })

/**
 * Page and API, from the first moment that the journal names slots; begun anew when it names more. `onListening` is
 * told the page's address once it answers.
 */
export const page = (settings: Settings, onListening: (url: string) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const subjects = subjectsOf(settings)
    yield* awaitNewSlot(subjects, [])
    return yield* Effect.forever(Effect.scoped(pageOfSlots(settings, onListening)))
  })

/** The page of the slots known now; returns when there is a new one. */
const pageOfSlots = Effect.fn("pageOfSlots")(function* (
  settings: Settings,
  onListening: (url: string) => Effect.Effect<void>
) {
  const subjects = subjectsOf(settings)
  const { views, slots, failure } = yield* followViews(subjects)
  const served = yield* Layer.build(
    controlPlaneLayer({
      host: settings.host,
      port: settings.port,
      pair: settings.symbol,
      trading: settings.live ? "live" : "paper",
      simulator: settings.live ? null : { market: settings.market, speed: speedOf(settings) },
      stalePriceMaxAgeSec: settings.stalePriceMaxAgeSec,
      silentAfterSec: Math.max(15, (3 * settings.clockIntervalSec) / speedOf(settings))
    }).pipe(Layer.provide(Layer.succeedContext(views)))
  )
  yield* onListening(Context.get(served, ControlPlane).url)
  return yield* Effect.raceFirst(failure, awaitNewSlot(subjects, slots))
})

/** The services of a market, each as one effect: what it needs from the settings, and what it needs from its layers. */
import { marketFeed } from "../services/market-feed/service.ts"
import { orderGateway } from "../services/order-gateway/service.ts"
import { slotService } from "../services/slot-actor/service.ts"
import { raiseEpoch } from "../shared/actor/control.ts"
import type { Settings } from "../shared/config/settings.ts"
import type { SlotRules } from "../shared/events/control.ts"
import { marketSubjects } from "../shared/events/subjects.ts"

/** The slot rules the settings ask for. */
const rulesOf = (settings: Settings): SlotRules => ({
  entryPct: settings.entryPct,
  profitPct: settings.profitPct,
  refreshPct: settings.refreshPct,
  orderSize: settings.orderSize,
  s1OrphanAfterSec: settings.s1OrphanAfterSec,
  s2OrphanAfterSec: settings.s2OrphanAfterSec,
  lossBackoffStart: settings.lossBackoffStart,
  lossBackoffFactor: settings.lossBackoffFactor,
  lossBackoffMax: settings.lossBackoffMax,
  lossCooldownStart: settings.lossCooldownStart,
  lossCooldownSec: settings.lossCooldownSec,
  reentryBaseCooldownSec: settings.reentryBaseCooldownSec,
  maxConsecutiveRefreshes: settings.maxConsecutiveRefreshes,
  refreshCooldownSec: settings.refreshCooldownSec,
  maxRecoverySlots: settings.maxRecoverySlots,
  recoveryEviction: settings.recoveryEviction,
  stalePriceMaxAgeSec: settings.stalePriceMaxAgeSec,
  priceDecimals: settings.priceDecimals,
  volumeDecimals: settings.volumeDecimals,
  minVolume: settings.minVolume,
  minCost: settings.minCost,
  makerFeePct: settings.makerFeePct
})

export const subjectsOf = (settings: Settings) => marketSubjects(settings.pair)

/** Raises the epoch for this process: before anything else is appended. */
export const enterJournal = (settings: Settings, service: string) =>
  raiseEpoch({ subjects: subjectsOf(settings), service, reason: "start", timeMs: 0 })

export const slotsService = (settings: Settings) =>
  slotService({
    subjects: subjectsOf(settings),
    slots: Array.from({ length: settings.slots }, (_, index) => index + 1),
    rules: rulesOf(settings)
  })

export const feedService = (settings: Settings, epoch: number) =>
  marketFeed({
    subjects: subjectsOf(settings),
    epoch,
    priceFactsPerSec: settings.priceFactsPerSec,
    clockIntervalMs: settings.clockIntervalSec * 1_000,
    staleAfterMs: settings.stalePriceMaxAgeSec * 1_000
  })

const DAY_MS = 86_400_000

export const gatewayService = (settings: Settings) =>
  orderGateway({
    subjects: subjectsOf(settings),
    deadlineMs: settings.orderDeadlineSec * 1_000,
    reconcileIntervalMs: settings.reconcileIntervalSec * 1_000,
    fillWindowMs: settings.fillWindowDays * DAY_MS
  })

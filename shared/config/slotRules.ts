import type { SlotRules } from "../events/families/control.ts"
import type { Settings } from "./settings.ts"

/** The slot rules the settings ask for. */
export const slotRules = (settings: Settings): SlotRules => ({
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

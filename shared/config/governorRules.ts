import { OPEN_ORDERS_OF_TIER } from "../core/openOrders.ts"
import type { GovernorRules } from "../events/families/control.ts"
import type { Settings } from "./settings.ts"

/** The limit on open orders of the pair: as set, else the tier's. */
export const openOrderLimit = (settings: Pick<Settings, "openOrderLimit" | "tier">): number =>
  settings.openOrderLimit === 0 ? OPEN_ORDERS_OF_TIER[settings.tier] : settings.openOrderLimit

/** The governor rules the settings ask for. */
export const governorRules = (settings: Settings): GovernorRules => ({
  loopSec: settings.loopSec,
  maxEntryAddsPerLoop: settings.maxEntryAddsPerLoop,
  stalePriceMaxAgeSec: settings.stalePriceMaxAgeSec,
  maxConsecutiveErrors: settings.maxConsecutiveErrors,
  autoResumeAfterSec: settings.autoResumeAfterSec,
  dailyLossLimit: settings.dailyLossLimit,
  openOrderLimit: openOrderLimit(settings),
  openOrderSafetyRatio: settings.openOrderSafetyRatio,
  orphanPressureWarnAt: settings.orphanPressureWarnAt,
  autoSoftCloseCapacityPct: settings.autoSoftCloseCapacityPct,
  autoSoftCloseBatch: settings.autoSoftCloseBatch,
  driftThreshold: settings.driftThreshold,
  driftPersistSec: settings.driftPersistSec,
  driftCooldownSec: settings.driftCooldownSec,
  layerDogePerOrder: settings.layerDogePerOrder,
  layerOrderBudget: settings.layerOrderBudget,
  layerBalanceBuffer: settings.layerBalanceBuffer,
  layerDefaultSource: settings.layerDefaultSource,
  skewSensitivity: settings.skewSensitivity,
  maxSizeMultiplier: settings.maxSizeMultiplier,
  aliasPool: settings.aliasPool
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== ""),
  volatilityProfit: settings.volatilityProfit,
  volatilityProfitFactor: settings.volatilityProfitFactor,
  volatilityProfitFloorPct: settings.volatilityProfitFloorPct,
  volatilityProfitCeilingPct: settings.volatilityProfitCeilingPct
})

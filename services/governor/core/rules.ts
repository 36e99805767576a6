/** The rules in force, and whether there are any yet. */
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { GovernorState } from "./state.ts"

const UNLIMITED = Number.MAX_SAFE_INTEGER

/** Before the first configuration: nothing pauses or is added, and nothing is granted, since the start waits for rules. */
const NO_RULES: GovernorRules = {
  loopSec: 30,
  maxEntryAddsPerLoop: 0,
  stalePriceMaxAgeSec: UNLIMITED,
  maxConsecutiveErrors: UNLIMITED,
  autoResumeAfterSec: 0,
  dailyLossLimit: Quote.zero,
  openOrderLimit: 0,
  openOrderSafetyRatio: 1,
  orphanPressureWarnAt: UNLIMITED,
  autoSoftCloseCapacityPct: 100,
  autoSoftCloseBatch: 0,
  driftThreshold: UNLIMITED,
  driftPersistSec: UNLIMITED,
  driftCooldownSec: UNLIMITED,
  layerDogePerOrder: 1,
  layerOrderBudget: 1,
  layerBalanceBuffer: 1,
  layerDefaultSource: "auto",
  skewSensitivity: 0,
  maxSizeMultiplier: 1,
  aliasPool: [],
  volatilityProfit: false,
  volatilityProfitFactor: 1,
  volatilityProfitFloorPct: 0,
  volatilityProfitCeilingPct: 100
}

/** The governor's rules as last configured. */
export const rulesOf = ({ rules }: GovernorState): GovernorRules => rules ?? NO_RULES

/** True once the journal has both the governor's rules and the market's, in whichever order they came. */
export const isConfigured = ({ rules, market }: GovernorState): boolean => rules !== null && market.slotRules !== null

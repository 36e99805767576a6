/**
 * The governor's rules, one row each: what keeps the slots within what account, exchange and operator can bear. They travel in
 * the journal (`GovernorConfigured`); its schema is derived from these rows.
 */
import { OPEN_ORDERS_OF_TIER } from "../../core/openOrders.ts"
import { amount, choice, flag, integer, names, number } from "../setting.ts"
import type { ValuesOf } from "../table.ts"
import { SLOT_RULES } from "./slot.ts"

const guard = "Guardrails"
const capacity = "Capacity"
const sizing = "Sizing"

/** Percentages are in percent; shares are fractions. */
export const GOVERNOR_RULES = {
  loopSec: number("POLL_INTERVAL_SECONDS", {
    group: guard,
    unit: "s",
    default: "30",
    min: 1,
    max: 3_600,
    reason:
      "Length of a loop in exchange time: the cap on entries is per loop, and guards that look around do so once a loop."
  }),
  maxEntryAddsPerLoop: integer("MAX_ENTRY_ADDS_PER_LOOP", {
    group: guard,
    default: "2",
    min: 1,
    max: 100,
    reason: "Entries sent per loop; more wait in a queue. Tightened further as the room for open orders shrinks."
  }),
  stalePriceMaxAgeSec: SLOT_RULES.stalePriceMaxAgeSec,
  maxConsecutiveErrors: integer("MAX_CONSECUTIVE_ERRORS", {
    group: guard,
    default: "5",
    min: 1,
    max: 20,
    reason: "Failing calls to the exchange in a row that pause the market."
  }),
  autoResumeAfterSec: number("AUTO_RESUME_AFTER_SEC", {
    group: guard,
    unit: "s",
    default: "15",
    min: 0,
    max: 86_400,
    reason:
      "A pause for a stale price, for exchange errors or for missing funds ends by itself once its cause has been gone for so long. 0: an operator resumes."
  }),
  dailyLossLimit: amount("DAILY_LOSS_LIMIT", {
    group: guard,
    unit: "USD",
    default: "3",
    reason:
      "Realised losses of one UTC day that lock the market: no entries until the day is over and an operator resumes. 0: no limit."
  }),
  orphanPressureWarnAt: integer("ORPHAN_PRESSURE_WARN_AT", {
    group: guard,
    default: "100",
    min: 1,
    max: 10_000,
    reason: "A notice each time the number of recoveries reaches another multiple of this."
  }),

  openOrderLimit: integer("KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT", {
    group: capacity,
    default: "0",
    min: 0,
    max: 1_000,
    reason: "Orders of the pair the exchange lets stand open. 0: by KRAKEN_TIER, 60, 80 or 225."
  }),
  openOrderSafetyRatio: number("OPEN_ORDER_SAFETY_RATIO", {
    group: capacity,
    default: "0.75",
    min: 0.1,
    max: 1,
    reason: "The share of that limit Kennel plans with; the rest is room for exits, which are never held back."
  }),
  autoSoftCloseCapacityPct: number("AUTO_SOFT_CLOSE_CAPACITY_PCT", {
    group: capacity,
    unit: "%",
    default: "95",
    min: 1,
    max: 100,
    reason: "Above this use of the safe cap the farthest recoveries are moved next to the market."
  }),
  autoSoftCloseBatch: integer("AUTO_SOFT_CLOSE_BATCH", {
    group: capacity,
    default: "2",
    min: 1,
    max: 100,
    reason: "How many of them per loop."
  }),
  driftThreshold: integer("OPEN_ORDER_DRIFT_THRESHOLD", {
    group: capacity,
    default: "10",
    min: 1,
    max: 1_000,
    reason:
      "Difference between the exchange's open orders and the journal's that counts as drift, if it is also above 5 %."
  }),
  driftPersistSec: number("OPEN_ORDER_DRIFT_PERSIST_SEC", {
    group: capacity,
    unit: "s",
    default: "600",
    min: 0,
    max: 86_400,
    reason: "A drift this old is an alert; shorter ones are orders on their way."
  }),
  driftCooldownSec: number("OPEN_ORDER_DRIFT_COOLDOWN_SEC", {
    group: capacity,
    unit: "s",
    default: "1800",
    min: 0,
    max: 86_400,
    reason: "Time between two alerts of the same drift."
  }),

  layerDogePerOrder: number("CAPITAL_LAYER_DOGE_PER_ORDER", {
    group: sizing,
    unit: "DOGE",
    default: "1",
    min: 0.00000001,
    max: 1_000_000,
    reason: "What one capital layer adds to every order."
  }),
  layerOrderBudget: integer("CAPITAL_LAYER_ORDER_BUDGET", {
    group: sizing,
    default: "225",
    min: 1,
    max: 10_000,
    reason: "Orders a new layer must be able to fund in the currency it is added from."
  }),
  layerBalanceBuffer: number("CAPITAL_LAYER_BALANCE_BUFFER", {
    group: sizing,
    default: "1.5",
    min: 1,
    max: 100,
    reason: "A layer counts as funded only with this multiple of what its orders need."
  }),
  layerDefaultSource: choice("CAPITAL_LAYER_DEFAULT_SOURCE", {
    group: sizing,
    default: "auto",
    of: ["auto", "doge", "usd"],
    reason: "Which currency must fund a new layer when the command does not say."
  }),
  skewSensitivity: number("REBALANCE_SIZE_SENSITIVITY", {
    group: sizing,
    default: "1.0",
    min: 0,
    max: 100,
    reason: "How much of the rebalancer's skew becomes size on the favoured side."
  }),
  maxSizeMultiplier: number("REBALANCE_MAX_SIZE_MULT", {
    group: sizing,
    default: "1.5",
    min: 1,
    max: 10,
    reason: "The favoured side is never enlarged beyond this."
  }),
  aliasPool: names("SLOT_ALIAS_POOL", {
    group: sizing,
    default: "doge,shiba,floki,cheems,kabosu",
    reason: "Names for slots; when they are used up, doge-01, doge-02, …"
  }),
  volatilityProfit: flag("VOLATILITY_AUTO_PROFIT", {
    group: sizing,
    default: "true",
    reason: "Let the profit target follow the market's volatility."
  }),
  volatilityProfitFactor: number("VOLATILITY_PROFIT_FACTOR", {
    group: sizing,
    default: "0.8",
    min: 0,
    max: 100,
    reason: "Profit target per twice the median move between two loops."
  }),
  volatilityProfitFloorPct: number("VOLATILITY_PROFIT_FLOOR", {
    group: sizing,
    unit: "%",
    default: "1.0",
    min: 0,
    max: 50,
    reason: "The target never falls below this."
  }),
  volatilityProfitCeilingPct: number("VOLATILITY_PROFIT_CEILING", {
    group: sizing,
    unit: "%",
    default: "3.0",
    min: 0.01,
    max: 50,
    reason: "The target never rises above this."
  })
} as const

/** The governor's rules, complete. */
export type GovernorRules = ValuesOf<typeof GOVERNOR_RULES>

/** What the limit on open orders depends on. */
export interface OrderLimit {
  readonly tier: keyof typeof OPEN_ORDERS_OF_TIER
  readonly governor: Pick<GovernorRules, "openOrderLimit">
}

/** The most a tier allows. */
export const openOrdersOfTier = (tier: OrderLimit["tier"]): number => OPEN_ORDERS_OF_TIER[tier]

/** The limit on open orders of the pair: as set, else the tier's. */
export const openOrderLimit = ({ tier, governor }: OrderLimit): number =>
  governor.openOrderLimit === 0 ? openOrdersOfTier(tier) : governor.openOrderLimit

/** The rules as the governor is told them: with the limit that stands behind a 0. */
export const governorRules = (settings: OrderLimit & { readonly governor: GovernorRules }): GovernorRules => ({
  ...settings.governor,
  openOrderLimit: openOrderLimit(settings)
})

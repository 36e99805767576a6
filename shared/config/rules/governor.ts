/**
 * The governor's rules, one row each: what keeps the slots within what account, exchange and operator can bear. They travel in
 * the journal (`GovernorConfigured`); its schema is derived from these rows.
 */
import { OPEN_ORDERS_OF_TIER } from "../../core/openOrders.ts"
import { SettingGroup } from "../setting.ts"
import type { ValuesOf } from "../table.ts"
import { SLOT_RULES } from "./slot.ts"

const guard = new SettingGroup("Guardrails")
const capacity = new SettingGroup("Capacity")
const sizing = new SettingGroup("Sizing")

/** Percentages are in percent; shares are fractions. */
export const GOVERNOR_RULES = {
  loopSec: guard.number("POLL_INTERVAL_SECONDS", {
    unit: "s",
    default: "30",
    within: [1, 3_600],
    reason:
      "Length of a loop in exchange time: the cap on entries is per loop, and guards that look around do so once a loop."
  }),
  maxEntryAddsPerLoop: guard.integer("MAX_ENTRY_ADDS_PER_LOOP", {
    default: "2",
    within: [1, 100],
    reason: "Entries sent per loop; more wait in a queue. Tightened further as the room for open orders shrinks."
  }),
  stalePriceMaxAgeSec: SLOT_RULES.stalePriceMaxAgeSec,
  maxConsecutiveErrors: guard.integer("MAX_CONSECUTIVE_ERRORS", {
    default: "5",
    within: [1, 20],
    reason: "Failing calls to the exchange in a row that pause the market."
  }),
  autoResumeAfterSec: guard.number("AUTO_RESUME_AFTER_SEC", {
    unit: "s",
    default: "15",
    within: [0, 86_400],
    reason:
      "A pause for a stale price, for exchange errors or for missing funds ends by itself once its cause has been gone for so long. 0: an operator resumes."
  }),
  dailyLossLimit: guard.amount("DAILY_LOSS_LIMIT", {
    unit: "USD",
    default: "3",
    reason:
      "Realised losses of one UTC day that lock the market: no entries until the day is over (DAILY_LOSS_LOCK_ENDS). 0: no limit."
  }),
  orphanPressureWarnAt: guard.integer("ORPHAN_PRESSURE_WARN_AT", {
    default: "100",
    within: [1, 10_000],
    reason: "A notice each time the number of recoveries reaches another multiple of this."
  }),

  openOrderLimit: capacity.integer("KRAKEN_OPEN_ORDERS_PER_PAIR_LIMIT", {
    default: "0",
    within: [0, 1_000],
    reason: "Orders of the pair the exchange lets stand open. 0: by KRAKEN_TIER, 60, 80 or 225; never more than that."
  }),
  openOrderSafetyRatio: capacity.number("OPEN_ORDER_SAFETY_RATIO", {
    default: "0.75",
    within: [0.1, 1],
    reason: "The share of that limit Kennel plans with; the rest is room for exits, which are never held back."
  }),
  autoSoftCloseCapacityPct: capacity.number("AUTO_SOFT_CLOSE_CAPACITY_PCT", {
    unit: "%",
    default: "95",
    within: [1, 100],
    reason: "Above this use of the safe cap the farthest recoveries are moved next to the market."
  }),
  autoSoftCloseBatch: capacity.integer("AUTO_SOFT_CLOSE_BATCH", {
    default: "2",
    within: [1, 100],
    reason: "How many of them per loop."
  }),
  driftThreshold: capacity.integer("OPEN_ORDER_DRIFT_MIN", {
    default: "1",
    within: [1, 1_000],
    alsoCalled: ["OPEN_ORDER_DRIFT_THRESHOLD"],
    reason:
      "The least difference between the exchange's open orders and the journal's that counts as drift; it must also be above 5 % of the journal's."
  }),
  driftPersistSec: capacity.number("OPEN_ORDER_DRIFT_PERSIST_SEC", {
    unit: "s",
    default: "600",
    within: [0, 86_400],
    reason: "A drift this old is an alert; shorter ones are orders on their way."
  }),
  driftCooldownSec: capacity.number("OPEN_ORDER_DRIFT_COOLDOWN_SEC", {
    unit: "s",
    default: "1800",
    within: [0, 86_400],
    reason: "Time between two alerts of the same drift."
  }),

  layerDogePerOrder: sizing.number("CAPITAL_LAYER_DOGE_PER_ORDER", {
    unit: "DOGE",
    default: "1",
    within: [0.00000001, 1_000_000],
    reason: "What one capital layer adds to every order."
  }),
  layerOrderBudget: sizing.integer("CAPITAL_LAYER_ORDER_BUDGET", {
    default: "225",
    within: [1, 10_000],
    reason: "Orders a new layer must be able to fund in the currency it is added from."
  }),
  layerBalanceBuffer: sizing.number("CAPITAL_LAYER_BALANCE_BUFFER", {
    default: "1.5",
    within: [1, 100],
    reason: "A layer counts as funded only with this multiple of what its orders need."
  }),
  layerDefaultSource: sizing.choice("CAPITAL_LAYER_DEFAULT_SOURCE", {
    default: "auto",
    of: ["auto", "doge", "usd"],
    reason: "Which currency must fund a new layer when the command does not say."
  }),
  skewSensitivity: sizing.number("REBALANCE_SIZE_SENSITIVITY", {
    default: "1.0",
    within: [0, 100],
    reason: "How much of the rebalancer's skew becomes size on the favoured side."
  }),
  maxSizeMultiplier: sizing.number("REBALANCE_MAX_SIZE_MULT", {
    default: "1.5",
    within: [1, 10],
    reason: "The favoured side is never enlarged beyond this."
  }),
  aliasPool: sizing.names("SLOT_ALIAS_POOL", {
    default: "doge,shiba,floki,cheems,kabosu",
    reason: "Names for slots; when they are used up, doge-01, doge-02, …"
  }),
  volatilityProfit: sizing.flag("VOLATILITY_AUTO_PROFIT", {
    default: "true",
    reason: "Let the profit target follow the market's volatility."
  }),
  volatilityProfitFactor: sizing.number("VOLATILITY_PROFIT_FACTOR", {
    default: "0.8",
    within: [0, 100],
    reason: "Profit target per twice the median move between two loops."
  }),
  volatilityProfitFloorPct: sizing.number("VOLATILITY_PROFIT_FLOOR", {
    unit: "%",
    default: "1.0",
    within: [0, 50],
    reason: "The target never falls below this."
  }),
  volatilityProfitCeilingPct: sizing.number("VOLATILITY_PROFIT_CEILING", {
    unit: "%",
    default: "3.0",
    within: [0.01, 50],
    reason: "The target never rises above this."
  })
} as const

/** How the loss lock ends: beside the rules, because journals of before it knew only the operator. */
export const LOSS_LOCK_SETTINGS = {
  lossLockEnds: guard.choice("DAILY_LOSS_LOCK_ENDS", {
    default: "auto",
    of: ["auto", "midnight", "operator"],
    reason:
      "What ends the pause of the daily loss lock: the next UTC midnight by itself, or an operator's resume after it. auto: midnight on paper, operator when LIVE."
  })
} as const

/** Whether the pause of the loss lock ends by itself when the UTC day is over. */
export const lossLockEndsAlone = ({
  live,
  lossLockEnds
}: { readonly live: boolean } & ValuesOf<typeof LOSS_LOCK_SETTINGS>): boolean =>
  lossLockEnds === "auto" ? !live : lossLockEnds === "midnight"

/** The governor's rules, complete. */
export type GovernorRules = ValuesOf<typeof GOVERNOR_RULES>

/** What the limit on open orders depends on. */
export interface OrderLimit {
  readonly tier: keyof typeof OPEN_ORDERS_OF_TIER
  readonly governor: Pick<GovernorRules, "openOrderLimit">
}

/** The most a tier allows. */
export const openOrdersOfTier = (tier: OrderLimit["tier"]): number => OPEN_ORDERS_OF_TIER[tier]

/** The limit on open orders of the pair: as set, but never more than the tier's. */
export const openOrderLimit = ({ tier, governor }: OrderLimit): number =>
  governor.openOrderLimit === 0 ? openOrdersOfTier(tier) : Math.min(governor.openOrderLimit, openOrdersOfTier(tier))

/** The rules as the governor is told them: with the limit that stands behind a 0. */
export const governorRules = (settings: OrderLimit & { readonly governor: GovernorRules }): GovernorRules => ({
  ...settings.governor,
  openOrderLimit: openOrderLimit(settings)
})

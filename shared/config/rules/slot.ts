/**
 * The rules of a slot, one row each: where entries and exits stand, what they are worth, and when a slot waits. They travel in
 * the journal (`MarketConfigured`), so that an old journal folds as it did: its schema is derived from these rows.
 */
import { later, SettingGroup } from "../setting.ts"
import { defaultsOf, type RulesOf } from "../table.ts"

const slot = new SettingGroup("Slot rules")
const pair = new SettingGroup("Pair, until the exchange has said its own")

/** What the exchange demands of an order of the pair, and charges: these count until it has said its own. */
export const PAIR_TERMS = {
  priceDecimals: pair.integer("PRICE_DECIMALS", {
    default: "6",
    within: [0, 10],
    reason: "Digits after the point of a price."
  }),
  volumeDecimals: pair.integer("VOLUME_DECIMALS", {
    default: "0",
    within: [0, 8],
    reason: "Digits after the point of a volume."
  }),
  minVolume: pair.volume("MIN_VOLUME", {
    unit: "DOGE",
    default: "13",
    reason: "Smallest order by volume."
  }),
  minCost: pair.amount("MIN_COST_USD", { unit: "USD", default: "0.5", reason: "Smallest order by value." }),
  makerFeePct: pair.number("MAKER_FEE_PCT", {
    unit: "%",
    default: "0.25",
    within: [0, 10],
    reason: "Fee of an order that waits on the book."
  })
} as const

/** Percentages are in percent: 0.2 means 0.2 %. */
export const SLOT_RULES = {
  entryPct: slot.number("ENTRY_PCT", {
    unit: "%",
    default: "0.2",
    within: [0.01, 50],
    reason: "How far from the market an entry is placed."
  }),
  profitPct: slot.number("PROFIT_PCT", {
    unit: "%",
    default: "1.0",
    within: [0.01, 50],
    reason: "How far from its entry an exit is placed. Must cover two maker fees to earn anything."
  }),
  refreshPct: slot.number("REFRESH_PCT", {
    unit: "%",
    default: "1.0",
    within: [0.01, 50],
    reason: "An entry this far from the market is replaced by one nearer to it."
  }),
  orderSize: slot.amount("ORDER_SIZE_USD", {
    unit: "USD",
    default: "1",
    reason:
      "What one entry is worth. Never raised to the exchange's minimum: the slot waits instead, and says so. With three slots and 1 a day of ordinary losses stays below DAILY_LOSS_LIMIT."
  }),
  s1OrphanAfterSec: slot.number("S1_ORPHAN_AFTER_SEC", {
    unit: "s",
    default: "1350",
    within: [1, 31_536_000],
    reason: "A lone exit this old, with the market moving away from it, becomes a recovery."
  }),
  s2OrphanAfterSec: slot.number("S2_ORPHAN_AFTER_SEC", {
    unit: "s",
    default: "1800",
    within: [1, 31_536_000],
    reason: "Two exits open for this long: the farther one becomes a recovery."
  }),
  lossBackoffStart: slot.integer("LOSS_BACKOFF_START", {
    default: "3",
    within: [1, 1_000],
    reason: "Losses in a row from which entries keep a growing distance."
  }),
  lossBackoffFactor: slot.number("BACKOFF_FACTOR", {
    default: "0.5",
    within: [0, 100],
    reason: "How much each further loss adds to that distance, as a multiple of ENTRY_PCT."
  }),
  lossBackoffMax: slot.number("BACKOFF_MAX_MULTIPLIER", {
    default: "5",
    within: [1, 100],
    reason: "The distance never grows beyond this multiple of ENTRY_PCT."
  }),
  lossCooldownStart: slot.integer("LOSS_COOLDOWN_START", {
    default: "5",
    within: [1, 1_000],
    reason: "Losses in a row from which the trade also pauses after each."
  }),
  lossCooldownSec: slot.number("LOSS_COOLDOWN_SEC", {
    unit: "s",
    default: "900",
    within: [0, 31_536_000],
    reason: "That pause."
  }),
  reentryBaseCooldownSec: slot.number("REENTRY_BASE_COOLDOWN_SEC", {
    unit: "s",
    default: "60",
    within: [0, 31_536_000],
    reason: "Pause before a trade enters again after any cycle or orphan, won or lost. 0: none."
  }),
  maxConsecutiveRefreshes: slot.integer("MAX_CONSECUTIVE_REFRESHES", {
    default: "3",
    within: [1, 1_000],
    reason: "Refreshes in one direction that count as chasing the market: then it pauses."
  }),
  refreshCooldownSec: slot.number("REFRESH_COOLDOWN_SEC", {
    unit: "s",
    default: "300",
    within: [0, 31_536_000],
    reason: "That pause."
  }),
  maxRecoverySlots: slot.integer("MAX_RECOVERY_SLOTS", {
    default: "2",
    within: [1, 100],
    reason: "Recoveries a slot may hold; one more evicts one and books its loss."
  }),
  recoveryEviction: slot.choice("RECOVERY_EVICTION", {
    default: "oldest",
    of: ["oldest", "farthest"],
    reason: "Which recovery is evicted: the oldest, or the one farthest from the market."
  }),
  skewInS1: later(
    slot.flag("REBALANCE_ON_S1", {
      default: "true",
      reason:
        "Let the rebalancer's skew enlarge entries of a slot with one position open (S1a, S1b) too. False: only while none is open."
    })
  ),
  stalePriceMaxAgeSec: slot.number("STALE_PRICE_MAX_AGE_SEC", {
    unit: "s",
    default: "60",
    within: [1, 86_400],
    reason:
      "A price older than this pauses the market. Where a simulated exchange runs fast, never less than 1.5 s of the wall."
  }),

  ...PAIR_TERMS
} as const

/** The rules of a slot. */
export type SlotRules = RulesOf<typeof SLOT_RULES>

/** The rules of an empty environment. */
export const DEFAULT_SLOT_RULES: SlotRules = defaultsOf(SLOT_RULES)

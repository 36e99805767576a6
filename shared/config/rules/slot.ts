/**
 * The rules of a slot, one row each: where entries and exits stand, what they are worth, and when a slot waits. They travel in
 * the journal (`MarketConfigured`), so that an old journal folds as it did: its schema is derived from these rows.
 */
import { amount, choice, integer, number, volume } from "../setting.ts"
import { defaultsOf, type ValuesOf } from "../table.ts"

const slot = "Slot rules"
const pair = "Pair, until the exchange has said its own"

/** Percentages are in percent: 0.2 means 0.2 %. */
export const SLOT_RULES = {
  entryPct: number("ENTRY_PCT", {
    group: slot,
    unit: "%",
    default: "0.2",
    min: 0.01,
    max: 50,
    reason: "How far from the market an entry is placed."
  }),
  profitPct: number("PROFIT_PCT", {
    group: slot,
    unit: "%",
    default: "1.0",
    min: 0.01,
    max: 50,
    reason: "How far from its entry an exit is placed. Must cover two maker fees to earn anything."
  }),
  refreshPct: number("REFRESH_PCT", {
    group: slot,
    unit: "%",
    default: "1.0",
    min: 0.01,
    max: 50,
    reason: "An entry this far from the market is replaced by one nearer to it."
  }),
  orderSize: amount("ORDER_SIZE_USD", {
    group: slot,
    unit: "USD",
    default: "2",
    reason: "What one entry is worth. Never raised to the exchange's minimum: the slot waits instead, and says so."
  }),
  s1OrphanAfterSec: number("S1_ORPHAN_AFTER_SEC", {
    group: slot,
    unit: "s",
    default: "1350",
    min: 1,
    max: 31_536_000,
    reason: "A lone exit this old, with the market moving away from it, becomes a recovery."
  }),
  s2OrphanAfterSec: number("S2_ORPHAN_AFTER_SEC", {
    group: slot,
    unit: "s",
    default: "1800",
    min: 1,
    max: 31_536_000,
    reason: "Two exits open for this long: the farther one becomes a recovery."
  }),
  lossBackoffStart: integer("LOSS_BACKOFF_START", {
    group: slot,
    default: "3",
    min: 1,
    max: 1_000,
    reason: "Losses in a row from which entries keep a growing distance."
  }),
  lossBackoffFactor: number("BACKOFF_FACTOR", {
    group: slot,
    default: "0.5",
    min: 0,
    max: 100,
    reason: "How much each further loss adds to that distance, as a multiple of ENTRY_PCT."
  }),
  lossBackoffMax: number("BACKOFF_MAX_MULTIPLIER", {
    group: slot,
    default: "5",
    min: 1,
    max: 100,
    reason: "The distance never grows beyond this multiple of ENTRY_PCT."
  }),
  lossCooldownStart: integer("LOSS_COOLDOWN_START", {
    group: slot,
    default: "5",
    min: 1,
    max: 1_000,
    reason: "Losses in a row from which the trade also pauses after each."
  }),
  lossCooldownSec: number("LOSS_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "900",
    min: 0,
    max: 31_536_000,
    reason: "That pause."
  }),
  reentryBaseCooldownSec: number("REENTRY_BASE_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "60",
    min: 0,
    max: 31_536_000,
    reason: "Pause before a trade enters again after any cycle or orphan, won or lost. 0: none."
  }),
  maxConsecutiveRefreshes: integer("MAX_CONSECUTIVE_REFRESHES", {
    group: slot,
    default: "3",
    min: 1,
    max: 1_000,
    reason: "Refreshes in one direction that count as chasing the market: then it pauses."
  }),
  refreshCooldownSec: number("REFRESH_COOLDOWN_SEC", {
    group: slot,
    unit: "s",
    default: "300",
    min: 0,
    max: 31_536_000,
    reason: "That pause."
  }),
  maxRecoverySlots: integer("MAX_RECOVERY_SLOTS", {
    group: slot,
    default: "2",
    min: 1,
    max: 100,
    reason: "Recoveries a slot may hold; one more evicts one and books its loss."
  }),
  recoveryEviction: choice("RECOVERY_EVICTION", {
    group: slot,
    default: "oldest",
    of: ["oldest", "farthest"],
    reason: "Which recovery is evicted: the oldest, or the one farthest from the market."
  }),
  stalePriceMaxAgeSec: number("STALE_PRICE_MAX_AGE_SEC", {
    group: slot,
    unit: "s",
    default: "60",
    min: 1,
    max: 86_400,
    reason:
      "A price older than this pauses the market. Where a simulated exchange runs fast, never less than 1.5 s of the wall."
  }),

  priceDecimals: integer("PRICE_DECIMALS", {
    group: pair,
    default: "6",
    min: 0,
    max: 10,
    reason: "Digits after the point of a price."
  }),
  volumeDecimals: integer("VOLUME_DECIMALS", {
    group: pair,
    default: "0",
    min: 0,
    max: 8,
    reason: "Digits after the point of a volume."
  }),
  minVolume: volume("MIN_VOLUME", {
    group: pair,
    unit: "DOGE",
    default: "13",
    reason: "Smallest order by volume."
  }),
  minCost: amount("MIN_COST_USD", { group: pair, unit: "USD", default: "0.5", reason: "Smallest order by value." }),
  makerFeePct: number("MAKER_FEE_PCT", {
    group: pair,
    unit: "%",
    default: "0.25",
    min: 0,
    max: 10,
    reason: "Fee of an order that waits on the book."
  })
} as const

/** The rules of a slot, complete. */
export type SlotRules = ValuesOf<typeof SLOT_RULES>

/** The rules of an empty environment. */
export const DEFAULT_SLOT_RULES: SlotRules = defaultsOf(SLOT_RULES)

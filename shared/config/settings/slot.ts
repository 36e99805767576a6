/** The slot rules' part of the settings: where entries and exits stand, what they are worth, and when a slot waits. */
import { MAX_SLOT } from "../../core/ids/clientId.ts"
import { amount, choice, integer, number } from "../setting.ts"

const slot = "Slot rules"

export const SLOT_SETTINGS = {
  slots: integer("SLOTS", {
    group: slot,
    default: "3",
    min: 1,
    max: MAX_SLOT,
    reason: "How many slots trade. Each holds at most two orders and its recoveries; three show what slots are."
  }),
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
  })
} as const

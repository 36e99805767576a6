/** What it takes to see a slot trade without an exchange: rules, the facts it waits for, and the answers to what it asks. */
import { GOVERNOR_RULES } from "../../shared/config/rules/governor.ts"
import { DEFAULT_SLOT_RULES } from "../../shared/config/rules/slot.ts"
import { defaultsOf } from "../../shared/config/table.ts"
import { OPEN_ORDERS_OF_TIER } from "../../shared/core/openOrders.ts"
import type { Rule } from "../../shared/core/rules/rules.ts"
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { GovernorRules, SlotRules } from "../../shared/events/families/control.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"

/** The default rules with a minimum that the default order size clears at DOGE's prices. */
export const tradingRules: SlotRules = { ...DEFAULT_SLOT_RULES, minVolume: Volume.parse("2") }

/** Refreshes without a pause: a price that jumps by more than `refreshPct` decides something at every tick. */
export const restlessRules: SlotRules = { ...tradingRules, maxConsecutiveRefreshes: 1_000_000, refreshCooldownSec: 0 }

/** A governor that lets every entry go at once. */
export const generousRules: GovernorRules = {
  ...defaultsOf(GOVERNOR_RULES),
  maxEntryAddsPerLoop: 1_000_000,
  openOrderLimit: OPEN_ORDERS_OF_TIER.pro
}

const because = (rule: Rule) => ({ rule, numbers: {} })

/** What a governor says of a market of one slot that runs. */
export const marketRuns: readonly [MarketEvent, ...Array<MarketEvent>] = [
  { _tag: "SlotsSet", slots: [{ slot: 1, alias: "doge", state: "active" }], reason: because("configured") },
  { _tag: "ModeChanged", mode: "RUNNING", reason: because("started") }
]

/** The governor's answer to a question for funds: more than the slot needs. */
export const plentyAllotted: EventOf<"FundsAllotted"> = {
  _tag: "FundsAllotted",
  slot: 1,
  base: Volume.parse("100000"),
  quote: Quote.parse("100000"),
  reason: because("free_and_unreserved")
}

/** The n-th price of a market that jumps by 2 % at every tick: an entry placed at one price is stale at the other. */
export const jumpingPrice = (n: number): EventOf<"PriceObserved"> => {
  const last = Price.parse(n % 2 === 0 ? "0.1" : "0.102")
  return { _tag: "PriceObserved", last, bid: last, ask: last }
}

/** The facts of the account that slot and governor wait for. */
export const accountFacts: readonly [MarketEvent, ...Array<MarketEvent>] = [
  {
    _tag: "BalancesObserved",
    base: { total: Volume.parse("100000"), hold: Volume.zero },
    quote: { total: Quote.parse("100000"), hold: Quote.zero }
  },
  {
    _tag: "ConstraintsObserved",
    priceDecimals: 7,
    volumeDecimals: 8,
    minVolume: tradingRules.minVolume,
    minCost: tradingRules.minCost,
    status: "online"
  },
  { _tag: "FeesObserved", makerPct: 0.25, takerPct: 0.4 },
  { _tag: "AccountReconciled", openOrders: 0, missed: 0, foreignOrders: 0, windowStartMs: 0 }
]

/** The answer to a cancel: the order is off the book and nothing of it was filled. A slot keeps few cancels unanswered. */
export const cancelled = (localId: number): EventOf<"OrderCancelled"> => ({
  _tag: "OrderCancelled",
  clientId: "test",
  localId,
  txid: `O${localId}`,
  price: Price.zero,
  volume: Volume.zero,
  cost: Quote.zero,
  fee: Quote.zero,
  cause: "User requested"
})

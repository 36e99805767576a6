/** Whether the settings make sense at this exchange, at this price, with these fees. Pure. */
import { CLOCK_SLACK_MS } from "../../../shared/exchange/venueClock.ts"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { type GovernorRules, openOrderLimit } from "../../../shared/config/rules/governor.ts"
import type { SlotRules } from "../../../shared/config/rules/slot.ts"
import type { Settings } from "../../../app/settings.ts"
import { originOf } from "../../../shared/core/ids/clientId.ts"
import type { OrderReport } from "../../../shared/exchange/port.ts"
import { fail, type Finding, ok, warn } from "./check.ts"

/** What is known of the exchange; null where nobody could be asked. */
export interface Terms {
  readonly makerPct: number | null
  readonly minVolume: Volume
  readonly minCost: Quote
  readonly price: Price | null
  /** Where these come from: `the exchange`, `the journal`, `the settings`. */
  readonly source: string
}

/** The profit target must earn more than entry and exit cost. */
export const feeFinding = (
  { live, slot: { profitPct } }: { readonly live: boolean; readonly slot: Pick<SlotRules, "profitPct"> },
  terms: Terms
): Finding => {
  if (terms.makerPct === null)
    return warn("fees", "the maker fee is not known", "start once, or make the exchange reachable")
  const cost = 2 * terms.makerPct
  const text = `PROFIT_PCT ${profitPct} % against two maker fees of ${terms.makerPct} % (${terms.source})`
  if (profitPct > cost) return ok("fees", text)
  const advice = `every cycle would lose; set PROFIT_PCT above ${cost}`
  return live ? fail("fees", text, advice) : warn("fees", text, advice)
}

/** The orders that the slots may come to hold must fit under the safe cap. */
export const tierFinding = (
  settings: Pick<Settings, "tier" | "slots"> & {
    readonly slot: Pick<SlotRules, "maxRecoverySlots">
    readonly governor: Pick<GovernorRules, "openOrderLimit" | "openOrderSafetyRatio">
  }
): Finding => {
  const limit = openOrderLimit(settings)
  const safeCap = Math.floor(limit * settings.governor.openOrderSafetyRatio)
  const most = settings.slots * (2 + settings.slot.maxRecoverySlots)
  const text = `KRAKEN_TIER ${settings.tier}: ${limit} open orders, ${safeCap} of them planned with; ${settings.slots} slots hold up to ${most}`
  return most <= safeCap
    ? ok("tier", text)
    : warn(
        "tier",
        text,
        "fewer SLOTS or MAX_RECOVERY_SLOTS, or the tier the account really has; entries wait at the cap"
      )
}

/** The exchange does not say its tier: with real money a person must. `given` is the setting as it stands, if it does. */
export const tierSaidFinding = ({ tier }: Pick<Settings, "tier">, given: string | undefined): Finding =>
  given === undefined || given === ""
    ? warn("tier", `KRAKEN_TIER is not set, ${tier} is assumed`, "set it to the account's verification tier at Kraken")
    : ok("tier", `${tier}, as set`)

/** An order of the size set must reach the exchange's minimum, or every slot waits. */
export const sizeFinding = (
  { orderSize }: Pick<SlotRules, "orderSize">,
  { minVolume, minCost, price, source }: Terms
): Finding => {
  if (price === null) return warn("size", "no price is known", "start once, or make the exchange reachable")
  const volume = Quote.toNumber(orderSize) / Price.toNumber(price)
  const text =
    `ORDER_SIZE_USD ${Quote.format(orderSize)} buys ${volume.toFixed(2)} DOGE at ${Price.format(price)}; ` +
    `least order ${Volume.format(minVolume)} DOGE and ${Quote.format(minCost)} USD (${source})`
  if (volume >= Volume.toNumber(minVolume) && orderSize >= minCost) return ok("size", text)
  const least = Math.max(Quote.toNumber(minCost), Volume.toNumber(minVolume) * Price.toNumber(price) * 1.05)
  return warn(
    "size",
    text,
    `slots would wait, sizes are never raised; set ORDER_SIZE_USD to ${least.toFixed(2)} or more`
  )
}

/** States of a pair in which orders of ours are taken: post-only limits. */
const TAKES_OURS: ReadonlySet<string> = new Set(["online", "post_only", "limit_only"])

/** Whether the pair takes orders now. */
export const statusFinding = (symbol: string, status: string, price: Price): Finding => {
  const text = `${symbol} is ${status} at ${Price.format(price)}`
  if (status === "online") return ok("exchange", text)
  return TAKES_OURS.has(status)
    ? warn("exchange", text, "our orders are taken, others may not be: little may trade until it is online")
    : warn("exchange", text, "no order is taken: the market would pause (pair_closed) until it is online")
}

/** Orders of the pair that no Kennel has asked for, by their client ids: left alone, and in the way. */
export const besideFinding = (open: ReadonlyArray<Pick<OrderReport, "clientId">>): Finding => {
  const foreign = open.filter(({ clientId }) => clientId === null || originOf(clientId) === null).length
  const text = `${open.length} open orders of the pair, ${foreign} of them not ours`
  return foreign === 0
    ? ok("orders", text)
    : warn(
        "orders",
        text,
        "they are left alone, take places under the open-order limit and hold funds: one program an account is best"
      )
}

/** Warned of; refused is a clock that is farther off than the gateway allows for: deadlines would lie. */
const SKEW_WARN_MS = 1_000

/** `skewMs`: this machine's clock less the exchange's; `doubtMs`: half a round trip and the reply's resolution. */
export const clockFinding = (skewMs: number, doubtMs: number): Finding => {
  const text = `this machine is ${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs < 0 ? "behind" : "ahead of"} the exchange, ± ${(doubtMs / 1_000).toFixed(1)} s`
  const surely = Math.max(0, Math.abs(skewMs) - doubtMs)
  if (surely >= CLOCK_SLACK_MS) return fail("clock", text, "set the clock by NTP: signatures and deadlines go by it")
  return surely >= SKEW_WARN_MS ? warn("clock", text, "set the clock by NTP") : ok("clock", text)
}

/** What a command has changed, in numbers that a person can check: the state before it against the state after. Pure. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Command } from "../../../../shared/events/families/command.ts"
import { capacityOf } from "../entries/capacity.ts"
import { freeFunds } from "../entries/funds.ts"
import { lossLimit } from "../mode/lossLock.ts"
import { recoveriesOf } from "../orderTable.ts"
import { rulesOf } from "../rules.ts"
import { profitPctInForce } from "../slots/profitTarget.ts"
import { entryPctInForce } from "../slots/recoveries.ts"
import { fundableLayers } from "../slots/sizing.ts"
import { activeSlots } from "../slots/slots.ts"
import type { GovernorState } from "../state.ts"

/** Orders of a slot of which nothing is orphaned: two entries, or an entry and an exit. */
const ORDERS_OF_A_SLOT = 2

/** `the limit: 3 USD → 5 USD`, or that it stays as it is. */
const fromTo = (what: string, before: string, after: string): string =>
  before === after ? `${what} stays at ${after}` : `${what}: ${before} → ${after}`

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
const pct = (value: number | null): string => (value === null ? "not known yet" : `${Number(value.toPrecision(6))} %`)
const usd = (amount: Quote): string => (amount === 0n ? "none" : `${Quote.format(amount)} USD`)

const lossLimits = (before: GovernorState, after: GovernorState): ReadonlyArray<string> => {
  const { loss, locked } = after.loss
  const limit = lossLimit(after, rulesOf(after))
  const lock = locked ? "closed" : "open"
  return [
    fromTo("daily loss limit", usd(lossLimit(before, rulesOf(before))), usd(limit)),
    `today's losing cycles come to ${Quote.format(loss)} USD: the lock ${
      locked === before.loss.locked ? `stays ${lock}` : `is ${lock} from here on`
    }`
  ]
}

const profitTargets = (before: GovernorState, after: GovernorState): ReadonlyArray<string> => {
  const line = fromTo("profit target in force", pct(profitPctInForce(before)), pct(profitPctInForce(after)))
  const { runtimeProfitPct, profitPct } = after.targets
  if (runtimeProfitPct === null) return [`${line}, for exits planned from now on`]
  const own = profitPct === null ? "" : `: the operator's own ${pct(profitPct)} counts only while it does not`
  return [line, `volatility sets the target, now ${pct(runtimeProfitPct)}${own}`]
}

const layers = (before: GovernorState, after: GovernorState): ReadonlyArray<string> => {
  const { layerDogePerOrder } = rulesOf(after)
  const doge = ({ sizing }: GovernorState) =>
    `${Number((sizing.effectiveLayers * layerDogePerOrder).toPrecision(6))} DOGE`
  const fundable = fundableLayers(after, rulesOf(after))
  return [
    fromTo("capital layers wanted", String(before.sizing.targetLayers), String(after.sizing.targetLayers)),
    fromTo(
      "funded, and carried by new orders",
      String(before.sizing.effectiveLayers),
      String(after.sizing.effectiveLayers)
    ),
    fromTo("of that in each new order", doge(before), doge(after)),
    ...(fundable === null
      ? []
      : [
          `free funds reach for ${fundable.fromDoge} layers of the sells and ${fundable.fromUsd} of the buys that stand`
        ])
  ]
}

const moreSlots = (before: GovernorState, after: GovernorState): ReadonlyArray<string> => {
  const more = activeSlots(after).length - activeSlots(before).length
  const { headroom, safeCap, open } = capacityOf(before, rulesOf(before))
  const wanted = more * ORDERS_OF_A_SLOT
  const free = Math.max(0, headroom)
  const funds = freeFunds(before)
  return [
    fromTo("active slots", String(activeSlots(before).length), String(activeSlots(after).length)),
    `they want ${wanted} orders to begin with; ${open} are open and ${free} more fit under the safe cap of ${safeCap}` +
      (wanted > free ? `: ${wanted - free} of them will not be placed before others end` : ""),
    funds === null
      ? "balances are not known yet"
      : `free for them, and for all others: ${Volume.format(funds.base)} DOGE and ${Quote.format(funds.quote)} USD; a slot without money for an order waits`
  ]
}

const fewerSlots = (before: GovernorState, after: GovernorState): ReadonlyArray<string> => {
  const stays = new Set(activeSlots(after).map(({ slot }) => slot))
  const leaving = activeSlots(before).filter(({ slot }) => !stays.has(slot))
  const has = new Set<number>(leaving.map(({ slot }) => slot))
  const orders = before.orders.filter(({ slot }) => has.has(slot))
  const recoveries = recoveriesOf(before).filter(({ slot }) => has.has(slot))
  const exits = orders.filter(({ recovery, role }) => recovery === null && role === "exit")
  return [
    fromTo("active slots", String(activeSlots(before).length), String(stays.size)),
    `leaving: ${leaving.map(({ slot, alias }) => `${slot} ${alias}`).join(", ")}`,
    `taken off the book: ${orders.length} of ${before.orders.length} orders, of which ${exits.length} are exits and ${recoveries.length} recoveries; ` +
      "what those were to close stays in the account, in no cycle"
  ]
}

/** What stands, and what of it goes on. */
const standing = ({ orders, scheduler }: GovernorState): string => {
  const recoveries = orders.filter(({ recovery }) => recovery !== null).length
  const entries = orders.filter(({ role }) => role === "entry").length - scheduler.queue.length
  const exits = orders.length - entries - scheduler.queue.length - recoveries
  return `on the book: ${counted(entries, "entry", "entries")}, ${counted(exits, "exit", "exits")} and ${counted(recoveries, "recovery", "recoveries")}, all of which stay`
}

const pauses = (before: GovernorState): ReadonlyArray<string> => [
  standing(before),
  `entries that wait and are dropped: ${before.scheduler.queue.length}`
]

const resumes = (before: GovernorState): ReadonlyArray<string> => {
  const { headroom, safeCap } = capacityOf(before, rulesOf(before))
  return [
    standing(before),
    `active slots that may enter again: ${activeSlots(before).length}; ${Math.max(0, headroom)} more orders fit under the safe cap of ${safeCap}`
  ]
}

const counts = (before: GovernorState): ReadonlyArray<string> => {
  const { exchange, internal } = capacityOf(before, rulesOf(before))
  return [
    `open orders of the pair, by the exchange's last word: ${exchange ?? "not known yet"}, whoever placed them; by the journal: ${internal}`
  ]
}

/** The lines of a command that was carried out; none for one whose effects are events of their own. */
export const changesOf = (before: GovernorState, after: GovernorState, command: Command): ReadonlyArray<string> => {
  switch (command.name) {
    case "pause":
      return pauses(before)
    case "resume":
      return resumes(before)
    case "reconcile_drift":
      return counts(before)
    case "set_daily_loss_limit":
      return lossLimits(before, after)
    case "set_entry_pct":
      return [
        `${fromTo("entry distance in force", pct(entryPctInForce(before)), pct(entryPctInForce(after)))}, for entries planned from now on`
      ]
    case "set_profit_pct":
      return profitTargets(before, after)
    case "add_layer":
    case "remove_layer":
      return layers(before, after)
    case "add_slot":
      return moreSlots(before, after)
    case "remove_slot":
    case "remove_slots":
      return fewerSlots(before, after)
    default:
      return []
  }
}

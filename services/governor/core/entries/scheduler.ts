/**
 * The entry scheduler: of the entries that slots ask for, a limited number per loop go to the exchange, fewer as the room for open orders
 * shrinks; the others wait in a queue that is part of the state.
 */
import type { LocalId, SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { roomOf } from "./capacity.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { coversWaiting, shortage, unsettled } from "./funds.ts"
import { findOrder } from "../../../../shared/market/core/liveOrders.ts"
import { change, forget, waitingOf, waitingPricesOf } from "../orderTable.ts"
import { orderKey } from "../../../../shared/market/core/orderLife.ts"
import { standsStill } from "../mode/mode.ts"
import { readyForEntries } from "../mode/startup.ts"
import { isActive } from "../slots/slots.ts"
import type { GovernorState, TrackedOrder } from "../state.ts"

/** The most entries per loop with at most this headroom (docs/trading-contract.md §8). */
const TIERS: ReadonlyArray<readonly [headroom: number, entries: number]> = [
  [5, 1],
  [10, 2],
  [20, 3]
]

/**
 * Entries that may leave in a loop: the configured number, tightened by headroom and never looser than configured. Without any
 * headroom none: the safe cap is a cap, and what lies beyond it is for exits.
 */
export const entryCap = (headroom: number, { maxEntryAddsPerLoop }: GovernorRules): number => {
  if (headroom <= 0) return 0
  const tier = TIERS.find(([upTo]) => headroom <= upTo)
  return tier === undefined ? maxEntryAddsPerLoop : Math.min(maxEntryAddsPerLoop, tier[1])
}

type AskAgain = EventOf<"EntryRefused">["askAgain"]

type Verdict =
  | { readonly _tag: "Grant" | "Defer"; readonly reason: Reason }
  | { readonly _tag: "Refuse"; readonly askAgain: AskAgain; readonly reason: Reason }

/** Why a market that stands still lets no entry pass. */
const stillness = ({ mode }: GovernorState): Reason =>
  reason(mode.mode === "HALTED" ? "halted" : "paused", { cause: mode.reason?.rule ?? "" })

/** What becomes of an entry now; null: it waits on. */
const judge = (state: GovernorState, rules: GovernorRules, order: TrackedOrder, queued: boolean): Verdict | null => {
  const refuse = (why: Reason): Verdict => ({ _tag: "Refuse", askAgain: "later", reason: why })
  const { mode } = state.mode
  if (mode === "PAUSED" || mode === "HALTED") return refuse(stillness(state))
  if (!readyForEntries(state)) return refuse(reason("starting", {}))
  if (!isActive(state, order.slot)) return refuse(reason("slot_inactive", {}))
  const { price } = state.market
  if (queued && price !== null && (order.side === "sell" ? order.price <= price : order.price >= price)) {
    const why = reason("price_passed", { marketPrice: state.market.priceNumber })
    return { _tag: "Refuse", askAgain: "now", reason: why }
  }
  const lacks = shortage(state, order)
  if (lacks !== null && unsettled(state)) return { _tag: "Defer", reason: reason("balances_unsettled", lacks) }
  if (lacks !== null) return refuse(reason("entry_not_covered", lacks))
  const { headroom, open, limit, safeCap } = roomOf(state, rules)
  const cap = entryCap(headroom, rules)
  const { grantedInLoop } = state.scheduler
  // One that waits already is told nothing: most of a queue does nothing else at most events.
  if (queued && (open >= limit || headroom <= 0 || grantedInLoop >= cap)) return null
  const numbers = { headroom, open, safeCap, limit, cap, grantedInLoop }
  if (open >= limit) return { _tag: "Defer", reason: reason("open_order_limit", numbers) }
  if (headroom <= 0) return { _tag: "Defer", reason: reason("no_headroom", numbers) }
  if (grantedInLoop >= cap) return { _tag: "Defer", reason: reason("loop_cap", numbers) }
  return { _tag: "Grant", reason: reason("within_limits", numbers) }
}

/** A slot asks for an entry: it is judged at once. Those that wait already go first. */
export const schedule = (draft: Draft, order: TrackedOrder): void => {
  drain(draft)
  settle(draft, order, false)
}

/** Judges one entry and does accordingly. `queued`: it waits already. */
export const settle = (draft: Draft, order: TrackedOrder, queued: boolean): void => {
  const { slot, localId } = order
  const verdict = judge(draft.state, draft.rules, order, queued)
  if (verdict === null) return
  const { scheduler } = draft.state
  switch (verdict._tag) {
    case "Grant":
      change(draft, slot, localId, { stage: "granted" })
      draft.state.scheduler = {
        ...scheduler,
        grantedInLoop: scheduler.grantedInLoop + 1,
        drainedTotal: scheduler.drainedTotal + (queued ? 1 : 0),
        queue: without(scheduler.queue, order)
      }
      draft.outputs.push({ _tag: "EntryGranted", slot, localId, reason: verdict.reason })
      return
    case "Defer":
      if (queued) return
      change(draft, slot, localId, { stage: "deferred" })
      draft.state.scheduler = {
        ...scheduler,
        queue: [...scheduler.queue, orderKey(slot, localId)],
        deferredTotal: scheduler.deferredTotal + 1
      }
      draft.outputs.push({ _tag: "EntryDeferred", slot, localId, reason: verdict.reason })
      return
    case "Refuse":
      return refuseEntry(draft, order, verdict.reason, verdict.askAgain)
  }
}

const without = (queue: ReadonlyArray<string>, { slot, localId }: TrackedOrder): ReadonlyArray<string> => {
  const gone = orderKey(slot, localId)
  return queue.filter((key) => key !== gone)
}

/** The entry is gone for good. */
const refuseEntry = (draft: Draft, order: TrackedOrder, why: Reason, askAgain: AskAgain): void => {
  const { slot, localId } = order
  const { scheduler } = draft.state
  draft.state.scheduler = { ...scheduler, queue: without(scheduler.queue, order) }
  forget(draft, slot, localId)
  draft.outputs.push({ _tag: "EntryRefused", slot, localId, askAgain, reason: why })
}

/** The table of live orders is full: an entry that nobody follows must not be sent. */
export const refuseUntracked = (draft: Draft, slot: SlotNumber, localId: LocalId): void => {
  const why = reason("too_many_orders", { most: MAX_FOLLOWED_ORDERS })
  draft.outputs.push({ _tag: "EntryRefused", slot, localId, askAgain: "later", reason: why })
}

/** A new loop has begun: its budget is whole again. True when one has. */
export const beginLoop = (draft: Draft): boolean => {
  const loop = Math.floor(draft.state.nowMs / (draft.rules.loopSec * 1_000))
  if (loop === draft.state.scheduler.loop) return false
  draft.state.scheduler = { ...draft.state.scheduler, loop, grantedInLoop: 0 }
  return true
}

/** A smaller budget than this loop has spent already is spent, not overspent. */
export const fitBudget = (draft: Draft): void => {
  const { scheduler } = draft.state
  const grantedInLoop = Math.min(scheduler.grantedInLoop, draft.rules.maxEntryAddsPerLoop)
  draft.state.scheduler = { ...scheduler, grantedInLoop }
}

/**
 * Lets waiting entries go, oldest first, as far as this loop's budget reaches; refuses those that may not go any more. During a
 * start they wait: nothing has been decided against them.
 */
export const drain = (draft: Draft): void => {
  if (!readyForEntries(draft.state) || waitsOn(draft)) return
  const { grantedInLoop } = draft.state.scheduler
  for (const { order } of waitingOf(draft.state)) {
    settle(draft, order, true)
    // The others wait on, where nothing but the budget was left to ask.
    if (draft.state.scheduler.grantedInLoop > grantedInLoop && waitsOn(draft)) return
  }
}

/** Whether every entry that waits goes on waiting: `judge` says null to each, known without asking it of each. */
export const waitsOn = ({ state, rules }: Pick<Draft, "state" | "rules">): boolean => {
  if (state.scheduler.queue.length === 0) return waitingOf(state).length === 0
  return (
    !standsStill(state) && atCap(state, rules) && !pricePassed(state) && allActive(state) && coversOrUnsettled(state)
  )
}

const coversOrUnsettled = (state: GovernorState): boolean => coversWaiting(state) || unsettled(state)

/** Nothing more goes in this loop, or for want of room. */
const atCap = (state: GovernorState, rules: GovernorRules): boolean => {
  const { headroom, open, limit } = roomOf(state, rules)
  return open >= limit || headroom <= 0 || state.scheduler.grantedInLoop >= entryCap(headroom, rules)
}

/** The market has passed the price of an entry that waits. */
const pricePassed = (state: GovernorState): boolean => {
  const { price } = state.market
  const { highestBuy, lowestSell } = waitingPricesOf(state)
  if (price === null) return false
  return (highestBuy !== null && highestBuy >= price) || (lowestSell !== null && lowestSell <= price)
}

/** For the last list of slots and of entries that wait: both are replaced and never changed. */
let lastActive: { readonly slots: unknown; readonly waiting: unknown; readonly all: boolean } | null = null

/** Whether every slot with an entry that waits trades. */
const allActive = (state: GovernorState): boolean => {
  const waiting = waitingOf(state)
  const { slots } = state.slots
  if (lastActive?.slots !== slots || lastActive.waiting !== waiting)
    lastActive = { slots, waiting, all: waiting.every(({ order }) => isActive(state, order.slot)) }
  return lastActive.all
}

/** The market stands still: nothing waits for it, every entry without a grant is refused. */
export const refuseWaiting = (draft: Draft): void => {
  for (const order of draft.state.orders) {
    if (order.stage === "requested" || order.stage === "deferred") {
      refuseEntry(draft, order, stillness(draft.state), "later")
    }
  }
}

/** The slot no longer wants an entry that has no grant yet. One that has is the gateway's to withdraw. */
export const withdraw = (draft: Draft, slot: SlotNumber, localId: LocalId): void => {
  const order = findOrder(draft.state.orders, slot, localId)
  if (order?.stage !== "requested" && order?.stage !== "deferred") return
  refuseEntry(draft, order, reason("withdrawn", {}), "later")
}

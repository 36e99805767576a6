/** Exits that wait too long, and the bounded list they wait in. (docs/trading-contract.md §3, Clock and Orphaning.) */
import { cost, divideHalfEven, Price, type Quote } from "../../../../shared/core/decimal/decimal.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { bookCycle, countOutcome, startReentryCooldown } from "../money/booking.ts"
import { forgetOrder, forgetRecovery, requestCancel } from "../orders.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, refuse } from "../draft.ts"
import { followUpEntry } from "../entry/entries.ts"
import { type ExitOrder, MAX_PENDING_CANCELS, phaseOf, type Recovery, type SlotState } from "../state.ts"
import type { Terms } from "../terms.ts"

/** True when `orphanLateExits` may have something to do: an exit is old enough, or the phase S2 was entered or left. */
export const timersDue = ({ book, nowMs }: SlotState, terms: Terms): boolean => {
  const { orders, s2EnteredAtMs } = book
  if (s2EnteredAtMs !== null) return phaseOf(orders) !== "S2" || nowMs - s2EnteredAtMs >= terms.s2OrphanAfterMs
  let exits = 0
  let old = false
  for (const order of orders) {
    if (order.role !== "exit") continue
    exits++
    if (exitAgeMs(order, nowMs) >= terms.s1OrphanAfterMs) old = true
  }
  return exits > 1 || old
}

/** The first time at which `timersDue` holds; -Infinity: it does already. */
export const lateExitDueMs = ({ book: { orders, s2EnteredAtMs } }: SlotState, terms: Terms): number => {
  if (s2EnteredAtMs !== null)
    return phaseOf(orders) === "S2" ? s2EnteredAtMs + terms.s2OrphanAfterMs : Number.NEGATIVE_INFINITY
  let exits = 0
  let dueMs = Number.POSITIVE_INFINITY
  for (const order of orders) {
    if (order.role !== "exit") continue
    exits++
    dueMs = Math.min(dueMs, (order.position.filledAtMs || order.placedAtMs) + terms.s1OrphanAfterMs)
  }
  return exits > 1 ? Number.NEGATIVE_INFINITY : dueMs
}

const exitAgeMs = (exit: ExitOrder, nowMs: number): number => nowMs - (exit.position.filledAtMs || exit.placedAtMs)

/** A single exit is orphaned when it is old and the market has left it; of two, the farther one after a common wait. */
export const orphanLateExits = (draft: Draft): void => {
  const { book } = draft
  const phase = phaseOf(book.orders)
  if (phase !== "S2") {
    book.s2EnteredAtMs = null
    orphanLoneExit(draft)
    return
  }
  orphanWorseExit(draft)
}

const orphanLoneExit = (draft: Draft): void => {
  const { terms, nowMs, marketPrice } = draft
  const exit = draft.book.orders.find((order) => order.role === "exit")
  if (exit === undefined) return
  const ageMs = exitAgeMs(exit, nowMs)
  const marketLeft = exit.side === "sell" ? marketPrice < exit.priceNumber : marketPrice > exit.priceNumber
  if (ageMs < terms.s1OrphanAfterMs || !marketLeft) return
  orphanExit(draft, exit, reason("s1_timeout", { ageMs, orphanAfterMs: terms.s1OrphanAfterMs, marketPrice }))
}

const orphanWorseExit = (draft: Draft): void => {
  const { book, terms, nowMs, marketPrice } = draft
  const enteredAtMs = (book.s2EnteredAtMs ??= nowMs)
  const waitedMs = nowMs - enteredAtMs
  if (waitedMs < terms.s2OrphanAfterMs) return
  const exits = book.orders.filter((order) => order.role === "exit")
  const sell = exits.find((order) => order.side === "sell")
  const buy = exits.find((order) => order.side === "buy")
  if (sell === undefined || buy === undefined) return
  const distancePct = (exit: ExitOrder) => (Math.abs(exit.priceNumber - marketPrice) / marketPrice) * 100
  const worse = distancePct(buy) > distancePct(sell) ? buy : sell
  const done = orphanExit(
    draft,
    worse,
    reason("s2_timeout", {
      waitedMs,
      orphanAfterMs: terms.s2OrphanAfterMs,
      sellDistancePct: distancePct(sell),
      buyDistancePct: distancePct(buy)
    })
  )
  if (done) book.s2EnteredAtMs = null
}

/** Moves an exit to the recoveries and lets its trade go on. False when the list is full and nothing may be evicted now. */
const orphanExit = (draft: Draft, exit: ExitOrder, why: Reason): boolean => {
  const { book } = draft
  const { tradeId } = exit
  if (!makeRoom(draft)) {
    refuse(draft, `exit_${tradeId}`, "cancels_unanswered", () => ({
      wantedBy: why.rule,
      pendingCancels: book.pendingCancels.length
    }))
    return false
  }
  forgetOrder(draft, exit.localId)
  addRecovery(draft, exit, why)
  startReentryCooldown(draft, tradeId)
  book.trades[tradeId].cycle += 1
  followUpEntry(draft, tradeId, tradeId === "A" ? "orphan_A" : "orphan_B")
  return true
}

/** Files an exit as a recovery. The caller has made room. */
export const addRecovery = (draft: Draft, exit: ExitOrder, why: Reason): void => {
  const { book, nowMs } = draft
  const recoveryId = book.nextRecoveryId
  book.nextRecoveryId += 1
  book.recoveries = [...book.recoveries, { recoveryId, orphanedAtMs: nowMs, why, softClose: "no", order: exit }]
  draft.outputs.push({
    _tag: "ExitOrphaned",
    localId: exit.localId,
    recoveryId,
    tradeId: exit.tradeId,
    cycle: exit.cycle,
    reason: why
  })
}

/** Evicts until one more recovery fits under the cap; false when the cancels before have no answer yet. */
export const makeRoom = (draft: Draft): boolean => {
  const { book, terms } = draft
  while (book.recoveries.length >= terms.maxRecoverySlots) {
    const victim = evictionChoice(book.recoveries, draft.marketPrice, terms)
    if (victim === undefined) return true
    if (book.pendingCancels.length >= MAX_PENDING_CANCELS) return false
    evict(draft, victim)
  }
  return true
}

/** Takes a recovery off the book and books it as if it were closed at the market now. */
const evict = (draft: Draft, recovery: Recovery): void => {
  const { book, terms, marketPrice } = draft
  const { order, recoveryId } = recovery
  const numbers = { recoveryId, recoveries: book.recoveries.length, maxRecoveries: terms.maxRecoverySlots, marketPrice }
  const price = Price.fromNumber(marketPrice)
  const exitCost = cost(price, order.volume)
  const fee = divideHalfEven(exitCost * terms.makerFeeE12, 1_000_000_000_000n) as Quote
  forgetRecovery(draft, recoveryId)
  if (order.stage !== "waiting") {
    requestCancel(
      draft,
      { _tag: "Evicted", order, bookedCost: exitCost, bookedFee: fee },
      recoveryId,
      reason("recovery_cap_evict_priority", numbers)
    )
  }
  const exit = { price, volume: order.volume, cost: exitCost, fee }
  const net = bookCycle(draft, order, exit, {
    kind: "evicted",
    entryMs: order.position.filledAtMs || recovery.orphanedAtMs,
    fromRecovery: true,
    standIn: { volume: order.volume, cost: exitCost, fee },
    reason: reason("recovery_evicted", numbers)
  })
  countOutcome(draft, order.tradeId, net)
}

/** `oldest`: the one orphaned first; `farthest`: the one farthest from the market, then oldest, then of lowest id. */
export const evictionChoice = (
  recoveries: ReadonlyArray<Recovery>,
  marketPrice: number,
  terms: Pick<Terms, "recoveryEviction">
): Recovery | undefined => {
  const distance = (recovery: Recovery): number =>
    terms.recoveryEviction === "farthest" ? Math.abs(recovery.order.priceNumber - marketPrice) / marketPrice : 0
  return recoveries.toSorted(
    (a, b) => distance(b) - distance(a) || a.orphanedAtMs - b.orphanedAtMs || a.recoveryId - b.recoveryId
  )[0]
}

/** What the exchange says about the slot's orders, each fact once. */
import type { LocalId } from "../../../shared/core/ids/kinds.ts"
import { Volume } from "../../../shared/core/decimal/decimal.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import { evolved, findOrder, replaceOrder } from "./orders.ts"
import { type Draft, refuse } from "./draft.ts"
import { leaveS2, orderFilled, recoveryFilled } from "./exit/fills.ts"
import { cancelAnswered, lateEntry, lateExit } from "./trouble/lateFills.ts"
import { entryLost, exitLost, NO_EXECUTION, recoveryLost } from "./trouble/lostOrders.ts"
import type { Execution, PendingCancel, Recovery, SlotBook, SlotOrder } from "./state.ts"

/** Facts that say where an order is, and change nothing else. */
export type OrderProgress = Extract<
  OrderEvent,
  { readonly _tag: "OrderClaimed" | "OrderUnknown" | "OrderAccepted" | "OrderRestated" }
>
/** Facts that fill an order or end it. */
export type OrderOutcome = Exclude<OrderEvent, OrderProgress | { readonly _tag: "OrderAmended" | "AmendRefused" }>

/** Notes how far the order has come; an order the slot does not have changes nothing. */
export const noteProgress = (book: SlotBook, fact: OrderProgress): SlotBook => {
  const { localId } = fact
  const noted = <Order extends SlotOrder>(order: Order): Order =>
    order.localId === localId ? evolved(order, fact) : order
  if (book.orders.some((order) => order.localId === localId)) return { ...book, orders: book.orders.map(noted) }
  if (!book.recoveries.some(({ order }) => order.localId === localId)) return book
  return { ...book, recoveries: book.recoveries.map((recovery) => ({ ...recovery, order: noted(recovery.order) })) }
}

/** Applies a fill or an order's end; for an order the slot does not have, a fill is refused. */
export const applyOutcome = (draft: Draft, fact: OrderOutcome): void => {
  switch (fact._tag) {
    case "FillRecorded":
      return fillRecorded(draft, fact)
    case "OrderFilled":
      return filledWhole(draft, fact)
    case "OrderRejected":
      return endedUnfilled(draft, fact.localId, NO_EXECUTION, fact.cause)
    case "OrderCancelled":
      return endedUnfilled(draft, fact.localId, fact, fact.cause)
    case "LateFillRecorded":
      if (fact.role === "entry") lateEntry(draft, fact)
      else lateExit(draft, fact)
      return leaveS2(draft)
  }
}

/** A part only: the position is made when the order ends, from its totals. */
const fillRecorded = (draft: Draft, fact: OrderEvent & { readonly _tag: "FillRecorded" }): void => {
  const { localId, volume } = fact
  const order = findOrder(draft, localId)
  if (order !== undefined) replaceOrder(draft, localId, evolved(order, fact))
  else if (findCancel(draft, localId) === undefined) refuseFill(draft, localId, volume)
  else if (!draft.variants.ends.countsTwice) noteOnCancel(draft, fact)
}

const filledWhole = (draft: Draft, fact: OrderEvent & { readonly _tag: "OrderFilled" }): void => {
  const { localId } = fact
  const order = draft.book.orders.find((candidate) => candidate.localId === localId)
  const recovery = draft.book.recoveries.find((candidate) => candidate.order.localId === localId)
  const cancel = findCancel(draft, localId)
  const { cameTo, mayFallShort } = draft.variants.ends
  const exit = order?.role === "exit" ? order : recovery?.order
  if (exit !== undefined && mayFallShort && cameTo(exit, fact).volume < exit.volume)
    return endedUnfilled(draft, localId, fact, FELL_SHORT)
  if (order !== undefined) orderFilled(draft, order, cameTo(order, fact))
  else if (recovery !== undefined) recoveryFilled(draft, recovery, cameTo(recovery.order, fact))
  else if (cancel !== undefined) cancelAnswered(draft, cancel, cameTo(cancel.order, fact))
  else refuseFill(draft, localId, fact.volume)
}

/** The exchange counts the order as filled, for less than was asked: it was changed there, or its volume was rounded. */
const FELL_SHORT = "filled for less than was asked"

const endedUnfilled = (draft: Draft, localId: LocalId, filled: Execution, cause: string): void => {
  const order = draft.book.orders.find((candidate) => candidate.localId === localId)
  const recovery = draft.book.recoveries.find((candidate) => candidate.order.localId === localId)
  const cancel = findCancel(draft, localId)
  const { cameTo, countsTwice, within } = draft.variants.ends
  // Its end has been heard: that it waits to be asked for again is what followed.
  if (!countsTwice && (order ?? recovery?.order)?.stage === "waiting") return
  const exit = order?.role === "exit" ? order : recovery?.order
  // More than its position was traded: that is closed, whatever was taken off.
  if (exit !== undefined && within(cameTo(exit, filled), exit.volume)[1] !== null)
    return filledBeyond(draft, order, recovery, cameTo(exit, filled))
  if (order?.role === "entry") entryLost(draft, order, cameTo(order, filled), cause)
  else if (order !== undefined) exitLost(draft, order, cameTo(order, filled), cause)
  else if (recovery !== undefined) recoveryLost(draft, recovery, cameTo(recovery.order, filled), cause)
  else if (cancel !== undefined) cancelAnswered(draft, cancel, cameTo(cancel.order, filled))
  else if (filled.volume > 0n) refuseFill(draft, localId, filled.volume)
  leaveS2(draft)
}

const filledBeyond = (
  draft: Draft,
  order: SlotOrder | undefined,
  recovery: Recovery | undefined,
  traded: Execution
): void => {
  if (order !== undefined) orderFilled(draft, order, traded)
  else if (recovery !== undefined) recoveryFilled(draft, recovery, traded)
}

/** A fill of an order whose cancel was asked for: its end may say less. */
const noteOnCancel = (draft: Draft, fact: OrderEvent & { readonly _tag: "FillRecorded" }): void => {
  draft.book.pendingCancels = draft.book.pendingCancels.map((pending): PendingCancel =>
    pending.order.localId !== fact.localId
      ? pending
      : pending._tag === "Entry"
        ? { ...pending, order: evolved(pending.order, fact) }
        : { ...pending, order: evolved(pending.order, fact) }
  )
}

const findCancel = (draft: Draft, localId: LocalId) =>
  draft.book.pendingCancels.find((candidate) => candidate.order.localId === localId)

/** A fill of an order that has ended, or never was: said once, and nothing else changes. */
const refuseFill = (draft: Draft, localId: LocalId, volume: Volume): void =>
  refuse(
    draft,
    "fill",
    "unknown_order",
    () => ({ localId, volume: Volume.format(volume), nextOrderId: draft.book.nextOrderId }),
    `unknown_order:${localId}`
  )

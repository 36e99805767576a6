/** What the exchange says about the slot's orders, each fact once. */
import type { LocalId } from "../../../shared/core/ids/kinds.ts"
import { Volume } from "../../../shared/core/decimal/decimal.ts"
import type { OrderEvent } from "../../../shared/events/families/order.ts"
import type { Execution } from "./money/booking.ts"
import { evolved, findOrder, replaceOrder } from "./orders.ts"
import { type Draft, refuse } from "./draft.ts"
import { leaveS2, orderFilled, recoveryFilled } from "./exit/fills.ts"
import { cancelAnswered } from "./trouble/lateFills.ts"
import { entryLost, exitLost, NO_EXECUTION, recoveryLost } from "./trouble/lostOrders.ts"
import type { SlotBook, SlotOrder } from "./state.ts"

/** Facts that say where an order is, and change nothing else. */
export type OrderProgress = Extract<OrderEvent, { readonly _tag: "OrderClaimed" | "OrderUnknown" | "OrderAccepted" }>
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
  }
}

/** A part only: the position is made when the order ends, from its totals. */
const fillRecorded = (draft: Draft, fact: OrderEvent & { readonly _tag: "FillRecorded" }): void => {
  const { localId, volume } = fact
  const order = findOrder(draft, localId)
  if (order !== undefined) {
    replaceOrder(draft, localId, evolved(order, fact))
  } else if (findCancel(draft, localId) === undefined) refuseFill(draft, localId, volume)
}

const filledWhole = (draft: Draft, fact: OrderEvent & { readonly _tag: "OrderFilled" }): void => {
  const { localId } = fact
  const order = draft.book.orders.find((candidate) => candidate.localId === localId)
  const recovery = draft.book.recoveries.find((candidate) => candidate.order.localId === localId)
  const cancel = findCancel(draft, localId)
  if (order !== undefined) orderFilled(draft, order, fact)
  else if (recovery !== undefined) recoveryFilled(draft, recovery, fact)
  else if (cancel !== undefined) cancelAnswered(draft, cancel, fact)
  else refuseFill(draft, localId, fact.volume)
}

const endedUnfilled = (draft: Draft, localId: LocalId, filled: Execution, cause: string): void => {
  const order = draft.book.orders.find((candidate) => candidate.localId === localId)
  const recovery = draft.book.recoveries.find((candidate) => candidate.order.localId === localId)
  const cancel = findCancel(draft, localId)
  if (order?.role === "entry") entryLost(draft, order, filled, cause)
  else if (order !== undefined) exitLost(draft, order, filled, cause)
  else if (recovery !== undefined) recoveryLost(draft, recovery, filled, cause)
  else if (cancel !== undefined) cancelAnswered(draft, cancel, filled)
  else if (filled.volume > 0n) refuseFill(draft, localId, filled.volume)
  leaveS2(draft)
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

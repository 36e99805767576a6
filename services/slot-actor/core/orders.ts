/**
 * The orders of a book: placing, finding, exchanging and removing one, and remembering those whose cancel has no answer yet.
 */
import type { LocalId, RecoveryId } from "../../../shared/core/ids/kinds.ts"
import { Price } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { Draft } from "./draft.ts"
import { evolveOrder, type OrderLifeEvent, requestedOrder } from "../../../shared/market/core/orderLife.ts"
import type { PendingCancel, SlotOrder } from "./state.ts"

/** What the exchange is asked for. */
interface Ask<Role> extends Omit<EventOf<"OrderRequested">, "_tag" | "localId" | "role" | "postOnly"> {
  readonly role: Role
}

/** Requests an order under the next number. The caller adds what an entry or an exit has besides, and files it. */
export const placeOrder = <Role extends SlotOrder["role"]>(draft: Draft, ask: Ask<Role>) => {
  const { book, nowMs } = draft
  const { role, side, tradeId, cycle, volume, layers, replaces, reason } = ask
  const price = draft.variants.sendable(ask.price, draft.terms)
  const request: EventOf<"OrderRequested"> = {
    _tag: "OrderRequested",
    localId: book.nextOrderId,
    side,
    role,
    tradeId,
    cycle,
    price,
    volume,
    postOnly: true,
    layers,
    ...(replaces === undefined || !draft.variants.tellsOthers ? {} : { replaces }),
    reason
  }
  book.nextOrderId += 1
  draft.outputs.push(request)
  return { ...requestedOrder(request), role, tradeId, cycle, priceNumber: Price.toNumber(price), placedAtMs: nowMs }
}

/** Facts that move an order on and do not end it. */
type Progress = Extract<
  OrderLifeEvent,
  {
    readonly _tag: "OrderClaimed" | "OrderUnknown" | "OrderAccepted" | "OrderAmended" | "OrderRestated" | "FillRecorded"
  }
>

/** The order after a fact about it. One that waits is not at the exchange any more: a late fact says nothing of it. */
export const evolved = <Order extends SlotOrder>(order: Order, fact: Progress): Order => {
  if (order.stage === "waiting") return order
  const next = evolveOrder(order, fact) ?? order
  if (fact._tag === "OrderAmended") return { ...next, priceNumber: Price.toNumber(fact.price) }
  if (fact._tag !== "OrderRestated") return next
  // An exit's volume is that of its position, whatever its order is for.
  const volume = order.role === "exit" ? order.volume : next.volume
  return { ...next, volume, priceNumber: Price.toNumber(fact.price) }
}

/** The active order or recovery of this number. */
export const findOrder = ({ book }: Draft, localId: LocalId): SlotOrder | undefined =>
  book.orders.find((order) => order.localId === localId) ??
  book.recoveries.find((recovery) => recovery.order.localId === localId)?.order

/** Puts `next` where the active order or recovery of this number stands. */
export const replaceOrder = ({ book }: Draft, localId: LocalId, next: SlotOrder): void => {
  book.orders = book.orders.map((order) => (order.localId === localId ? next : order))
  if (next.role === "entry") return
  book.recoveries = book.recoveries.map((recovery) =>
    recovery.order.localId === localId ? { ...recovery, order: next } : recovery
  )
}

/** Removes the active order of this number, if there is one. */
export const forgetOrder = (draft: Draft, localId: LocalId): void => {
  draft.book.orders = draft.book.orders.filter((order) => order.localId !== localId)
}

/** Removes the recovery of this number, if there is one. */
export const forgetRecovery = (draft: Draft, recoveryId: RecoveryId): void => {
  draft.book.recoveries = draft.book.recoveries.filter((recovery) => recovery.recoveryId !== recoveryId)
}

/** Asks for the cancel and keeps the order until its outcome is known: it may have been filled before. */
export const requestCancel = (
  draft: Draft,
  pending: PendingCancel,
  recoveryId: RecoveryId | null,
  why: Reason
): void => {
  draft.book.pendingCancels = [...draft.book.pendingCancels, pending]
  draft.outputs.push({ _tag: "CancelRequested", localId: pending.order.localId, recoveryId, reason: why })
}

/** The orders of a book: finding, exchanging and removing one, and remembering those whose cancel has no answer yet. */
import type { Reason } from "../../../shared/events/reason.ts"
import type { Draft } from "./draft.ts"
import type { PendingCancel, SlotOrder } from "./state.ts"

/** The active order or recovery of this number. */
export const findOrder = ({ book }: Draft, localId: number): SlotOrder | undefined =>
  book.orders.find((order) => order.localId === localId) ??
  book.recoveries.find((recovery) => recovery.order.localId === localId)?.order

/** Puts `next` where the active order or recovery of this number stands. */
export const replaceOrder = ({ book }: Draft, localId: number, next: SlotOrder): void => {
  book.orders = book.orders.map((order) => (order.localId === localId ? next : order))
  if (next.role === "entry") return
  book.recoveries = book.recoveries.map((recovery) =>
    recovery.order.localId === localId ? { ...recovery, order: next } : recovery
  )
}

/** Removes the active order of this number, if there is one. */
export const forgetOrder = (draft: Draft, localId: number): void => {
  draft.book.orders = draft.book.orders.filter((order) => order.localId !== localId)
}

/** Removes the recovery of this number, if there is one. */
export const forgetRecovery = (draft: Draft, recoveryId: number): void => {
  draft.book.recoveries = draft.book.recoveries.filter((recovery) => recovery.recoveryId !== recoveryId)
}

/** Asks for the cancel and keeps the order until its outcome is known: it may have been filled before. */
export const requestCancel = (draft: Draft, pending: PendingCancel, recoveryId: number | null, why: Reason): void => {
  draft.book.pendingCancels = [...draft.book.pendingCancels, pending]
  draft.outputs.push({ _tag: "CancelRequested", localId: pending.order.localId, recoveryId, reason: why })
}

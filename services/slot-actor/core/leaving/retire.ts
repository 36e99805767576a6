/** A slot that is to go: everything off the book, positions given up by name, and then it says that it is done. */
import type { RecoveryId } from "../../../../shared/core/ids/kinds.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { leaveS2 } from "../exit/fills.ts"
import { exitLost, NO_EXECUTION, recoveryLost } from "../trouble/lostOrders.ts"
import { forgetOrder, requestCancel } from "../orders.ts"
import { releaseResidual } from "./release.ts"
import { type ExitOrder, MAX_PENDING_CANCELS, type SlotState } from "../state.ts"

/** True while a retired slot still has something to do or to say. */
export const retires = ({ facts, book }: SlotState): boolean => facts.life === "retiring" && !book.settled

/** Takes everything off the book, as far as it stands there; says so when nothing is left. */
export const retire = (draft: Draft): void => {
  const { book } = draft
  for (const order of book.orders) {
    if (order.role === "exit") takeOff(draft, order, null)
    else if (book.pendingCancels.length < MAX_PENDING_CANCELS) {
      forgetOrder(draft, order.localId)
      requestCancel(draft, { _tag: "Entry", order }, null, reason("slot_retires", {}))
    }
  }
  for (const { recoveryId, order } of book.recoveries) takeOff(draft, order, recoveryId)
  leaveS2(draft)
  if (book.settled || book.orders.length > 0 || book.recoveries.length > 0 || book.pendingCancels.length > 0) return
  for (const tradeId of ["A", "B"] as const) releaseResidual(draft, tradeId)
  book.settled = true
  draft.outputs.push({ _tag: "SlotSettled", reason: reason("nothing_left", { roundTrips: book.roundTrips }) })
}

/** One that stands at the exchange is asked back, once; one that does not is given up now. */
const takeOff = (draft: Draft, exit: ExitOrder, recoveryId: RecoveryId | null): void => {
  const { book } = draft
  const { localId } = exit
  if (exit.stage === "waiting") {
    const recovery = book.recoveries.find((known) => known.recoveryId === recoveryId)
    if (recovery === undefined) exitLost(draft, exit, NO_EXECUTION, "slot_retires")
    else recoveryLost(draft, recovery, NO_EXECUTION, "slot_retires")
    return
  }
  if (book.retireAsked.includes(localId)) return
  book.retireAsked = [...book.retireAsked, localId]
  draft.outputs.push({ _tag: "CancelRequested", localId, recoveryId, reason: reason("slot_retires", {}) })
}

/**
 * Fills of orders whose cancel came too late. Nothing that was bought or sold is forgotten: it becomes the trade's exit,
 * a recovery, or a correction of what was booked. The reference has no rule for this.
 */
import { minus, plus, Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { addLoss, grossOf, keepCycle, shareOf } from "../money/booking.ts"
import { forgetOrder, requestCancel } from "../orders.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { entryFilled, openExit } from "../exit/fills.ts"
import { addRecovery, makeRoom } from "../exit/orphan.ts"
import { belowMinimum } from "../money/pricing.ts"
import { keepResidual } from "./residual.ts"
import { requestedOrder } from "../../../../shared/market/core/orderLife.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { releaseEntry } from "../leaving/release.ts"
import { exitCloses, recoveryCloses } from "./lostOrders.ts"
import { releaseExcess } from "./proved.ts"
import type { Execution, EntryOrder, PendingCancel, SlotOrder } from "../state.ts"

/** The order behind an unanswered cancel has come to its end, with this filled of it (nothing, mostly). */
export const cancelAnswered = (draft: Draft, pending: PendingCancel, filled: Execution): void => {
  const { localId } = pending.order
  draft.book.pendingCancels = draft.book.pendingCancels.filter((candidate) => candidate.order.localId !== localId)
  if (filled.volume === 0n) return
  switch (pending._tag) {
    case "Entry":
      return lateEntryFill(draft, pending.order, filled)
    case "Evicted":
      return correctEviction(draft, pending, filled)
    case "Surplus":
      return releaseExcess(draft, pending.order, filled)
  }
}

type LateFill = EventOf<"LateFillRecorded">

/** An entry that had ended has filled after all: as if its cancel had not been answered yet. Nothing is opened for a slot that has gone. */
export const lateEntry = (draft: Draft, fill: LateFill): void => {
  const { localId, side, cycle, price, volume } = fill
  const entry: EntryOrder = {
    ...requestedOrder({ localId, side, role: "entry", price, volume }),
    role: "entry",
    tradeId: side === "sell" ? "A" : "B",
    cycle,
    priceNumber: Price.toNumber(price),
    placedAtMs: draft.nowMs,
    position: null
  }
  if (draft.state.facts.life !== "none") return lateEntryFill(draft, entry, fill)
  draft.book.totalFees = plus(draft.book.totalFees, fill.fee)
  releaseEntry(draft, entry, fill)
}

/**
 * An exit that had ended has filled after all: it has closed so much more of its position, and the exit that took its place is for
 * too much. What is left is asked for anew; where nothing is, the position is closed.
 */
export const lateExit = (draft: Draft, fill: LateFill): void => {
  const { book } = draft
  const tradeId = fill.side === "sell" ? "B" : "A"
  const ofPosition = (order: SlotOrder): boolean =>
    order.role === "exit" && order.tradeId === tradeId && order.cycle === fill.cycle
  const exit = book.orders.find(ofPosition)
  const recovery = book.recoveries.find(({ order }) => ofPosition(order))
  const standing = exit?.role === "exit" ? exit : recovery?.order
  if (standing === undefined) return releaseExcess(draft, fill, fill)
  const [own, excess] = draft.variants.ends.within(fill, standing.volume)
  const over = standing.stage === "waiting" ? null : standing
  if (recovery !== undefined && standing === recovery.order) recoveryCloses(draft, recovery, own, over)
  else exitCloses(draft, standing, own, over)
  releaseExcess(draft, fill, excess)
}

const lateEntryFill = (draft: Draft, entry: EntryOrder, filled: Execution): void => {
  const { book, terms } = draft
  const { tradeId } = entry
  if (draft.state.facts.life === "retiring") return entryFilled(draft, entry, filled)
  const volume = plus(filled.volume, book.residual[tradeId].volume)
  if (belowMinimum(volume, Price.toNumber(filled.price), terms) !== null) {
    book.totalFees = plus(book.totalFees, filled.fee)
    keepResidual(draft, tradeId, filled)
    return
  }
  const successor = book.orders.find((order) => order.role === "entry" && order.tradeId === tradeId)
  if (successor?.role === "entry") {
    forgetOrder(draft, successor.localId)
    requestCancel(
      draft,
      { _tag: "Entry", order: successor },
      null,
      reason("superseded_by_late_fill", { filledLocalId: entry.localId, filledVolume: Volume.format(filled.volume) })
    )
  }
  const exitStands = book.orders.some((order) => order.role === "exit" && order.tradeId === tradeId)
  if (!exitStands) {
    entryFilled(draft, entry, filled)
    return
  }
  // The trade is in position already: a second exit cannot join the cycle, so this one waits outside from the start.
  // When no recovery may be evicted now it goes over the cap: a position is never dropped.
  makeRoom(draft)
  book.totalFees = plus(book.totalFees, filled.fee)
  const exit = openExit(draft, entry, filled, "late_fill_exit")
  addRecovery(draft, exit, reason("late_fill", { filledLocalId: entry.localId }))
}

/** An evicted recovery was booked at the market's price and has been filled at its own: the difference is booked too. */
const correctEviction = (draft: Draft, evicted: PendingCancel & { _tag: "Evicted" }, traded: Execution): void => {
  const { order, bookedCost, bookedFee } = evicted
  const [filled, excess] = draft.variants.ends.within(traded, order.volume)
  const { book, nowMs } = draft
  const bookedShare = shareOf(bookedCost, filled.volume, order.volume)
  const gross = grossOf(order.tradeId, bookedShare, filled.cost)
  const bookedFeeShare = shareOf(bookedFee, filled.volume, order.volume)
  const fees = minus(filled.fee, bookedFeeShare)
  const net = minus(gross, fees)
  book.totalProfit = plus(book.totalProfit, net)
  book.totalFees = plus(book.totalFees, fees)
  addLoss(draft, net)
  keepCycle(draft, order.localId, {
    _tag: "CycleBooked",
    kind: "corrected",
    tradeId: order.tradeId,
    cycle: order.cycle,
    entryPrice: order.position.price,
    exitPrice: filled.price,
    volume: filled.volume,
    gross,
    fees,
    net,
    entryMs: order.position.filledAtMs,
    exitMs: nowMs,
    fromRecovery: true,
    standIn: { volume: filled.volume, cost: bookedShare, fee: bookedFeeShare },
    reason: reason("late_fill_correction", { localId: order.localId })
  })
  releaseExcess(draft, order, excess)
}

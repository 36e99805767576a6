/** Fills of active orders and of recoveries. (docs/trading-contract.md §3, fills.) */
import { plus, Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { averagePrice, bookCycle, countOutcome } from "../money/booking.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { type Draft, grant } from "../draft.ts"
import { followUpEntry, opposite } from "../entry/entries.ts"
import { forgetOrder, forgetRecovery, placeOrder } from "../orders.ts"
import { exitPrice, profitPct } from "../money/pricing.ts"
import { releaseEntry } from "../leaving/release.ts"
import { releaseExcess } from "../trouble/proved.ts"
import { keepResidual } from "../trouble/residual.ts"
import {
  type Execution,
  type EntryOrder,
  type ExitOrder,
  NO_RESIDUAL,
  phaseOf,
  type Recovery,
  type SlotOrder
} from "../state.ts"

/** An active order is filled whole. */
export const orderFilled = (draft: Draft, order: SlotOrder, fill: Execution): void => {
  draft.book.trades[order.tradeId].rejections = 0
  if (order.role === "entry") entryFilled(draft, order, fill)
  else exitFilled(draft, order, fill)
  leaveS2(draft)
}

/** The wait for the second exit ends with the phase. */
export const leaveS2 = ({ book }: Draft): void => {
  if (phaseOf(book.orders) !== "S2") book.s2EnteredAtMs = null
}

/** The entry becomes a position, and its exit goes onto the book; a retiring slot gives the position up. */
export const entryFilled = (draft: Draft, entry: EntryOrder, fill: Execution): void => {
  forgetOrder(draft, entry.localId)
  draft.book.totalFees = plus(draft.book.totalFees, fill.fee)
  if (draft.state.facts.life === "retiring") return releaseEntry(draft, entry, fill)
  const whole = plus(fill.volume, draft.book.residual[entry.tradeId].volume)
  if (fill.volume > 0n && draft.variants.limits.forbid(draft, whole, fill.price))
    return keepResidual(draft, entry.tradeId, fill)
  const exit = openExit(draft, entry, fill, "entry_fill_exit")
  draft.book.orders = [...draft.book.orders, exit]
}

/** Requests the exit of a filled entry, taking along what was left too small of the trade before. The caller files it. */
export const openExit = (
  draft: Draft,
  entry: EntryOrder,
  fill: Execution,
  rule: "entry_fill_exit" | "late_fill_exit"
): ExitOrder => {
  const { book, terms, nowMs, marketPrice } = draft
  const { tradeId, cycle } = entry
  const side = opposite(entry.side)
  const target = profitPct(book, terms)
  const price = exitPrice(side, Price.toNumber(fill.price), marketPrice, target, terms)
  const residual = book.residual[tradeId]
  const joined = residual.volume > 0n
  const volume = plus(fill.volume, residual.volume)
  const cost = plus(fill.cost, residual.cost)
  if (joined) book.residual = { ...book.residual, [tradeId]: NO_RESIDUAL }
  grant(draft, `exit_${tradeId}`)
  const order = placeOrder(draft, {
    side,
    role: "exit",
    tradeId,
    cycle,
    price,
    volume,
    layers: 0,
    reason: reason(rule, { entryPrice: Price.format(fill.price), profitPct: target, marketPrice })
  })
  const position = {
    price: joined ? averagePrice(cost, volume) : fill.price,
    cost,
    fee: plus(fill.fee, residual.fee),
    filledAtMs: nowMs,
    closedVolume: Volume.zero,
    closedCost: Quote.zero,
    closedFee: Quote.zero
  }
  return { ...order, rejections: 0, position }
}

const exitFilled = (draft: Draft, exit: ExitOrder, traded: Execution): void => {
  const { tradeId } = exit
  const [fill, excess] = draft.variants.ends.within(traded, exit.volume)
  forgetOrder(draft, exit.localId)
  const net = bookCycle(draft, exit, fill, {
    kind: "closed",
    entryMs: exit.position.filledAtMs || exit.placedAtMs,
    fromRecovery: false,
    standIn: null,
    reason: reason("exit_filled", { localId: exit.localId })
  })
  countOutcome(draft, tradeId, net)
  const trade = draft.book.trades[tradeId]
  trade.cycle = Math.max(trade.cycle, exit.cycle + 1)
  followUpEntry(draft, tradeId, "cycle_complete")
  releaseExcess(draft, exit, excess)
}

/** A recovery is filled: its cycle is booked late, and nothing follows. */
export const recoveryFilled = (draft: Draft, recovery: Recovery, traded: Execution): void => {
  const [fill, excess] = draft.variants.ends.within(traded, recovery.order.volume)
  forgetRecovery(draft, recovery.recoveryId)
  const net = bookCycle(draft, recovery.order, fill, {
    kind: "recovered",
    entryMs: recovery.order.position.filledAtMs || recovery.orphanedAtMs,
    fromRecovery: true,
    standIn: null,
    reason: reason("recovery_filled", { recoveryId: recovery.recoveryId, orphanedAtMs: recovery.orphanedAtMs })
  })
  countOutcome(draft, recovery.order.tradeId, net)
  releaseExcess(draft, recovery.order, excess)
}

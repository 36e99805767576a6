/** Positions that a retiring slot gives up: what they hold stays in the account, and belongs to no cycle. */
import type { EventOf } from "../../../../shared/events/event.ts"
import { averagePrice } from "../money/booking.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { type Execution, type EntryOrder, type ExitOrder, NO_RESIDUAL, type TradeId } from "../state.ts"

type Released = Omit<EventOf<"PositionReleased">, "_tag" | "reason">

/** The position that a filled entry would have opened. Its fee stands in the totals already. */
export const releaseEntry = (draft: Draft, { tradeId, cycle }: EntryOrder, fill: Execution): void => {
  const { price: entryPrice, volume, cost, fee } = fill
  release(draft, { tradeId, cycle, entryPrice, volume, cost, fee })
}

/** The position of an exit that is off the book, and of which nothing was closed. */
export const releaseExit = (draft: Draft, { tradeId, cycle, volume, position }: ExitOrder): void =>
  release(draft, { tradeId, cycle, entryPrice: position.price, volume, cost: position.cost, fee: position.fee })

/** What was too small for an order of its own. */
export const releaseResidual = (draft: Draft, tradeId: TradeId): void => {
  const { book } = draft
  const { volume, cost, fee } = book.residual[tradeId]
  if (volume === 0n) return
  book.residual = { ...book.residual, [tradeId]: NO_RESIDUAL }
  const { cycle } = book.trades[tradeId]
  release(draft, { tradeId, cycle, entryPrice: averagePrice(cost, volume), volume, cost, fee })
}

/** Its cycle number is used up: should the slot stay after all, the trade goes on with the next. */
const release = (draft: Draft, position: Released): void => {
  const trade = draft.book.trades[position.tradeId]
  trade.cycle = Math.max(trade.cycle, position.cycle + 1)
  draft.outputs.push({ _tag: "PositionReleased", ...position, reason: reason("slot_retires", {}) })
}

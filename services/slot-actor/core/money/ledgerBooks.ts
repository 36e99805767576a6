/** A slot's books in the terms of the ledger that checks them. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { minus, plus } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotBooks } from "../../../../shared/ledger/core/check.ts"
import type { SlotState } from "../state.ts"

/** Profit booked, and every position in progress: exits, recoveries and what is too small for an order. */
export const slotBooks = (slot: SlotNumber, { book }: SlotState): SlotBooks => {
  const exits = [...book.orders, ...book.recoveries.map(({ order }) => order)].flatMap((order) =>
    order.role === "exit"
      ? [
          {
            tradeId: order.tradeId,
            volume: order.volume,
            cost: minus(order.position.cost, order.position.closedCost),
            fee: plus(order.position.fee, order.position.closedFee)
          }
        ]
      : []
  )
  const residuals = (["A", "B"] as const).map((tradeId) => ({ tradeId, ...book.residual[tradeId] }))
  return { slot, totalProfit: book.totalProfit, open: [...exits, ...residuals] }
}

/** Filled volume that the exchange takes no order for: kept with its cost until the trade's next exit takes it along. */
import { plus, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type Draft, refuse } from "../draft.ts"
import type { Execution, TradeId } from "../state.ts"

/** `part` is what an entry filled, or the rest of one; its fee stands in the totals already. */
export const keepResidual = (draft: Draft, tradeId: TradeId, part: Execution): void => {
  const before = draft.book.residual[tradeId]
  const volume = plus(before.volume, part.volume)
  draft.book.residual = {
    ...draft.book.residual,
    [tradeId]: { volume, cost: plus(before.cost, part.cost), fee: plus(before.fee, part.fee) }
  }
  refuse(
    draft,
    `exit_${tradeId}`,
    "residual_below_minimum",
    () => ({ volume: Volume.format(volume), minVolume: draft.terms.minVolume, minCostUsd: draft.terms.minCostUsd }),
    `residual_below_minimum:${Volume.format(volume)}`
  )
}

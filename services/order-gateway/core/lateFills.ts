/** Fills of orders that had ended without them, by all that was known then. Pure, and safe to ask twice. */
import { baseFeeOf, minusBaseFee } from "../../../shared/core/baseFee.ts"
import { minus, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Fill } from "../../../shared/exchange/port.ts"
import type { EndedOrder, Sums } from "./state.ts"

const less = (a: Sums, b: Sums): Sums => ({
  volume: minus(a.volume, b.volume),
  cost: minus(a.cost, b.cost),
  fee: minus(a.fee, b.fee),
  ...minusBaseFee(a, b)
})

const NOTHING: Sums = { volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }

const sumsOf = (fill: Fill): Sums => ({
  volume: fill.volume,
  cost: fill.cost,
  fee: fill.fee,
  ...baseFeeOf(fill)
})

/**
 * What these fills add to an order that has ended. Its end may have counted fills that nobody recorded one by one: the oldest of those
 * that are missing are taken for them, and what lies beyond is news.
 */
export const lateFillFacts = (
  order: EndedOrder,
  fills: ReadonlyArray<Fill>
): ReadonlyArray<EventOf<"LateFillRecorded">> => {
  const { localId, clientId, txid, side, role, cycle } = order
  let counted = less(order.sums, order.recorded)
  const facts: Array<EventOf<"LateFillRecorded">> = []
  for (const fill of fills) {
    if (fill.txid !== txid || order.execIds.includes(fill.execId)) continue
    if (fill.volume <= counted.volume) {
      counted = less(counted, fill)
      continue
    }
    const { execId, price, liquidity } = fill
    facts.push({
      _tag: "LateFillRecorded",
      ...{ clientId, localId, txid, execId, side, role, cycle, price, liquidity },
      // Said of this one, so that whichever of the others is heard later is not taken for it as well.
      ...(counted.volume > 0n ? { ...less(fill, counted), counted } : sumsOf(fill))
    })
    counted = NOTHING
  }
  return facts
}

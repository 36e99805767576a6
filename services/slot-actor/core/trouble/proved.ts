/**
 * What an order's end is taken for. Up to version 2 of the rules as it was told; from version 3 on nothing lowers what a fill has
 * proved, no end counts twice, and what was traded beyond a position closes nothing.
 */
import { minus, plus, Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import { provedEnd } from "../../../../shared/market/core/orderLife.ts"
import { averagePrice, shareOf } from "../money/booking.ts"
import type { Draft, SlotVariants } from "../draft.ts"
import type { Execution, ExitOrder } from "../state.ts"

/** Each end is what it says, and an exit that is filled has closed its position. */
export const endsAsTold: SlotVariants["ends"] = {
  cameTo: (_order, told) => told,
  countsTwice: true,
  within: (filled) => [filled, null],
  mayFallShort: false
}

/** The part of `filled` that closes `volume` of a position, and what lies beyond it. */
const split = (filled: Execution, volume: Volume): readonly [Execution, Execution | null] => {
  if (filled.volume <= volume) return [filled, null]
  const cost = shareOf(filled.cost, volume, filled.volume)
  const fee = shareOf(filled.fee, volume, filled.volume)
  const rest = minus(filled.volume, volume)
  return [
    { price: filled.price, volume, cost, fee },
    { price: filled.price, volume: rest, cost: minus(filled.cost, cost), fee: minus(filled.fee, fee) }
  ]
}

/** No less than the fills recorded; once; and no more of a position than there is. */
export const endsAsProved: SlotVariants["ends"] = {
  cameTo: (order, told) => {
    const { volume, cost, fee } = provedEnd(order, told)
    return volume === told.volume ? told : { price: averagePrice(cost, volume), volume, cost, fee }
  },
  countsTwice: false,
  within: split,
  mayFallShort: true
}

/**
 * What an exit traded beyond its position is no part of a cycle: somebody else wanted it. It stays in the account, by name, as a
 * position of the other trade would: what a sell sold too much is owed, what a buy bought too much is there.
 */
export const releaseExcess = (
  draft: Draft,
  exit: Pick<ExitOrder, "localId" | "side">,
  excess: Execution | null
): void => {
  if (excess === null || excess.volume === 0n) return
  const { book } = draft
  const { price: entryPrice, volume, cost, fee } = excess
  book.totalFees = plus(book.totalFees, fee)
  draft.outputs.push({
    _tag: "PositionReleased",
    tradeId: exit.side === "sell" ? "A" : "B",
    cycle: NO_CYCLE,
    entryPrice,
    volume,
    cost,
    fee,
    reason: reason("filled_beyond_position", {
      localId: exit.localId,
      volume: Volume.format(volume),
      price: Price.format(entryPrice)
    })
  })
}

/** It belongs to none; theirs begin at 1. */
const NO_CYCLE = 0

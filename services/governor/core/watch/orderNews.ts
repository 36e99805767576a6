/** What happens to orders that nobody here asked for, told to people. */
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { type Draft, notice } from "../draft.ts"
import { noteSpending } from "../market.ts"
import type { TrackedOrder } from "../state.ts"
import { addTrade } from "./audit.ts"
import { noteLateFee } from "./baseFees.ts"

/** Somebody else has changed an order of ours. `order` is as it was. */
export const tellRestated = (draft: Draft, order: TrackedOrder, { price, volume }: EventOf<"OrderRestated">): void =>
  notice(draft, "warning", "order_changed", {
    slot: order.slot,
    localId: order.localId,
    oldPrice: Price.format(order.price),
    oldVolume: Volume.format(order.volume),
    price: Price.format(price),
    volume: Volume.format(volume)
  })

/** A fill was found after the end of its order. */
const tellLateFill = (draft: Draft, slot: SlotNumber, fill: EventOf<"LateFillRecorded">): void =>
  notice(draft, "warning", "late_fill_found", {
    slot,
    localId: fill.localId,
    side: fill.side,
    volume: Volume.format(fill.volume),
    price: Price.format(fill.price),
    execId: fill.execId
  })

/** The exchange's list stayed behind the fills of an order until it was asked no more. */
export const tellBehind = (
  draft: Draft,
  order: TrackedOrder,
  { volume, listed }: EventOf<"OrderFilled" | "OrderCancelled">
): void => {
  if (listed === undefined) return
  notice(draft, "alert", "report_behind_fills", {
    slot: order.slot,
    localId: order.localId,
    listedVolume: Volume.format(listed.volume),
    listedCost: Quote.format(listed.cost),
    filledVolume: Volume.format(volume)
  })
}

/** The order has ended, so that the table does not know it: its money counts all the same. */
export const lateFill = (draft: Draft, slot: SlotNumber, fill: EventOf<"LateFillRecorded">): void => {
  noteSpending(draft, fill, fill)
  addTrade(draft, fill, fill)
  noteLateFee(draft, slot, fill)
  draft.variants.owed.late(draft, slot, fill)
  tellLateFill(draft, slot, fill)
}

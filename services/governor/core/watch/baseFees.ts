/** Fees that were taken in the base currency: told, and kept apart, since balances fall by them in DOGE and not in USD. */
import { baseFeeOf, minusBaseFee, plusBaseFee, type WithBaseFee } from "../../../../shared/core/baseFee.ts"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { orderKey } from "../../../../shared/market/core/orderLife.ts"
import { type Draft, notice } from "../draft.ts"
import type { GovernorState } from "../state.ts"
import type { BaseFeesSlice } from "./slices.ts"

const NONE: BaseFeesSlice = { ended: {}, standing: {} }

/** A fee of a fill that was taken otherwise than asked for is told; in the base currency it counts with its order until that ends. */
export const noteFeeCurrency = (draft: Draft, slot: SlotNumber, fill: EventOf<"FillRecorded">): void => {
  const { baseFee, otherFees, localId } = fill
  if (otherFees !== undefined) notice(draft, "warning", "fee_not_booked", { slot, localId, fee: otherFees })
  if (baseFee === undefined) return
  tell(draft, slot, fill)
  const { ended, standing } = draft.state.baseFees ?? NONE
  const key = orderKey(slot, localId)
  draft.state.baseFees = { ended, standing: { ...standing, [key]: plusBaseFee(standing[key] ?? {}, fill) } }
}

/** The order's end says what all its fills came to. */
export const noteFeesOfEnd = (draft: Draft, slot: SlotNumber, end: EventOf<"OrderFilled" | "OrderCancelled">): void => {
  // Nearly every order ends so: no fee of the market was ever taken in the base currency.
  if (end.baseFee === undefined && draft.state.baseFees === undefined) return
  const key = orderKey(slot, end.localId)
  const { ended, standing } = draft.state.baseFees ?? NONE
  if (end.baseFee === undefined && standing[key] === undefined) return
  const { [key]: heard = {}, ...others } = standing
  const unsaid = minusBaseFee(end, heard)
  if (unsaid.baseFee !== undefined && unsaid.baseFee.amount > 0n) tell(draft, slot, { localId: end.localId, ...unsaid })
  draft.state.baseFees = { ended: plusBaseFee(ended, end), standing: others }
}

/** A fill that was found after the end of its order. */
export const noteLateFee = (draft: Draft, slot: SlotNumber, fill: EventOf<"LateFillRecorded">): void => {
  if (fill.baseFee === undefined) return
  tell(draft, slot, fill)
  const { ended, standing } = draft.state.baseFees ?? NONE
  draft.state.baseFees = { ended: plusBaseFee(ended, fill), standing }
}

const tell = (
  draft: Draft,
  slot: SlotNumber,
  { localId, baseFee }: WithBaseFee & { readonly localId: number }
): void => {
  if (baseFee === undefined) return
  const { amount, worth } = baseFee
  notice(draft, "warning", "fee_in_base", { slot, localId, amount: Volume.format(amount), worth: Quote.format(worth) })
}

/** All fees so far that were taken in the base currency. */
export const baseFeesSoFar = ({ baseFees = NONE }: GovernorState): WithBaseFee =>
  Object.values(baseFees.standing).reduce((sum, standing) => plusBaseFee(sum, standing), baseFeeOf(baseFees.ended))

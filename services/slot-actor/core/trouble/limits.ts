/** What the exchange's limits of now leave of an exit that is to be asked for: limits and decimals change in mid-run. */
import {
  minus,
  plus,
  Price,
  PRICE_DECIMALS,
  type Volume,
  VOLUME_DECIMALS
} from "../../../../shared/core/decimal/decimal.ts"
import { shareOf } from "../money/booking.ts"
import { belowMinimum } from "../money/pricing.ts"
import type { Draft, SlotVariants } from "../draft.ts"
import type { ExitOrder } from "../state.ts"
import { keepResidual } from "./residual.ts"

/** Up to version 2 of the rules: what was large enough once is asked for again as it was. */
export const asOnceTaken: SlotVariants["limits"] = {
  forbid: () => false,
  priceNow: (_draft, _side, price) => price,
  volumeNow: (_draft, volume) => volume
}

/** The next multiple of `step`, upwards or downwards. */
const toStep = (value: bigint, step: bigint, up: boolean): bigint =>
  up ? ((value + step - 1n) / step) * step : (value / step) * step

/** From version 3 on nothing is asked for that the limits forbid. Decimals count once the exchange has said them. */
export const asTakenNow: SlotVariants["limits"] = {
  forbid: ({ terms }, volume, price) => price <= 0n || belowMinimum(volume, Price.toNumber(price), terms) !== null,
  priceNow: ({ state, terms }, side, price) =>
    state.facts.constraints === null
      ? price
      : (toStep(price, 10n ** BigInt(PRICE_DECIMALS - terms.priceDecimals), side === "sell") as Price),
  volumeNow: ({ state, terms }, volume) =>
    state.facts.constraints === null
      ? volume
      : (toStep(volume, 10n ** BigInt(VOLUME_DECIMALS - terms.volumeDecimals), false) as Volume)
}

/** Moves so much of the exit's position to the trade's residual, with its share of what it had cost; returns what is left of the exit. */
export const setAside = (draft: Draft, exit: ExitOrder, volume: Volume): ExitOrder => {
  if (volume === 0n) return exit
  const { position, tradeId } = exit
  const whole = plus(position.closedVolume, exit.volume)
  const cost = shareOf(position.cost, volume, whole)
  const fee = shareOf(position.fee, volume, whole)
  keepResidual(draft, tradeId, { price: position.price, volume, cost, fee })
  return {
    ...exit,
    volume: minus(exit.volume, volume),
    position: { ...position, cost: minus(position.cost, cost), fee: minus(position.fee, fee) }
  }
}

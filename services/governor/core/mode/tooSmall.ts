/** Every order that the slots want is smaller than the exchange takes: then nothing can be placed, and the market says why. */
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { minimums } from "../market.ts"
import { setCause } from "./mode.ts"

/** What a slot wanted last and the exchange does not take, USD. */
export const noteTooSmall = ({ state }: Draft, slot: SlotNumber, sizeUsd: number): void => {
  state.tooSmall = { ...state.tooSmall, [slot]: sizeUsd }
}

/** The slot has asked for an order: it found a size. */
export const noteLargeEnough = ({ state }: Draft, slot: SlotNumber): void => {
  if (state.tooSmall?.[slot] === undefined) return
  const { [slot]: _asked, ...others } = state.tooSmall
  state.tooSmall = others
}

/** Pauses while no order lives and every slot wants one that the limits and the price of now forbid. */
export const watchSizes = (draft: Draft): void => {
  const { state } = draft
  if (state.tooSmall === undefined) return
  const { tooSmall } = state
  const active = state.slots.slots.filter((known) => known.state === "active")
  const least = minimums(state.market)
  const sizeUsd = Math.max(0, ...active.map(({ slot }) => tooSmall[slot] ?? Number.POSITIVE_INFINITY))
  const leastUsd =
    least === null
      ? 0
      : Math.max(Quote.toNumber(least.minCost), Volume.toNumber(least.minVolume) * state.market.priceNumber)
  const stands = active.length > 0 && state.orders.length === 0 && sizeUsd < leastUsd
  setCause(draft, "size_too_small", stands, () =>
    reason("size_too_small", {
      sizeUsd,
      leastUsd,
      ...(least === null
        ? {}
        : {
            minVolume: Volume.format(least.minVolume),
            minCostUsd: Quote.format(least.minCost),
            marketPrice: state.market.priceNumber
          })
    })
  )
}

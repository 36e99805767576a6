/** A control plane whose market has as many slots as a measurement wants, and moves when it says so. */
import { Context, Effect, Layer } from "effect"
import { ControlPlane, controlPlaneLayer } from "../../services/control-plane/layer.ts"
import { opening, price, slots } from "../../services/control-plane/testing/examples.ts"
import { handMoved, OPTIONS } from "../../services/control-plane/testing/views.ts"

/** Slots to be shown: of each both trades are out, and two recoveries. */
export const slotsOf = (count: number) => {
  const [, both] = slots
  const [recovery] = both?.recovery_orders ?? []
  if (both === undefined || recovery === undefined) throw new Error("the example has a slot with a recovery")
  const recoveries = [recovery, { ...recovery, recovery_id: recovery.recovery_id + 1 }]
  return Array.from({ length: count }, (_, index) => ({ ...both, slot_id: index + 1, recovery_orders: recoveries }))
}

/** Serves until its scope closes. `move` gives every order another distance from the market. */
export const shownMarket = Effect.fn("shownMarket")(function* (slotCount: number) {
  const market = yield* handMoved(opening)
  yield* market.setSlots(slotsOf(slotCount))
  const { url } = Context.get(
    yield* Layer.build(controlPlaneLayer(OPTIONS).pipe(Layer.provide(market.views))),
    ControlPlane
  )
  let n = 0
  const move = Effect.suspend(() => market.append(price(`0.${1_400_000 + (++n % 9_000)}`)))
  return { url, move }
})

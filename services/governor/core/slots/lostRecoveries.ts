/** Recoveries whose order has gone and is to be asked for anew: they are recoveries still, of the same number and age. */
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import { orderKey } from "../../../../shared/market/core/orderLife.ts"
import type { GovernorVariants } from "../draft.ts"

type LostRecoveries = GovernorVariants["lostRecoveries"]

/** Up to version 2 of the rules: an exit asked for anew is an exit. */
export const forgetsLost: LostRecoveries = { gone: () => undefined, returned: () => null }

/** From version 3 on: one that says which it takes the place of is what that was. */
export const remembersLost: LostRecoveries = {
  gone: ({ state }, { slot, localId, recovery }) => {
    if (recovery === null) return
    // A position may be given up instead: then its own stays behind. No more than there are live orders.
    const kept = [...(state.lostRecoveries ?? []), { key: orderKey(slot, localId), recovery }]
    state.lostRecoveries = kept.slice(-MAX_FOLLOWED_ORDERS)
  },
  returned: ({ state }, slot, replaces) => {
    const key = orderKey(slot, replaces)
    const lost = state.lostRecoveries?.find((known) => known.key === key)
    if (lost === undefined) return null
    state.lostRecoveries = state.lostRecoveries?.filter((known) => known !== lost) ?? []
    return lost.recovery
  }
}

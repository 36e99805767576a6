/**
 * What the market's journal says apart from the slots: price, clock, account, terms, reconciliation, faults, live orders,
 * notices and commands. A pure fold that decides nothing; what slots and governor decide is shown from their own views.
 */
import { defineActor } from "../../../../shared/actor/core/actor.ts"
import { dispatch } from "../../../../shared/actor/core/handlers.ts"
import { keyed } from "../../../../shared/market/core/liveOrders.ts"
import { askedHandlers, tellingHandlers } from "./asked.ts"
import { marketHandlers } from "./market.ts"
import { orderHandlers } from "./orders.ts"
import { type FollowedOrder, initialStatus, type StatusState } from "./state.ts"

const fold = dispatch<StatusState, StatusState>(
  { ...marketHandlers, ...orderHandlers, ...askedHandlers },
  (state) => state
)

const tell = dispatch<StatusState, StatusState>(tellingHandlers, (state) => state)

/** The fold as an actor without outputs: whoever follows the journal runs it beside the others. */
export const statusActor = defineActor<
  StatusState,
  Omit<StatusState, "live"> & { readonly live: Readonly<Record<string, FollowedOrder>> }
>({
  name: "status",
  version: "6",
  initial: initialStatus,
  text: {
    of: (state) => ({ ...state, live: keyed(state.live) }),
    read: (written) => ({ ...written, live: Object.values(written.live) })
  },
  reduce: (state, event, place) => {
    // An order that ends is told of while it is still known.
    const next = fold(tell(state, event, place), event, place)
    return { state: place.timeMs > next.nowMs ? { ...next, nowMs: place.timeMs } : next, outputs: [] }
  }
})

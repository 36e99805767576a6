/** The live orders of all slots, and how often each thing has happened to one. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import { findOrder, withoutOrder, withOrder } from "../../../../shared/market/core/liveOrders.ts"
import { evolveOrder, type OrderLifeEvent, requestedOrder } from "../../../../shared/market/core/orderLife.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { counted, type FollowedOrder, type StatusState } from "./state.ts"

/** Beyond the bound the oldest is dropped, and counted. */
const followed = (state: StatusState, event: EventOf<"OrderRequested">, { slot, timeMs }: EventPlace): StatusState => {
  if (slot === null) return state
  const live = withOrder<FollowedOrder>(state.live, { ...requestedOrder(event), slot, sinceMs: timeMs })
  if (live.length <= MAX_FOLLOWED_ORDERS) return { ...state, live }
  return { ...state, live: live.slice(1), untracked: state.untracked + 1 }
}

const evolved = (state: StatusState, slot: SlotNumber | null, event: OrderLifeEvent, timeMs: number): StatusState => {
  const order = slot === null ? undefined : findOrder(state.live, slot, event.localId)
  if (order === undefined) return state
  const next = evolveOrder(order, event)
  if (next === null) return { ...state, live: withoutOrder(state.live, order.slot, order.localId) }
  const sinceMs = next.stage === order.stage ? order.sinceMs : timeMs
  return { ...state, live: withOrder(state.live, { ...next, sinceMs }) }
}

const evolve = (state: StatusState, event: OrderLifeEvent, { slot, timeMs }: EventPlace): StatusState =>
  evolved(state, slot, event, timeMs)

/** One that was never sent says nothing of the exchange: its slot had taken it back. */
const rejected = (state: StatusState, event: EventOf<"OrderRejected">, place: EventPlace): StatusState => {
  const order = place.slot === null ? undefined : findOrder(state.live, place.slot, event.localId)
  return counted(evolve(state, event, place), order?.stage === "requested" ? "withdrawn" : "rejected")
}

/** The order family is heard whole: nothing that happens to an order goes unseen. */
export const orderHandlers = {
  OrderRequested: followed,
  EntryRefused: (state, event, { timeMs }) => evolved(state, event.slot, event, timeMs),
  OrderClaimed: (state, event, place) => counted(evolve(state, event, place), "sent"),
  OrderAccepted: evolve,
  OrderUnknown: evolve,
  OrderAmended: evolve,
  AmendRefused: evolve,
  OrderRestated: evolve,
  LateFillRecorded: (state) => counted(state, "fills"),
  FillRecorded: (state, event, place) => counted(evolve(state, event, place), "fills"),
  OrderRejected: rejected,
  OrderFilled: (state, event, place) => counted(evolve(state, event, place), "filled"),
  OrderCancelled: (state, event, place) => counted(evolve(state, event, place), "cancelled")
} satisfies Handlers<StatusState, StatusState, "order">

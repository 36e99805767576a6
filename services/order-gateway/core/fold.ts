/** The gateway's fold: which requests have which outcome. Pure; it decides nothing. */
import type { Actor, EventPlace } from "../../../shared/actor/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/stateText.ts"
import { plus, Quote, Volume } from "../../../shared/decimal/decimal.ts"
import { clientIdOf } from "../../../shared/events/clientId.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { slotOfSubject } from "../../../shared/events/subjects.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { emptyLane, type GatewayState, initialState, type Lane, type LiveOrder } from "./state.ts"

export const gatewayFold: Actor<GatewayState> = {
  name: "order-gateway",
  version: "1",
  initial: initialState,
  reduce: (state, event, place) => ({ state: foldEvent(state, event, place), outputs: [] }),
  encode: encodeState,
  decode: decodeState<GatewayState>
}

const foldEvent = (state: GatewayState, event: MarketEvent, place: EventPlace): GatewayState => {
  switch (event._tag) {
    case "EpochRaised":
      return { ...state, epoch: event.epoch }
    case "BalancesObserved":
      return { ...state, balances: event }
    case "ConstraintsObserved":
      return { ...state, constraints: event }
    case "FeesObserved":
      return { ...state, fees: event }
    default:
      return foldLane(state, event, place)
  }
}

const foldLane = (state: GatewayState, event: MarketEvent, place: EventPlace): GatewayState => {
  if (!LANE_EVENTS.has(event._tag)) return state
  const slot = slotOfSubject(place.subject)
  if (slot === null) return state
  const lane = state.lanes[slot] ?? emptyLane(slot)
  return { ...state, lanes: { ...state.lanes, [slot]: stepLane(lane, event as LaneEvent, place) } }
}

type LaneEvent = EventOf<
  | "OrderRequested"
  | "CancelRequested"
  | "OrderClaimed"
  | "OrderAccepted"
  | "OrderRejected"
  | "OrderUnknown"
  | "FillRecorded"
  | "OrderFilled"
  | "OrderCancelled"
>

const LANE_EVENTS: ReadonlySet<MarketEvent["_tag"]> = new Set<LaneEvent["_tag"]>([
  "OrderRequested",
  "CancelRequested",
  "OrderClaimed",
  "OrderAccepted",
  "OrderRejected",
  "OrderUnknown",
  "FillRecorded",
  "OrderFilled",
  "OrderCancelled"
])

const stepLane = (lane: Lane, event: LaneEvent, place: EventPlace): Lane => {
  switch (event._tag) {
    case "OrderRequested":
      return request(lane, event, place)
    case "CancelRequested":
      // An order that has ended needs no cancel: its end is written, the slot will read it.
      if (lane.orders[event.localId] === undefined) return lane
      return { ...lane, tasks: [...lane.tasks, { _tag: "Cancel", localId: event.localId }] }
    case "OrderClaimed":
      return update(lane, place, event.localId, { stage: "claimed", deadlineMs: event.deadlineMs })
    case "OrderUnknown":
      return update(lane, place, event.localId, { stage: "unknown" })
    case "OrderAccepted":
      return placed(update(lane, place, event.localId, { stage: "open", txid: event.txid }), event.localId)
    case "FillRecorded":
      return recordFill(lane, event, place)
    case "OrderRejected":
    case "OrderFilled":
    case "OrderCancelled":
      return remove({ ...lane, lastFactSeq: place.seq }, event.localId)
  }
}

const request = (lane: Lane, event: EventOf<"OrderRequested">, place: EventPlace): Lane => {
  const { localId, side, price, volume, postOnly } = event
  const order: LiveOrder = {
    localId,
    clientId: clientIdOf({ epoch: place.epoch, slot: lane.slot, seq: place.seq, index: place.index }),
    side,
    price,
    volume,
    postOnly,
    stage: "requested",
    txid: null,
    deadlineMs: 0,
    execIds: [],
    filled: Volume.zero,
    cost: Quote.zero,
    fee: Quote.zero
  }
  return { ...lane, tasks: [...lane.tasks, { _tag: "Place", localId }], orders: { ...lane.orders, [localId]: order } }
}

const update = (lane: Lane, place: EventPlace, localId: number, change: Partial<LiveOrder>): Lane => {
  const order = lane.orders[localId]
  if (order === undefined) return { ...lane, lastFactSeq: place.seq }
  return { ...lane, lastFactSeq: place.seq, orders: { ...lane.orders, [localId]: { ...order, ...change } } }
}

const recordFill = (lane: Lane, event: EventOf<"FillRecorded">, place: EventPlace): Lane => {
  const order = lane.orders[event.localId]
  if (order === undefined || order.execIds.includes(event.execId)) return { ...lane, lastFactSeq: place.seq }
  return update(lane, place, event.localId, {
    execIds: [...order.execIds, event.execId],
    filled: plus(order.filled, event.volume),
    cost: plus(order.cost, event.cost),
    fee: plus(order.fee, event.fee)
  })
}

/** The order stands at the exchange: its request is done. */
const placed = (lane: Lane, localId: number): Lane => ({
  ...lane,
  tasks: lane.tasks.filter((task) => task._tag === "Cancel" || task.localId !== localId)
})

/** The order has ended: nothing is left to do for it, placing or cancelling. */
const remove = (lane: Lane, localId: number): Lane => {
  const { [localId]: _ended, ...orders } = lane.orders
  return { ...lane, orders, tasks: lane.tasks.filter((task) => task.localId !== localId) }
}

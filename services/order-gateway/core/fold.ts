/** The gateway's fold: which requests have which outcome. Pure; it decides nothing. */
import type { Actor, EventPlace } from "../../../shared/actor/core/actor.ts"
import { decodeState, encodeState } from "../../../shared/actor/core/stateText.ts"
import { plus, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { slotOfSubject } from "../../../shared/core/ids/subjects.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { emptyLane, type GatewayState, initialState, type Lane, type LiveOrder, type Task } from "./state.ts"

export const gatewayFold: Actor<GatewayState> = {
  name: "order-gateway",
  version: "2",
  initial: initialState,
  reduce: (state, event, place) => ({ state: foldEvent(dated(state, place), event, place), outputs: [] }),
  encode: encodeState,
  decode: decodeState<GatewayState>
}

const dated = (state: GatewayState, { timeMs }: EventPlace): GatewayState =>
  state.beganMs > 0 || timeMs <= 0 ? state : { ...state, beganMs: timeMs }

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
    case "OpenOrdersObserved":
      return { ...state, openOrders: event }
    case "ExchangeErrorsObserved":
      return { ...state, failedCalls: event.consecutive }
    case "EntryGranted":
      return foldLaneOf(state, event.slot, (lane) => granted(lane, event.localId))
    case "EntryRefused":
      return foldLaneOf(state, event.slot, (lane) => refused(lane, event.localId))
    case "DriftReconcileAsked":
      return ask(state, { what: "drift", commandId: event.commandId })
    case "AuditAsked":
      return ask(state, { what: "audit", commandId: event.commandId })
    case "DriftReconciled":
    case "TradeHistoryObserved":
      return { ...state, asked: state.asked.filter(({ commandId }) => commandId !== event.commandId) }
    default:
      return foldLane(state, event, place)
  }
}

/** People ask, and each question is answered in minutes; when the exchange is away for long the oldest give way. */
const MAX_ASKED = 32

const ask = (state: GatewayState, question: GatewayState["asked"][number]): GatewayState => ({
  ...state,
  asked: [...state.asked, question].slice(-MAX_ASKED)
})

const foldLane = (state: GatewayState, event: MarketEvent, place: EventPlace): GatewayState => {
  if (!LANE_EVENTS.has(event._tag)) return state
  const slot = slotOfSubject(place.subject)
  if (slot === null) return state
  return foldLaneOf(state, slot, (lane) => stepLane(lane, event as LaneEvent, place))
}

const foldLaneOf = (state: GatewayState, slot: number, step: (lane: Lane) => Lane): GatewayState => ({
  ...state,
  lanes: { ...state.lanes, [slot]: step(state.lanes[slot] ?? emptyLane(slot)) }
})

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
  | "AmendRequested"
  | "OrderAmended"
  | "AmendRefused"
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
  "OrderCancelled",
  "AmendRequested",
  "OrderAmended",
  "AmendRefused"
])

const stepLane = (lane: Lane, event: LaneEvent, place: EventPlace): Lane => {
  switch (event._tag) {
    case "OrderRequested":
      return request(lane, event, place)
    case "CancelRequested":
      return cancel(lane, event.localId)
    case "AmendRequested":
      return amend(lane, event)
    case "OrderAmended":
      return answered(repriced(lane, event, place), event.localId)
    case "AmendRefused":
      return answered({ ...lane, lastFactSeq: place.seq }, event.localId)
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

/** An order that has ended needs no cancel: its end is written, the slot will read it. One to be cancelled is not amended first. */
const cancel = (lane: Lane, localId: number): Lane => {
  const order = lane.orders[localId]
  if (order === undefined) return lane
  if (order.grant === "awaited") {
    return { ...lane, orders: { ...lane.orders, [localId]: { ...order, grant: "withdrawn" } } }
  }
  const others = lane.tasks.filter((task) => task._tag !== "Amend" || task.localId !== localId)
  return { ...lane, tasks: [...others, { _tag: "Cancel", localId }] }
}

/** The governor lets the entry go: it is the lane's next task, or its withdrawal is. */
const granted = (lane: Lane, localId: number): Lane => {
  const order = lane.orders[localId]
  if (order === undefined || order.grant === "granted") return lane
  const place: Task = { _tag: "Place", localId }
  const tasks: ReadonlyArray<Task> = order.grant === "withdrawn" ? [place, { _tag: "Cancel", localId }] : [place]
  return {
    ...lane,
    tasks: [...lane.tasks, ...tasks],
    orders: { ...lane.orders, [localId]: { ...order, grant: "granted" } }
  }
}

/** An entry that may be sent already cannot be refused any more: it lives until the exchange says how it ended. */
const refused = (lane: Lane, localId: number): Lane =>
  lane.orders[localId]?.grant === "granted" ? lane : remove(lane, localId)

/** An order that is about to end, or that nobody has let go yet, has no price to move. */
const amend = (lane: Lane, { localId, price }: EventOf<"AmendRequested">): Lane => {
  const cancelled = lane.tasks.some((task) => task._tag === "Cancel" && task.localId === localId)
  if (lane.orders[localId]?.grant !== "granted" || cancelled) return lane
  return { ...lane, tasks: [...lane.tasks, { _tag: "Amend", localId, price }] }
}

/** The order's oldest amendment has its answer. */
const answered = (lane: Lane, localId: number): Lane => {
  const oldest = lane.tasks.findIndex((task) => task._tag === "Amend" && task.localId === localId)
  return { ...lane, tasks: lane.tasks.filter((_task, at) => at !== oldest) }
}

/** Former prices that are kept: an order is amended by a person's wish, rarely twice. Fills at an older one count as mixed. */
const FORMER_PRICES = 8

const repriced = (lane: Lane, { localId, price }: EventOf<"OrderAmended">, place: EventPlace): Lane => {
  const order = lane.orders[localId]
  const formerPrices = order === undefined ? [] : [...order.formerPrices, order.price].slice(-FORMER_PRICES)
  return update(lane, place, localId, { price, formerPrices })
}

const request = (lane: Lane, event: EventOf<"OrderRequested">, place: EventPlace): Lane => {
  const { localId, side, role, price, volume, postOnly } = event
  const awaited = role === "entry"
  const order: LiveOrder = {
    localId,
    clientId: clientIdOf({ epoch: place.epoch, slot: lane.slot, seq: place.seq, index: place.index }),
    side,
    price,
    formerPrices: [],
    volume,
    postOnly,
    grant: awaited ? "awaited" : "granted",
    stage: "requested",
    txid: null,
    deadlineMs: 0,
    execIds: [],
    filled: Volume.zero,
    cost: Quote.zero,
    fee: Quote.zero
  }
  const orders = { ...lane.orders, [localId]: order }
  return awaited ? { ...lane, orders } : { ...lane, orders, tasks: [...lane.tasks, { _tag: "Place", localId }] }
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
  tasks: lane.tasks.filter((task) => task._tag !== "Place" || task.localId !== localId)
})

/** The order has ended: nothing is left to do for it, placing or cancelling. */
const remove = (lane: Lane, localId: number): Lane => {
  const { [localId]: _ended, ...orders } = lane.orders
  return { ...lane, orders, tasks: lane.tasks.filter((task) => task.localId !== localId) }
}

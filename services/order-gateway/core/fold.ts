/** The gateway's fold: which requests have which outcome. Pure; it decides nothing. */
import type { LocalId, SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { defineActor, type EventPlace } from "../../../shared/actor/core/actor.ts"
import { dispatch, type Handlers } from "../../../shared/actor/core/handlers.ts"
import { clientIdOf } from "../../../shared/core/ids/clientId.ts"
import type { Side } from "../../../shared/core/trading.ts"
import { baseFeeOf, minusBaseFee, plusBaseFee } from "../../../shared/core/baseFee.ts"
import { MOVEMENTS_KEPT, movementOf } from "./balances.ts"
import { accountHandlers } from "../../../shared/market/core/account.ts"
import { evolveOrder, type OrderLifeEvent, requestedOrder } from "../../../shared/market/core/orderLife.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { minus, plus } from "../../../shared/core/decimal/decimal.ts"
import {
  emptyLane,
  ENDED_KEPT,
  type EndedOrder,
  type GatewayState,
  initialState,
  type Lane,
  type LiveOrder,
  orderOf,
  orderOfSlot,
  type Sums,
  type Task,
  writtenForm,
  type WrittenState
} from "./state.ts"

const dated = (state: GatewayState, { timeMs }: EventPlace): GatewayState =>
  state.beganMs > 0 || timeMs <= 0 ? state : { ...state, beganMs: timeMs }

/** People ask, and each question is answered in minutes; when the exchange is away for long the oldest give way. */
const MAX_ASKED = 32

const ask = (state: GatewayState, question: GatewayState["asked"][number]): GatewayState => ({
  ...state,
  asked: [...state.asked, question].slice(-MAX_ASKED)
})

const inLane = (state: GatewayState, slot: SlotNumber, step: (lane: Lane) => Lane): GatewayState => {
  const lane = step(state.lanes[slot] ?? emptyLane(slot))
  // Set after the copy: a computed name within it is what the engine has no quick way for, and this is done for every fact.
  const lanes: Record<SlotNumber, Lane> = { ...state.lanes }
  lanes[slot] = lane
  return { ...state, lanes }
}

/** The lane with this order in its place: after those with lower numbers, instead of the one it was. */
const withOrder = (lane: Lane, order: LiveOrder): Lane => {
  const { orders } = lane
  const place = orders.findIndex(({ localId }) => localId >= order.localId)
  if (place < 0) return { ...lane, orders: [...orders, order] }
  const replaced = orders[place]?.localId === order.localId ? 1 : 0
  return { ...lane, orders: orders.toSpliced(place, replaced, order) }
}

/** An order that has ended needs no cancel: its end is written, the slot will read it. One to be cancelled is not amended first. */
const cancel = (lane: Lane, localId: LocalId): Lane => {
  const order = orderOf(lane, localId)
  if (order === undefined) return lane
  if (order.grant === "awaited") return withOrder(lane, { ...order, grant: "withdrawn" })
  const others = lane.tasks.filter((task) => task._tag !== "Amend" || task.localId !== localId)
  return { ...lane, tasks: [...others, { _tag: "Cancel", localId }] }
}

/** The governor lets the entry go: it is the lane's next task, or its withdrawal is. */
const granted = (lane: Lane, localId: LocalId): Lane => {
  const order = orderOf(lane, localId)
  if (order === undefined || order.grant === "granted") return lane
  const place: Task = { _tag: "Place", localId }
  const tasks: ReadonlyArray<Task> = order.grant === "withdrawn" ? [place, { _tag: "Cancel", localId }] : [place]
  return { ...withOrder(lane, { ...order, grant: "granted" }), tasks: [...lane.tasks, ...tasks] }
}

/** An entry that may be sent already cannot be refused any more: it lives until the exchange says how it ended. */
const refused = (lane: Lane, localId: LocalId): Lane =>
  orderOf(lane, localId)?.grant === "granted" ? lane : remove(lane, localId)

/** An order that is about to end, or that nobody has let go yet, has no price to move. */
const amend = (lane: Lane, { localId, price }: EventOf<"AmendRequested">): Lane => {
  const cancelled = lane.tasks.some((task) => task._tag === "Cancel" && task.localId === localId)
  if (orderOf(lane, localId)?.grant !== "granted" || cancelled) return lane
  return { ...lane, tasks: [...lane.tasks, { _tag: "Amend", localId, price }] }
}

/** The order's oldest amendment has its answer. */
const answered = (lane: Lane, localId: LocalId): Lane => {
  const oldest = lane.tasks.findIndex((task) => task._tag === "Amend" && task.localId === localId)
  return { ...lane, tasks: lane.tasks.filter((_task, at) => at !== oldest) }
}

/** Former prices that are kept: an order is amended by a person's wish, rarely twice. Fills at an older one count as mixed. */
const FORMER_PRICES = 8

const changed = (lane: Lane, event: EventOf<"OrderAmended" | "OrderRestated">, place: EventPlace): Lane => {
  const order = orderOf(lane, event.localId)
  const formerPrices = order === undefined ? [] : [...order.formerPrices, order.price].slice(-FORMER_PRICES)
  return evolve(lane, event, place, { formerPrices, changedMs: place.timeMs })
}

const request = (lane: Lane, event: EventOf<"OrderRequested">, place: EventPlace): Lane => {
  const { localId, role, cycle, postOnly } = event
  const awaited = role === "entry"
  const order: LiveOrder = {
    ...requestedOrder(event),
    clientId: clientIdOf({ epoch: place.epoch, slot: lane.slot, seq: place.seq, index: place.index }),
    formerPrices: [],
    cycle,
    changedMs: 0,
    postOnly,
    grant: awaited ? "awaited" : "granted",
    deadlineMs: 0,
    execIds: []
  }
  const next = withOrder(lane, order)
  return awaited ? next : { ...next, tasks: [...lane.tasks, { _tag: "Place", localId }] }
}

/** The order after a fact about it, with what only the gateway keeps. */
const evolve = (lane: Lane, event: OrderLifeEvent, { seq }: EventPlace, change: Partial<LiveOrder> = {}): Lane => {
  const heard = { ...lane, lastFactSeq: seq }
  const order = orderOf(lane, event.localId)
  if (order === undefined) return heard
  const next = evolveOrder(order, event)
  if (next === null) return remove(heard, event.localId)
  return withOrder(heard, { ...next, ...change })
}

const recordFill = (lane: Lane, event: EventOf<"FillRecorded">, place: EventPlace): Lane => {
  const order = orderOf(lane, event.localId)
  const known = order?.execIds ?? []
  if (known.includes(event.execId)) return { ...lane, lastFactSeq: place.seq }
  return evolve(lane, event, place, { execIds: [...known, event.execId], ...plusBaseFee(order ?? {}, event) })
}

const withMovement = (state: GatewayState, side: Side, sums: Sums): GatewayState =>
  sums.volume === 0n ? state : { ...state, moved: [...state.moved, movementOf(side, sums)].slice(-MOVEMENTS_KEPT) }

/** A fill of a live order; one that was recorded before moves nothing. */
const filled = (state: GatewayState, event: EventOf<"FillRecorded">, place: EventPlace): GatewayState => {
  const { slot } = place
  if (slot === null) return state
  const order = orderOfSlot(state, slot, event.localId)
  const next = inLane(state, slot, (lane) => recordFill(lane, event, place))
  return order === undefined || order.execIds.includes(event.execId) ? next : withMovement(next, order.side, event)
}

/** The order has ended at the exchange: what it came to is kept for a while. */
const end = (
  state: GatewayState,
  event: EventOf<"OrderFilled" | "OrderCancelled">,
  place: EventPlace
): GatewayState => {
  const { slot } = place
  if (slot === null) return state
  const order = orderOfSlot(state, slot, event.localId)
  const next = inLane(state, slot, (lane) => evolve(lane, event, place))
  if (order === undefined) return next
  const { localId, clientId, side, role, cycle, execIds, filled, cost, fee } = order
  const ended: EndedOrder = {
    ...{ slot, localId, clientId, side, role, cycle, execIds, txid: event.txid, endedMs: place.timeMs },
    sums: { volume: event.volume, cost: event.cost, fee: event.fee, ...baseFeeOf(event) },
    recorded: { volume: filled, cost, fee, ...baseFeeOf(order) }
  }
  const unsaid = {
    volume: minus(event.volume, filled),
    cost: minus(event.cost, cost),
    fee: minus(event.fee, fee),
    ...minusBaseFee(event, order)
  }
  return withMovement({ ...next, ended: [...state.ended, ended].slice(-ENDED_KEPT) }, side, unsaid)
}

const addUp = (sums: Sums, fill: Sums): Sums => ({
  volume: plus(sums.volume, fill.volume),
  cost: plus(sums.cost, fill.cost),
  fee: plus(sums.fee, fill.fee),
  ...plusBaseFee(sums, fill)
})

const withLateFill = (order: EndedOrder, fill: EventOf<"LateFillRecorded">): EndedOrder => {
  const { counted } = fill
  const recorded = addUp(order.recorded, fill)
  return {
    ...order,
    execIds: [...order.execIds, fill.execId],
    sums: addUp(order.sums, fill),
    recorded: counted === undefined ? recorded : addUp(recorded, counted)
  }
}

const recordLateFill = (
  state: GatewayState,
  fill: EventOf<"LateFillRecorded">,
  { slot, seq }: EventPlace
): GatewayState => {
  if (slot === null) return state
  const isMeant = (order: EndedOrder) =>
    order.slot === slot && order.localId === fill.localId && !order.execIds.includes(fill.execId)
  const ended = state.ended.map((order) => (isMeant(order) ? withLateFill(order, fill) : order))
  const next = { ...inLane(state, slot, (lane) => ({ ...lane, lastFactSeq: seq })), ended }
  return state.ended.some(isMeant) ? withMovement(next, fill.side, fill) : next
}

/** The order stands at the exchange: its request is done. */
const placed = (lane: Lane, localId: LocalId): Lane => ({
  ...lane,
  tasks: lane.tasks.filter((task) => task._tag !== "Place" || task.localId !== localId)
})

/** The order has ended: nothing is left to do for it, placing or cancelling. */
const remove = (lane: Lane, localId: LocalId): Lane => ({
  ...lane,
  orders: lane.orders.filter((order) => order.localId !== localId),
  tasks: lane.tasks.filter((task) => task.localId !== localId)
})

/** A step of the lane on whose slot's subject the event stands. */
const ofSlot =
  <Event>(step: (lane: Lane, event: Event, place: EventPlace) => Lane) =>
  (state: GatewayState, event: Event, place: EventPlace): GatewayState =>
    place.slot === null ? state : inLane(state, place.slot, (lane) => step(lane, event, place))

const answeredQuestion = (state: GatewayState, { commandId }: { readonly commandId: string }): GatewayState => ({
  ...state,
  asked: state.asked.filter((question) => question.commandId !== commandId)
})

/** What the gateway hears; of orders everything, since a missed one would be sent again or never. */
const HANDLERS: Handlers<GatewayState, GatewayState, "order"> = {
  ...accountHandlers<GatewayState>(),
  BalancesObserved: (state, balances) => ({ ...state, balances, moved: [] }),
  ExchangeErrorsObserved: (state, { consecutive }) => ({ ...state, failedCalls: consecutive }),

  OrderRequested: ofSlot(request),
  CancelRequested: ofSlot((lane, { localId }) => cancel(lane, localId)),
  AmendRequested: ofSlot(amend),
  EntryGranted: (state, { slot, localId }) => inLane(state, slot, (lane) => granted(lane, localId)),
  EntryRefused: (state, { slot, localId }) => inLane(state, slot, (lane) => refused(lane, localId)),

  OrderClaimed: ofSlot((lane, event, place) => evolve(lane, event, place, { deadlineMs: event.deadlineMs })),
  OrderUnknown: ofSlot(evolve),
  OrderAccepted: ofSlot((lane, event, place) => placed(evolve(lane, event, place), event.localId)),
  OrderAmended: ofSlot((lane, event, place) => answered(changed(lane, event, place), event.localId)),
  AmendRefused: ofSlot((lane, event, place) => answered(evolve(lane, event, place), event.localId)),
  OrderRestated: ofSlot(changed),
  FillRecorded: filled,
  OrderRejected: ofSlot(evolve),
  OrderFilled: end,
  OrderCancelled: end,
  LateFillRecorded: recordLateFill,

  DriftReconcileAsked: (state, { commandId }) => ask(state, { what: "drift", commandId }),
  AuditAsked: (state, { commandId }) => ask(state, { what: "audit", commandId }),
  DriftReconciled: answeredQuestion,
  TradeHistoryObserved: answeredQuestion
}

const fold = dispatch(HANDLERS, (state) => state)

/** Folds everything about orders and the account; an actor without outputs. */
export const gatewayFold = defineActor<GatewayState, WrittenState>({
  name: "order-gateway",
  version: "5",
  initial: initialState,
  text: writtenForm,
  reduce: (state, event, place) => ({ state: fold(dated(state, place), event, place), outputs: [] })
})

/** Orders from their request to their end, their fills, and the sides of cycles that these make. */
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { Handlers } from "../../../../shared/actor/core/handlers.ts"
import type { LocalId, SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import {
  evolveOrder,
  orderKey,
  type OrderLife,
  type OrderLifeEvent,
  provedEnd,
  requestedOrder
} from "../../../../shared/market/core/orderLife.ts"
import {
  type CycleLegs,
  type HistoryState,
  kept,
  MAX_LEG_FILLS,
  MAX_OPEN_CYCLES,
  type PastFill,
  type PastOrder
} from "./state.ts"

/** Without the oldest entries of a table beyond its bound. */
const bounded = <Value>(table: Readonly<Record<string, Value>>, most: number): Readonly<Record<string, Value>> => {
  const entries = Object.entries(table)
  return entries.length <= most ? table : Object.fromEntries(entries.slice(-most))
}

const requested = (
  state: HistoryState,
  event: EventOf<"OrderRequested">,
  { slot, timeMs, seq }: EventPlace
): HistoryState => {
  if (slot === null) return state
  const order: PastOrder = {
    ...requestedOrder(event),
    slot,
    tradeId: event.tradeId,
    cycle: event.cycle,
    recoveryId: null,
    reason: event.reason,
    requestedMs: timeMs,
    requestedSeq: seq,
    sentSeq: null,
    acceptedSeq: null,
    orphanedSeq: null,
    endedMs: null,
    endedSeq: null,
    cause: null
  }
  const live = { ...state.live, [orderKey(slot, event.localId)]: order }
  return { ...state, live: bounded(live, MAX_FOLLOWED_ORDERS) }
}

/** The live order that a fact is about. */
const orderOf = (state: HistoryState, slot: SlotNumber | null, localId: LocalId): PastOrder | null =>
  slot === null ? null : (state.live[orderKey(slot, localId)] ?? null)

/** How an end of an order is told. */
const ended = (order: PastOrder, event: OrderLifeEvent, { timeMs, seq }: EventPlace): PastOrder => {
  const at = { endedMs: timeMs, endedSeq: seq }
  switch (event._tag) {
    case "OrderFilled":
    case "OrderCancelled": {
      const { volume, cost, fee } = provedEnd(order, event)
      const sums = { filled: volume, cost, fee }
      return event._tag === "OrderFilled"
        ? { ...order, ...at, ...sums, stage: "filled" }
        : { ...order, ...at, ...sums, stage: "cancelled", cause: event.cause }
    }
    case "OrderRejected":
      return { ...order, ...at, stage: "rejected", cause: event.cause }
    case "EntryRefused":
      return { ...order, ...at, stage: "refused", cause: sentenceOf(event.reason) }
    default:
      return order
  }
}

const withSteps = (order: PastOrder, event: OrderLifeEvent, seq: number): PastOrder => {
  if (event._tag === "OrderClaimed") return { ...order, sentSeq: seq }
  return event._tag === "OrderAccepted" ? { ...order, acceptedSeq: seq } : order
}

/** An order that has not ended is at one of the stages of its life. */
const isLive = (order: PastOrder): order is PastOrder & OrderLife => order.endedSeq === null

const evolved = (
  state: HistoryState,
  slot: SlotNumber | null,
  event: OrderLifeEvent,
  place: EventPlace
): HistoryState => {
  const order = orderOf(state, slot, event.localId)
  if (order === null || !isLive(order)) return state
  const next = evolveOrder<PastOrder & OrderLife>(order, event)
  const key = orderKey(order.slot, order.localId)
  if (next !== null) return { ...state, live: { ...state.live, [key]: withSteps(next, event, place.seq) } }
  const { [key]: _gone, ...live } = state.live
  const end = ended(order, event, place)
  const { entries, cutSeq } = kept(state, "orders", state.orders, end, ({ endedSeq }) => endedSeq ?? 0)
  return { ...withEndedLeg({ ...state, live }, end), orders: entries, cutSeq }
}

const cycleKey = ({ slot, tradeId, cycle }: Pick<PastOrder, "slot" | "tradeId" | "cycle">): string =>
  `${slot}/${tradeId}/${cycle}`

const NO_LEGS: CycleLegs = { entry: null, exit: null }

const withLeg = (
  state: HistoryState,
  order: Pick<PastOrder, "slot" | "tradeId" | "cycle" | "role">,
  change: (leg: CycleLegs["entry"]) => CycleLegs["entry"]
): HistoryState => {
  const key = cycleKey(order)
  const legs = state.legs[key] ?? NO_LEGS
  const changed = { ...legs, [order.role]: change(legs[order.role]) }
  return { ...state, legs: bounded({ ...state.legs, [key]: changed }, MAX_OPEN_CYCLES) }
}

/** Which trade an order belongs to follows from what it does: trade A sells first. */
const tradeOf = ({ side, role }: Pick<PastFill, "side" | "role">): PastFill["tradeId"] =>
  (role === "entry") === (side === "sell") ? "A" : "B"

const withFill = (state: HistoryState, fill: PastFill, requestedSeq: number): HistoryState => {
  const { entries, cutSeq } = kept(state, "fills", state.fills, fill, ({ seq }) => seq)
  return withLeg({ ...state, fills: entries, cutSeq }, fill, (leg) => ({
    localId: fill.localId,
    requestedSeq,
    fillSeqs: [...(leg?.fillSeqs ?? []), fill.seq].slice(0, MAX_LEG_FILLS),
    endedSeq: leg?.endedSeq ?? null
  }))
}

/** An order that traded something says with its end that it will trade no more. */
const withEndedLeg = (state: HistoryState, order: PastOrder): HistoryState =>
  order.filled === 0n
    ? state
    : withLeg(state, order, (leg) => ({
        localId: order.localId,
        requestedSeq: order.requestedSeq,
        fillSeqs: leg?.fillSeqs ?? [],
        endedSeq: order.endedSeq
      }))

const filled = (state: HistoryState, event: EventOf<"FillRecorded">, place: EventPlace): HistoryState => {
  const order = orderOf(state, place.slot, event.localId)
  if (order === null) return state
  const { slot, localId, side, role, tradeId, cycle } = order
  const { price, volume, cost, fee, liquidity } = event
  const { seq, timeMs: atMs } = place
  const sums = { price, volume, cost, fee, liquidity }
  const fill: PastFill = { seq, atMs, slot, localId, side, role, tradeId, cycle, ...sums, late: false }
  return withFill(evolved(state, slot, event, place), fill, order.requestedSeq)
}

const filledLate = (
  state: HistoryState,
  event: EventOf<"LateFillRecorded">,
  { seq, slot, timeMs: atMs }: EventPlace
): HistoryState => {
  if (slot === null) return state
  const { localId, side, role, cycle, price, volume, cost, fee, liquidity } = event
  const sums = { price, volume, cost, fee, liquidity }
  const fill: PastFill = { seq, atMs, slot, localId, side, role, tradeId: tradeOf(event), cycle, ...sums, late: true }
  const order = state.orders.findLast((one) => one.slot === slot && one.localId === localId)
  return withFill(state, fill, order?.requestedSeq ?? 0)
}

const evolve = (state: HistoryState, event: OrderLifeEvent, place: EventPlace): HistoryState =>
  evolved(state, place.slot, event, place)

/** The order has become a recovery. */
export const orphaned = (
  state: HistoryState,
  event: EventOf<"ExitOrphaned">,
  { slot, seq }: EventPlace
): HistoryState => {
  const order = orderOf(state, slot, event.localId)
  if (order === null) return state
  const recovery = { ...order, recoveryId: event.recoveryId, orphanedSeq: seq }
  return { ...state, live: { ...state.live, [orderKey(order.slot, order.localId)]: recovery } }
}

/** The sides of a cycle that is booked; they are followed no more. */
export const takeLegs = (
  state: HistoryState,
  slot: SlotNumber,
  { tradeId, cycle }: Pick<EventOf<"CycleBooked">, "tradeId" | "cycle">
): { readonly legs: CycleLegs; readonly rest: HistoryState["legs"] } => {
  const key = cycleKey({ slot, tradeId, cycle })
  const { [key]: legs = NO_LEGS, ...rest } = state.legs
  return { legs, rest }
}

/** The order family is heard whole. */
export const orderHandlers = {
  OrderRequested: requested,
  EntryRefused: (state, event, place) => evolved(state, event.slot, event, place),
  OrderClaimed: evolve,
  OrderAccepted: evolve,
  OrderUnknown: evolve,
  OrderAmended: evolve,
  AmendRefused: (state) => state,
  OrderRestated: evolve,
  FillRecorded: filled,
  LateFillRecorded: filledLate,
  OrderRejected: evolve,
  OrderFilled: evolve,
  OrderCancelled: evolve
} satisfies Handlers<HistoryState, HistoryState, "order">

/** The live orders of all slots, from their requests and from what the exchange said. Decides nothing. */
import type { LocalId, SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../shared/core/openOrders.ts"
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import { minus, type Quote, type Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { evolveOrder, orderKey, type OrderLifeEvent, requestedOrder } from "../../../shared/market/core/orderLife.ts"
import type { Draft } from "./draft.ts"
import type { GovernorState, TrackedOrder } from "./state.ts"

type Table = GovernorState["orders"]

/**
 * What follows from the table alone, found once for each table: tables are replaced and never changed, and most events leave the
 * table as it is. Forgotten with the table.
 */
export const ofTable = <A>(find: (orders: Table) => A): ((orders: Table) => A) => {
  const found = new WeakMap<Table, A>()
  return (orders) => {
    const known = found.get(orders)
    if (known !== undefined) return known
    const fresh = find(orders)
    found.set(orders, fresh)
    return fresh
  }
}

const listed = ofTable((orders): ReadonlyArray<TrackedOrder> => Object.values(orders))

/** All live orders, in the order of their requests. */
export const ordersOf = ({ orders }: Pick<GovernorState, "orders">): ReadonlyArray<TrackedOrder> => listed(orders)

/** A live exit that waits outside its cycle. */
export type TrackedRecovery = TrackedOrder & { readonly recovery: NonNullable<TrackedOrder["recovery"]> }

/** The recoveries with a live order, in the order of their requests. */
export const recoveriesOf = (state: Pick<GovernorState, "orders">): ReadonlyArray<TrackedRecovery> =>
  ordersOf(state).filter((order): order is TrackedRecovery => order.recovery !== null)

/** What the order still wants. */
export const remaining = (order: TrackedOrder): Volume => minus(order.volume, order.filled)

/** Sent, or about to be: what counts against the exchange's limit. */
export const countsAsOpen = ({ stage }: TrackedOrder): boolean => stage !== "requested" && stage !== "deferred"

/** Takes a request into the table, unless that is full. An entry waits for its grant, an exit needs none. */
export const track = (draft: Draft, slot: SlotNumber, request: EventOf<"OrderRequested">, atMs: number): void => {
  const { orders } = draft.state
  if (Object.keys(orders).length >= MAX_FOLLOWED_ORDERS) return
  const { localId, role, tradeId, cycle, layers } = request
  draft.state.orders = {
    ...orders,
    [orderKey(slot, localId)]: {
      ...requestedOrder(request),
      slot,
      tradeId,
      cycle,
      layers,
      stage: role === "entry" ? "requested" : "granted",
      requestedAtMs: atMs,
      openedAtMs: 0,
      recovery: null
    }
  }
}

/** The order after a change; an order that is not in the table changes nothing. */
export const change = (draft: Draft, slot: SlotNumber, localId: LocalId, to: Partial<TrackedOrder>): void => {
  const key = orderKey(slot, localId)
  const order = draft.state.orders[key]
  if (order !== undefined) draft.state.orders = { ...draft.state.orders, [key]: { ...order, ...to } }
}

/** Takes an ended order out of the table. */
export const forget = (draft: Draft, slot: SlotNumber, localId: LocalId): void => {
  const { [orderKey(slot, localId)]: _ended, ...orders } = draft.state.orders
  draft.state.orders = orders
}

/** Facts about one order that the table follows. */
export type TableEvent = Exclude<OrderLifeEvent, EventOf<"EntryRefused" | "AmendRefused">> | EventOf<"ExitOrphaned">

/** What a fact says of the order it names; an order that is not in the table changes nothing. */
export const follow = (draft: Draft, slot: SlotNumber, event: TableEvent, { timeMs }: EventPlace): void => {
  const { localId } = event
  if (event._tag === "ExitOrphaned") {
    return change(draft, slot, localId, { recovery: { recoveryId: event.recoveryId, orphanedAtMs: timeMs } })
  }
  const order = draft.state.orders[orderKey(slot, localId)]
  if (order === undefined) return
  const next = evolveOrder(order, event)
  if (next === null) return forget(draft, slot, localId)
  change(draft, slot, localId, event._tag === "OrderAccepted" ? { ...next, openedAtMs: timeMs } : next)
}

/** Price times volume, rounded up to the next unit: a reservation must never be too small. */
export const costCeiling = (price: bigint, volume: bigint): Quote =>
  ((price * volume + 99_999_999n) / 100_000_000n) as Quote

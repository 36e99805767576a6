/** The live orders of all slots, from their requests and from what the exchange said. Decides nothing. */
import type { LocalId, SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../shared/core/openOrders.ts"
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import { minus, type Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { findOrder, withoutOrder, withOrder } from "../../../shared/market/core/liveOrders.ts"
import { evolveOrder, orderKey, type OrderLifeEvent, requestedOrder } from "../../../shared/market/core/orderLife.ts"
import type { Draft } from "./draft.ts"
import type { GovernorState, TrackedOrder } from "./state.ts"

type Table = GovernorState["orders"]

/** A figure of the table after one order of it has changed: as it was (null: it is new), and as it is (null: it has ended). */
type Follow<A> = (known: A, gone: TrackedOrder | null, come: TrackedOrder | null) => A

/** Every figure that follows the table from change to change. */
const followers: Array<(before: Table, after: Table, gone: TrackedOrder | null, come: TrackedOrder | null) => void> = []

/**
 * What follows from the table alone, found once for each table: tables are replaced and never changed, and most events leave the
 * table as it is. With `follow` it is not found anew after a change either. Forgotten with the table.
 */
export const ofTable = <A>(find: (orders: Table) => A, follow?: Follow<A>): ((orders: Table) => A) => {
  const found = new WeakMap<Table, A>()
  if (follow !== undefined) {
    followers.push((before, after, gone, come) => {
      const known = found.get(before)
      if (known !== undefined) found.set(after, follow(known, gone, come))
    })
  }
  return (orders) => {
    const known = found.get(orders)
    if (known !== undefined) return known
    const fresh = find(orders)
    found.set(orders, fresh)
    return fresh
  }
}

const replace = (draft: Draft, orders: Table, gone: TrackedOrder | null, come: TrackedOrder | null): void => {
  for (const follower of followers) follower(draft.state.orders, orders, gone, come)
  draft.state.orders = orders
}

/** A live exit that waits outside its cycle. */
export type TrackedRecovery = TrackedOrder & { readonly recovery: NonNullable<TrackedOrder["recovery"]> }

/** The recoveries with a live order, in the order of their requests. */
export const recoveriesOf = ({ orders }: Pick<GovernorState, "orders">): ReadonlyArray<TrackedRecovery> =>
  recoveries(orders)

const recoveries = ofTable((orders) => orders.filter((order): order is TrackedRecovery => order.recovery !== null))

const deferred = ofTable(
  (orders): ReadonlyMap<string, TrackedOrder> =>
    new Map(
      orders.flatMap((order) => (order.stage === "deferred" ? [[orderKey(order.slot, order.localId), order]] : []))
    )
)

/** The entry that waits under this key (`orderKey`), if one does. */
export const waitingAt = ({ orders }: Pick<GovernorState, "orders">, key: string): TrackedOrder | undefined =>
  deferred(orders).get(key)

/** What the order still wants. */
export const remaining = (order: TrackedOrder): Volume => minus(order.volume, order.filled)

/** Sent, or about to be: what counts against the exchange's limit. */
export const countsAsOpen = ({ stage }: TrackedOrder): boolean => stage !== "requested" && stage !== "deferred"

/** Takes a request into the table, unless that is full. An entry waits for its grant, an exit needs none. */
export const track = (
  draft: Draft,
  slot: SlotNumber,
  request: EventOf<"OrderRequested">,
  atMs: number,
  recovery: TrackedOrder["recovery"]
): void => {
  const { orders } = draft.state
  if (orders.length >= MAX_FOLLOWED_ORDERS) return
  const { role, tradeId, cycle, layers } = request
  const order: TrackedOrder = {
    ...requestedOrder(request),
    slot,
    tradeId,
    cycle,
    layers,
    stage: role === "entry" ? "requested" : "granted",
    requestedAtMs: atMs,
    openedAtMs: 0,
    recovery
  }
  replace(draft, withOrder(orders, order), findOrder(orders, slot, order.localId) ?? null, order)
}

/** The order after a change; an order that is not in the table changes nothing. */
export const change = (draft: Draft, slot: SlotNumber, localId: LocalId, to: Partial<TrackedOrder>): void => {
  const order = findOrder(draft.state.orders, slot, localId)
  if (order === undefined) return
  const changed = { ...order, ...to }
  replace(draft, withOrder(draft.state.orders, changed), order, changed)
}

/** Takes an ended order out of the table. */
export const forget = (draft: Draft, slot: SlotNumber, localId: LocalId): void => {
  const order = findOrder(draft.state.orders, slot, localId)
  if (order !== undefined) replace(draft, withoutOrder(draft.state.orders, slot, localId), order, null)
}

/** Facts about one order that the table follows. */
export type TableEvent = Exclude<OrderLifeEvent, EventOf<"EntryRefused" | "AmendRefused">> | EventOf<"ExitOrphaned">

/** What a fact says of the order it names; an order that is not in the table changes nothing. */
export const follow = (draft: Draft, slot: SlotNumber, event: TableEvent, { timeMs }: EventPlace): void => {
  const { localId } = event
  if (event._tag === "ExitOrphaned") {
    return change(draft, slot, localId, { recovery: { recoveryId: event.recoveryId, orphanedAtMs: timeMs } })
  }
  const order = findOrder(draft.state.orders, slot, localId)
  if (order === undefined) return
  const next = evolveOrder(order, event)
  if (next === null) return forget(draft, slot, localId)
  change(draft, slot, localId, event._tag === "OrderAccepted" ? { ...next, openedAtMs: timeMs } : next)
}

/**
 * The live orders of all slots, in the order of their requests: a list that is replaced with every change. As an object with a key
 * for each order the copies were what a fold of many slots cost: new keys without end are the slowest thing to copy. Written down
 * it still is that object, so states and their hashes are what they always were. Pure.
 */
import type { LocalId, SlotNumber } from "../../core/ids/kinds.ts"
import { orderKey } from "./orderLife.ts"

/** What tells one order from every other of the market. */
interface OfSlot {
  readonly slot: SlotNumber
  readonly localId: LocalId
}

const indexOf = (orders: ReadonlyArray<OfSlot>, slot: SlotNumber, localId: LocalId): number => {
  for (let index = orders.length - 1; index >= 0; index--) {
    const order = orders[index]
    if (order?.localId === localId && order.slot === slot) return index
  }
  return -1
}

/** The slot's order of this number, if it lives. */
export const findOrder = <Order extends OfSlot>(
  orders: ReadonlyArray<Order>,
  slot: SlotNumber,
  localId: LocalId
): Order | undefined => orders[indexOf(orders, slot, localId)]

/** With this order in the place it has, or at the end. */
export const withOrder = <Order extends OfSlot>(orders: ReadonlyArray<Order>, order: Order): ReadonlyArray<Order> => {
  const index = indexOf(orders, order.slot, order.localId)
  return index < 0 ? [...orders, order] : orders.with(index, order)
}

/** Without that order. */
export const withoutOrder = <Order extends OfSlot>(
  orders: ReadonlyArray<Order>,
  slot: SlotNumber,
  localId: LocalId
): ReadonlyArray<Order> => {
  const index = indexOf(orders, slot, localId)
  return index < 0 ? orders : orders.toSpliced(index, 1)
}

/** As they are written down: an object by `orderKey`. Read back with `Object.values`. */
export const keyed = <Order extends OfSlot>(orders: ReadonlyArray<Order>): Readonly<Record<string, Order>> =>
  Object.fromEntries(orders.map((order) => [orderKey(order.slot, order.localId), order]))

/** The live orders of all slots, from their requests and from what the exchange said. Decides nothing. */
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import { minus, plus, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Books } from "./draft.ts"
import type { GovernorState, TrackedOrder } from "./state.ts"

/**
 * More live orders than this are not followed: four times what the highest tier lets stand open (225), far above what slots,
 * recoveries and unanswered cancels can add up to.
 */
export const MAX_TRACKED_ORDERS = 900

/** The key of an order in the table. */
export const orderKey = (slot: number, localId: number): string => `${slot}/${localId}`

/** All live orders, in the order of their requests. */
export const ordersOf = ({ orders }: Pick<GovernorState, "orders">): ReadonlyArray<TrackedOrder> =>
  Object.values(orders)

/** A live exit that waits outside its cycle. */
export type TrackedRecovery = TrackedOrder & { readonly recovery: NonNullable<TrackedOrder["recovery"]> }

/** The recoveries with a live order, in the order of their requests. */
export const recoveriesOf = (state: Pick<GovernorState, "orders">): ReadonlyArray<TrackedRecovery> =>
  ordersOf(state).filter((order): order is TrackedRecovery => order.recovery !== null)

/** What the order still wants. */
export const remaining = (order: TrackedOrder): Volume => minus(order.volume, order.filled)

/** Sent, or about to be: what counts against the exchange's limit. */
export const countsAsOpen = ({ stage }: TrackedOrder): boolean => stage !== "requested" && stage !== "deferred"

/** Takes a request into the table. An entry of a governed market waits for its grant, an exit needs none. */
export const track = (books: Books, slot: number, request: EventOf<"OrderRequested">, atMs: number): void => {
  const { orders, governed } = books.state
  if (Object.keys(orders).length >= MAX_TRACKED_ORDERS) return
  const { localId, side, role, tradeId, cycle, price, volume, layers } = request
  books.state.orders = {
    ...orders,
    [orderKey(slot, localId)]: {
      slot,
      localId,
      side,
      role,
      tradeId,
      cycle,
      price,
      volume,
      filled: Volume.zero,
      cost: Quote.zero,
      fee: Quote.zero,
      stage: governed && role === "entry" ? "requested" : "granted",
      requestedAtMs: atMs,
      openedAtMs: 0,
      layers,
      recovery: null
    }
  }
}

/** The order after a change; an order that is not in the table changes nothing. */
export const change = (books: Books, slot: number, localId: number, to: Partial<TrackedOrder>): void => {
  const key = orderKey(slot, localId)
  const order = books.state.orders[key]
  if (order !== undefined) books.state.orders = { ...books.state.orders, [key]: { ...order, ...to } }
}

/** Takes an ended order out of the table. */
export const forget = (books: Books, slot: number, localId: number): void => {
  const { [orderKey(slot, localId)]: _ended, ...orders } = books.state.orders
  books.state.orders = orders
}

/** Facts about one order that do not end it. */
export type OrderProgress = EventOf<
  "OrderClaimed" | "OrderAccepted" | "OrderUnknown" | "FillRecorded" | "OrderAmended" | "ExitOrphaned"
>

/** What these facts say of the order they name. */
export const noteProgress = (books: Books, slot: number, event: OrderProgress, place: EventPlace): void => {
  const { localId } = event
  switch (event._tag) {
    case "OrderClaimed":
      return change(books, slot, localId, { stage: "claimed" })
    case "OrderUnknown":
      return change(books, slot, localId, { stage: "unknown" })
    case "OrderAccepted":
      return change(books, slot, localId, { stage: "open", openedAtMs: place.timeMs })
    case "OrderAmended":
      return change(books, slot, localId, { price: event.price })
    case "FillRecorded": {
      const order = books.state.orders[orderKey(slot, localId)]
      if (order === undefined) return
      const { filled, cost, fee } = order
      return change(books, slot, localId, {
        filled: plus(filled, event.volume),
        cost: plus(cost, event.cost),
        fee: plus(fee, event.fee)
      })
    }
    case "ExitOrphaned":
      return change(books, slot, localId, {
        recovery: { recoveryId: event.recoveryId, orphanedAtMs: place.timeMs }
      })
  }
}

/** Price times volume, rounded up to the next unit: a reservation must never be too small. */
export const costCeiling = (price: bigint, volume: bigint): Quote =>
  ((price * volume + 99_999_999n) / 100_000_000n) as Quote

/** The live orders of all slots, from their requests and from what the exchange said. Decides nothing. */
import type { LocalId, SlotNumber } from "../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../shared/core/openOrders.ts"
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import { minus, type Price, type Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { findOrder, withoutOrder, withOrder } from "../../../shared/market/core/liveOrders.ts"
import { evolveOrder, orderKey, requestedOrder } from "../../../shared/market/core/orderLife.ts"
import type { AskedExit, Draft, TableEvent } from "./draft.ts"
import type { GovernorState, TrackedOrder } from "./state.ts"

type Table = GovernorState["orders"]

/**
 * A figure of the table after one order of it has changed: as it was (null: it is new), and as it is (null: it has ended).
 * Undefined: it is to be found anew.
 */
type Follow<A> = (known: A, gone: TrackedOrder | null, come: TrackedOrder | null) => A | undefined

/** Tables whose figures are kept: an event asks for those before and after it, and few governors are folded side by side. */
const KEPT = 8

/** The last tables that were asked for, each with its figures in the order of `FIGURES`, as far as somebody has asked for them. */
const kept: Array<{ readonly orders: Table; readonly figures: Array<unknown> }> = []
let newest = 0

/** How each figure follows the table from change to change. */
const FIGURES: Array<Follow<unknown>> = []

const keep = (orders: Table, figures: Array<unknown>): Array<unknown> => {
  newest = (newest + 1) % KEPT
  kept[newest] = { orders, figures }
  return figures
}

const figuresOf = (orders: Table): Array<unknown> => {
  for (let age = 0; age < KEPT; age++) {
    const one = kept[(newest + KEPT - age) % KEPT]
    if (one?.orders === orders) return one.figures
  }
  return keep(
    orders,
    FIGURES.map(() => undefined)
  )
}

/**
 * What follows from the table alone, found once for each table, and not anew after a change: tables are replaced and never
 * changed, and most events leave the table as it is.
 */
export const ofTable = <A extends number | object>(
  find: (orders: Table) => A,
  follow: Follow<A>
): ((orders: Table) => A) => {
  const place = FIGURES.push(follow as Follow<unknown>) - 1
  return (orders) => {
    const figures = figuresOf(orders)
    const known = figures[place] as A | undefined
    if (known !== undefined) return known
    const fresh = find(orders)
    figures[place] = fresh
    return fresh
  }
}

const replace = (draft: Draft, orders: Table, gone: TrackedOrder | null, come: TrackedOrder | null): void => {
  const known = figuresOf(draft.state.orders)
  const followed = FIGURES.map((follow, place) => {
    const figure = known[place]
    return figure === undefined ? undefined : follow(figure, gone, come)
  })
  keep(orders, followed)
  draft.state.orders = orders
}

/** A live exit that waits outside its cycle. */
export type TrackedRecovery = TrackedOrder & { readonly recovery: NonNullable<TrackedOrder["recovery"]> }

/** The recoveries with a live order, in the order of their requests. */
export const recoveriesOf = ({ orders }: Pick<GovernorState, "orders">): ReadonlyArray<TrackedRecovery> =>
  recoveries(orders)

const isRecovery = (order: TrackedOrder | null): order is TrackedRecovery => order !== null && order.recovery !== null

const recoveries = ofTable(
  (orders) => orders.filter(isRecovery),
  (known, gone, come) => {
    if (!isRecovery(gone)) return isRecovery(come) ? undefined : known
    return known.flatMap((order) => (order !== gone ? [order] : isRecovery(come) ? [come] : []))
  }
)

/** An entry that waits for its grant, and the key (`orderKey`) under which it does. */
export interface WaitingEntry {
  readonly key: string
  readonly order: TrackedOrder
}

const isDeferred = (order: TrackedOrder | null): order is TrackedOrder => order?.stage === "deferred"

const asWaiting = (order: TrackedOrder): WaitingEntry => ({ key: orderKey(order.slot, order.localId), order })

const waiting = ofTable(
  (orders): ReadonlyArray<WaitingEntry> => orders.filter(isDeferred).map(asWaiting),
  (known, gone, come) => {
    if (!isDeferred(gone) && !isDeferred(come)) return known
    const others = known.filter(({ order }) => order !== gone)
    return isDeferred(come) ? [...others, asWaiting(come)] : others
  }
)

/** The entries that wait, oldest first: each is deferred when it is asked for, or never. */
export const waitingOf = ({ orders }: Pick<GovernorState, "orders">): ReadonlyArray<WaitingEntry> => waiting(orders)

/** The prices between which no entry that waits has been passed by the market; null: none waits on that side. */
export interface WaitingPrices {
  readonly highestBuy: Price | null
  readonly lowestSell: Price | null
}

const NOBODY_WAITS: WaitingPrices = { highestBuy: null, lowestSell: null }

const withPrice = ({ highestBuy, lowestSell }: WaitingPrices, { side, price }: TrackedOrder): WaitingPrices =>
  side === "buy"
    ? { highestBuy: highestBuy === null || price > highestBuy ? price : highestBuy, lowestSell }
    : { highestBuy, lowestSell: lowestSell === null || price < lowestSell ? price : lowestSell }

const waitingPrices = ofTable(
  (orders) => waiting(orders).reduce((prices, { order }) => withPrice(prices, order), NOBODY_WAITS),
  (known, gone, come) => {
    if (!isDeferred(gone)) return isDeferred(come) ? withPrice(known, come) : known
    const isEdge = gone.price === known.highestBuy || gone.price === known.lowestSell
    return isEdge || isDeferred(come) ? undefined : known
  }
)

/** Where the entries that wait stand. */
export const waitingPricesOf = ({ orders }: Pick<GovernorState, "orders">): WaitingPrices => waitingPrices(orders)

/** How many orders of the table are so. */
const numberOf = (isSo: (order: TrackedOrder) => boolean): ((state: Pick<GovernorState, "orders">) => number) => {
  const one = (order: TrackedOrder | null): number => (order !== null && isSo(order) ? 1 : 0)
  const count = ofTable(
    (orders) => orders.reduce((sum, order) => sum + one(order), 0),
    (known, gone, come) => known - one(gone) + one(come)
  )
  return ({ orders }) => count(orders)
}

/** Sent, or about to be: what counts against the exchange's limit. */
export const countsAsOpen = ({ stage }: TrackedOrder): boolean => stage !== "requested" && stage !== "deferred"

/** Orders sent and not ended. */
export const openInternally = numberOf(countsAsOpen)

/** Live orders that sell. */
export const sellOrders = numberOf(({ side }) => side === "sell")

/** Orders asked for that were neither granted, deferred nor refused: none, after any event. */
export const unanswered = numberOf(({ stage }) => stage === "requested")

/** Exits that wait for a grant: none, for they need none. */
export const exitsWithoutGrant = numberOf((order) => order.role === "exit" && !countsAsOpen(order))

/** What the order still wants. */
export const remaining = (order: TrackedOrder): Volume => minus(order.volume, order.filled)

/** Takes a request into the table, unless that is full. An entry waits for its grant, an exit needs none. */
export const track = (
  draft: Draft,
  slot: SlotNumber,
  request: EventOf<"OrderRequested">,
  atMs: number,
  exit: AskedExit
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
    ...exit
  }
  replace(draft, withOrder(orders, order), findOrder(orders, slot, order.localId) ?? null, order)
}

/** The order after a change; an order that is not in the table changes nothing. */
export const change = (draft: Draft, slot: SlotNumber, localId: LocalId, to: Partial<TrackedOrder>): void => {
  const order = findOrder(draft.state.orders, slot, localId)
  if (order !== undefined) becomes(draft, order, { ...order, ...to })
}

const becomes = (draft: Draft, order: TrackedOrder, next: TrackedOrder): void =>
  replace(draft, withOrder(draft.state.orders, next), order, next)

/** Takes an ended order out of the table. */
export const forget = (draft: Draft, slot: SlotNumber, localId: LocalId): void => {
  const order = findOrder(draft.state.orders, slot, localId)
  if (order !== undefined) replace(draft, withoutOrder(draft.state.orders, slot, localId), order, null)
}

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
  becomes(draft, order, event._tag === "OrderAccepted" ? { ...next, openedAtMs: timeMs } : next)
}

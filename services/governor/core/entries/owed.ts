/**
 * What is owed to exits: the part of open positions for which no order stands. From the fill of an entry until its exit is asked for,
 * and from the end of an exit that closed too little until it is asked for again, its money counts as free everywhere else.
 *
 * Per slot and trade: an entry's fills add to it, and so does what an exit's end leaves open. An exit that is asked for takes its volume
 * from it. What is cut short waits for the trade's next exit. It ends with the position too: evicted, given up by name, or its slot is
 * gone. (docs/trading-contract.md §8, Funds.)
 */
import type { LocalId, SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { MAX_FOLLOWED_ORDERS } from "../../../../shared/core/openOrders.ts"
import { minus, plus, type Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { findOrder } from "../../../../shared/market/core/liveOrders.ts"
import { provedEnd } from "../../../../shared/market/core/orderLife.ts"
import type { TradeId } from "../../../../shared/core/trading.ts"
import { type Draft, type GovernorVariants, type PositionOf, positionOf, type TableEvent } from "../draft.ts"
import { change } from "../orderTable.ts"
import type { TrackedOrder } from "../state.ts"
import type { Owed, OwedExit } from "../watch/slices.ts"

type Owes = GovernorVariants["owed"]

/** Up to version 2 of the rules: what no order stands for is free, and an exit that is asked for anew is an exit. */
export const owesNothing: Owes = {
  told: () => undefined,
  late: () => undefined,
  orphaned: () => undefined,
  asked: () => ({ recovery: null }),
  booked: () => undefined,
  released: () => undefined
}

interface Traded {
  readonly price: Price
  readonly volume: Volume
}

const smaller = <A extends bigint>(a: A, b: A): A => (a < b ? a : b)

/** What of a position the order is to close: its volume, unless that was changed, or the position is closed otherwise. */
const covers = (order: TrackedOrder): Volume => order.covers ?? order.volume

const owedOf = ({ state }: Draft): ReadonlyArray<Owed> => state.owed ?? []

const isOfMarket = ({ state }: Draft, slot: SlotNumber): boolean =>
  state.slots.slots.some((known) => known.slot === slot)

/** With one part at another volume: nothing is owed of it at none. */
const setVolume = (draft: Draft, part: Owed, volume: Volume): void => {
  draft.state.owed = owedOf(draft).flatMap((known) =>
    known !== part ? [known] : volume > 0n ? [{ ...known, volume }] : []
  )
}

/** Adds to what waits for the trade's next exit, at the higher of both prices: no exit that follows stands above them. */
const addToNext = (draft: Draft, slot: SlotNumber, tradeId: TradeId, { price, volume }: Traded): void => {
  if (volume <= 0n || !isOfMarket(draft, slot)) return
  const known = owedOf(draft).find((part) => part.exit === null && part.slot === slot && part.tradeId === tradeId)
  if (known === undefined) {
    draft.state.owed = [...owedOf(draft), { slot, tradeId, exit: null, volume, price }]
    return
  }
  const higher = price > known.price ? price : known.price
  const more = { ...known, volume: plus(known.volume, volume), price: higher }
  draft.state.owed = owedOf(draft).map((part) => (part === known ? more : part))
}

const ofExit = (draft: Draft, slot: SlotNumber, localId: LocalId): OwedExit | undefined =>
  owedOf(draft).find((part): part is OwedExit => part.slot === slot && part.exit?.localId === localId)

/** What the exit leaves open of its position, to be asked for again. */
const setExit = (draft: Draft, order: TrackedOrder, volume: Volume): void => {
  const { slot, tradeId, localId, cycle, price, recovery } = order
  const known = ofExit(draft, slot, localId)
  if (known !== undefined) return setVolume(draft, known, volume)
  if (volume <= 0n || !isOfMarket(draft, slot)) return
  // One for each exit: no more than there may be orders. What comes beyond that is owed without its name.
  if (owedOf(draft).length >= MAX_FOLLOWED_ORDERS) return addToNext(draft, slot, tradeId, { price, volume })
  draft.state.owed = [...owedOf(draft), { slot, tradeId, exit: { localId, cycle, recovery }, volume, price }]
}

/** What the trade's entries have traded that still stand. */
const tradedOfStanding = ({ state }: Draft, slot: SlotNumber, tradeId: TradeId): Volume =>
  state.orders
    .filter((order) => order.slot === slot && order.tradeId === tradeId && order.role === "entry")
    .reduce((sum, { filled }) => plus(sum, filled), Volume.zero)

/**
 * So much of what is owed to the trade has an order, or is given up: of these parts first, then of the oldest, and of waiting recoveries last:
 * each comes back under its own number. What has been taken from an order that still stands belongs to that one, and what an entry that stands has
 * traded waits for its end. Returns what nothing was owed for.
 */
const take = (
  draft: Draft,
  { slot, tradeId }: Pick<PositionOf, "slot" | "tradeId">,
  volume: Volume,
  first: (part: Owed) => boolean
): Volume => {
  const stands = ({ exit }: Owed) => exit !== null && findOrder(draft.state.orders, slot, exit.localId) !== undefined
  const ofTrade = owedOf(draft).filter((part) => part.slot === slot && part.tradeId === tradeId && !stands(part))
  const ofStanding = tradedOfStanding(draft, slot, tradeId)
  let left = volume
  const rank = (part: Owed): number => (first(part) ? 0 : (part.exit?.recovery ?? null) === null ? 1 : 2)
  for (const part of ofTrade.toSorted((a, b) => rank(a) - rank(b))) {
    const free = part.exit === null ? minus(part.volume, smaller(part.volume, ofStanding)) : part.volume
    const taken = smaller(left, free)
    if (taken > 0n) setVolume(draft, part, minus(part.volume, taken))
    left = minus(left, taken)
  }
  return left
}

/** `order` is as it was before the fact. */
const entryTold = (draft: Draft, order: TrackedOrder, event: TableEvent): void => {
  const { slot, tradeId, filled } = order
  if (event._tag === "FillRecorded") return addToNext(draft, slot, tradeId, event)
  if (event._tag !== "OrderFilled" && event._tag !== "OrderCancelled") return
  // What its fills had left unsaid.
  addToNext(draft, slot, tradeId, { price: event.price, volume: minus(provedEnd(order, event).volume, filled) })
}

/** What is open of the exit's position, whether its order is for it or not. */
const openOf = (draft: Draft, order: TrackedOrder): Volume =>
  plus(covers(order), ofExit(draft, order.slot, order.localId)?.volume ?? Volume.zero)

const exitTold = (draft: Draft, order: TrackedOrder, event: TableEvent): void => {
  if (event._tag === "OrderRestated") {
    // Somebody else has changed it: what it is not for any more is asked for again after its end.
    const open = openOf(draft, order)
    const covered = smaller(open, event.volume)
    setExit(draft, order, minus(open, covered))
    return change(draft, order.slot, order.localId, { covers: covered })
  }
  if (event._tag !== "OrderFilled" && event._tag !== "OrderCancelled" && event._tag !== "OrderRejected") return
  const open = openOf(draft, order)
  const traded = event._tag === "OrderRejected" ? order.filled : provedEnd(order, event).volume
  setExit(draft, order, minus(open, smaller(open, traded)))
}

const isOf =
  ({ slot, tradeId, cycle }: PositionOf) =>
  (order: TrackedOrder): boolean =>
    order.role === "exit" && order.slot === slot && order.tradeId === tradeId && order.cycle === cycle

/**
 * The parts of the position that wait to be asked for again. A trade may have several of one cycle: its exit's, and those of entries which
 * filled although their cancel was asked for, recoveries from the start.
 */
const waitingOf = (draft: Draft, { slot, tradeId, cycle }: PositionOf, asRecovery: boolean): ReadonlyArray<OwedExit> =>
  owedOf(draft).filter(
    (part): part is OwedExit =>
      part.slot === slot &&
      part.tradeId === tradeId &&
      part.exit?.cycle === cycle &&
      (part.exit.recovery !== null) === asRecovery
  )

/** What of a position is to be closed: by an order that stands for it, and by the one that is to be asked for. */
interface Open {
  readonly order: TrackedOrder | undefined
  readonly part: OwedExit | undefined
}

/** So much less of it is to be closed, first by the order. */
const closeOf = (draft: Draft, { order, part }: Open, volume: Volume): void => {
  const covered = order === undefined ? Volume.zero : smaller(volume, covers(order))
  if (order !== undefined) change(draft, order.slot, order.localId, { covers: minus(covers(order), covered) })
  if (part !== undefined) setVolume(draft, part, minus(part.volume, smaller(minus(volume, covered), part.volume)))
}

/** The trade's exit, standing or waiting, before any recovery, and of those the oldest: as its slot takes it. */
const firstOf = (draft: Draft, position: PositionOf): Open => {
  const standing = draft.state.orders.filter((order) => isOf(position)(order) && covers(order) > 0n)
  const exit = standing.find(({ recovery }) => recovery === null)
  const [part] = waitingOf(draft, position, false)
  if (exit !== undefined || part !== undefined) return { order: exit, part }
  const waiting = waitingOf(draft, position, true)
  const numberOf = (recovery: TrackedOrder["recovery"]): number => recovery?.recoveryId ?? 0
  const oldest = Math.min(
    ...standing.map(({ recovery }) => numberOf(recovery)),
    ...waiting.map((one) => numberOf(one.exit.recovery))
  )
  return {
    order: standing.find(({ recovery }) => numberOf(recovery) === oldest),
    part: waiting.find((one) => numberOf(one.exit.recovery) === oldest)
  }
}

/** A fill was found after the end of its order. Beyond its position it is nobody's, and its slot says so. */
const late = (draft: Draft, slot: SlotNumber, fill: EventOf<"LateFillRecorded">): void => {
  const { role, side, cycle, volume } = fill
  const tradeId = (side === "sell") === (role === "entry") ? "A" : "B"
  if (role === "entry") return addToNext(draft, slot, tradeId, fill)
  closeOf(draft, firstOf(draft, { slot, tradeId, cycle }), volume)
}

/**
 * An exit is asked for: what it stands for is bound by its order from here on. Returns what recovery it is, and how much of a position it
 * is for. One that takes the place of another is for what waited: its slot may ask for more, before it hears of a fill of the one before
 * that was found late.
 */
const asked: Owes["asked"] = (draft, slot, request) => {
  const { role, replaces, tradeId, volume } = request
  if (role === "entry") return { recovery: null }
  const waited = draft.state.owed !== undefined
  const before = replaces === undefined ? undefined : ofExit(draft, slot, replaces)
  const beyond = take(draft, { slot, tradeId }, volume, (part) =>
    before === undefined ? part.exit === null : part === before
  )
  // What is asked for no longer, for want of decimals, waits for the trade's next exit.
  const left = replaces === undefined ? undefined : ofExit(draft, slot, replaces)
  if (left !== undefined) {
    setVolume(draft, left, Volume.zero)
    addToNext(draft, slot, tradeId, left)
  }
  const recovery = before?.exit.recovery ?? null
  return replaces === undefined || !waited || beyond === 0n ? { recovery } : { recovery, covers: minus(volume, beyond) }
}

/** An exit that waits to be asked for again has become a recovery. */
const orphaned: Owes["orphaned"] = (draft, slot, { localId, recoveryId }, orphanedAtMs) => {
  const part = ofExit(draft, slot, localId)
  if (part === undefined) return
  const marked = { ...part, exit: { ...part.exit, recovery: { recoveryId, orphanedAtMs } } }
  draft.state.owed = owedOf(draft).map((known) => (known === part ? marked : known))
}

/** What of the exit's position is to be closed. */
const openOfExit = (draft: Draft, slot: SlotNumber, localId: LocalId): Open => ({
  order: findOrder(draft.state.orders, slot, localId),
  part: ofExit(draft, slot, localId)
})

/**
 * What is left open of the position is too little for an exit of its own: the trade's next one takes it along. An order that still stands
 * for it, where one before it has closed the rest, is for nothing any more: that one may be asked for before its end.
 */
const cutShort = (draft: Draft, { slot, tradeId }: PositionOf, { order, part }: Open): void => {
  const price = order?.price ?? part?.price
  if (price === undefined) return
  const volume = plus(order === undefined ? Volume.zero : covers(order), part?.volume ?? Volume.zero)
  closeOf(draft, { order, part }, volume)
  addToNext(draft, slot, tradeId, { price, volume })
}

/** A recovery that is evicted is booked as though it had been closed: what becomes of its order, if it still stands, is owed to nobody. */
const booked = (draft: Draft, slot: SlotNumber, event: EventOf<"CycleBooked">): void => {
  const { kind, localId, volume } = event
  if (localId === undefined || (kind !== "evicted" && kind !== "cut_short")) return
  const open = openOfExit(draft, slot, localId)
  if (kind === "evicted") closeOf(draft, open, volume)
  else cutShort(draft, positionOf(slot, event), open)
}

/** From version 3 on: it is owed, and an exit that says which it takes the place of is what that was. */
export const owesToExits: Owes = {
  told: (draft, order, event) => (order.role === "entry" ? entryTold : exitTold)(draft, order, event),
  late,
  orphaned,
  asked,
  booked,
  // Without a cycle it was traded beyond a position: nothing was owed of that.
  released: (draft, slot, { tradeId, cycle, volume }) => {
    if (cycle > 0) take(draft, { slot, tradeId }, volume, (part) => part.exit?.cycle === cycle)
  }
}

/** The slot is of the market no longer: nothing of it waits for an exit. */
export const forgetOwed = (draft: Draft, slot: SlotNumber): void => {
  const owed = owedOf(draft)
  if (owed.some((part) => part.slot === slot)) draft.state.owed = owed.filter((part) => part.slot !== slot)
}

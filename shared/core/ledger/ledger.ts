/**
 * The double-entry ledger: a fold of the market's journal that says of every unit of money where it is and which event put it
 * there. It decides nothing and trusts nobody: the exchange's own sums come in with the end of each order, the slots' with each
 * booked cycle, and the two meet in `trading`.
 */
import type { EventPlace } from "../../actor/core/actor.ts"
import { Quote, Volume } from "../decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../events/event.ts"
import { slotOfSubject } from "../ids/subjects.ts"
import { accountOf, type Commodity, move, type Posting, type Transaction } from "./accounts.ts"

/** An order that stands: its side, and what its recorded fills add up to. */
interface StandingOrder {
  readonly side: "buy" | "sell"
  readonly volume: bigint
  readonly cost: bigint
  readonly fee: bigint
}

/** What an evicted recovery's order came to in the end, until the slot has booked the difference. */
interface EvictedEnd {
  readonly cost: bigint
  readonly fee: bigint
}

/**
 * The ledger at one place of the journal. Bigints are in the scale of their commodity: `Volume` for base, `Quote` for
 * quote.
 */
export interface LedgerState {
  /** Balances by `account commodity`; accounts that were never touched are absent. */
  readonly balances: Readonly<Record<string, bigint>>
  /** By `slot/localId`: as many as stand at the exchange. */
  readonly orders: Readonly<Record<string, StandingOrder>>
  /** Evicted orders whose end has come, by the same key: as many as have unanswered cancels. */
  readonly evictedEnds: Readonly<Record<string, EvictedEnd>>
  /** What the account held when the journal first said so; null before. */
  readonly opening: EventOf<"BalancesObserved"> | null
  /** What the account held when the journal last said so; null before. */
  readonly observed: EventOf<"BalancesObserved"> | null
}

/** The ledger before the first event. */
export const initialLedger: LedgerState = { balances: {}, orders: {}, evictedEnds: {}, opening: null, observed: null }

const EXCHANGE = "exchange"
const NO_POSTINGS: ReadonlyArray<Posting> = []

/** The balance of an account, zero when it was never touched. */
export const balanceOf = ({ balances }: LedgerState, account: string, commodity: Commodity): bigint =>
  balances[`${account} ${commodity}`] ?? 0n

/** Applies one event: the state after it, and the transaction it leads to, if any. */
export const postEvent = (
  state: LedgerState,
  event: MarketEvent,
  place: EventPlace
): { readonly state: LedgerState; readonly transaction: Transaction | null } => {
  if (event._tag === "BalancesObserved") {
    return { state: { ...state, opening: state.opening ?? event, observed: event }, transaction: null }
  }
  // An entry the governor refuses never reaches the exchange: no order fact will ever end it.
  if (event._tag === "EntryRefused") {
    return { state: forgetOrder(state, keyOf(event.slot, event.localId)), transaction: null }
  }
  const slot = slotOfSubject(place.subject)
  if (slot === null) return { state, transaction: null }
  const { next, postings } = ofSlot(state, slot, event)
  if (postings.length === 0) return { state: next, transaction: null }
  const transaction = { seq: place.seq, index: place.index, event: event._tag, postings }
  return { state: { ...next, balances: withPostings(next.balances, postings) }, transaction }
}

const withPostings = (balances: LedgerState["balances"], postings: ReadonlyArray<Posting>): LedgerState["balances"] => {
  const after = { ...balances }
  for (const { account, commodity, amount } of postings) {
    const key = `${account} ${commodity}`
    after[key] = (after[key] ?? 0n) + amount
  }
  return after
}

interface Step {
  readonly next: LedgerState
  readonly postings: ReadonlyArray<Posting>
}

const ofSlot = (state: LedgerState, slot: number, event: MarketEvent): Step => {
  switch (event._tag) {
    case "OrderRequested": {
      const order: StandingOrder = { side: event.side, volume: 0n, cost: 0n, fee: 0n }
      return quiet({ ...state, orders: { ...state.orders, [keyOf(slot, event.localId)]: order } })
    }
    case "FillRecorded":
      return fillRecorded(state, slot, event)
    case "OrderFilled":
    case "OrderCancelled":
      return orderEnded(state, slot, event)
    case "OrderRejected":
      return quiet(forgetOrder(state, keyOf(slot, event.localId)))
    case "CycleBooked":
      return cycleBooked(state, slot, event)
    case "PositionReleased":
      return { next: state, postings: positionReleased(slot, event) }
    default:
      return quiet(state)
  }
}

const quiet = (next: LedgerState): Step => ({ next, postings: NO_POSTINGS })

const keyOf = (slot: number, localId: number): string => `${slot}/${localId}`

const without = <A>(table: Readonly<Record<string, A>>, key: string): Readonly<Record<string, A>> => {
  const { [key]: _gone, ...rest } = table
  return rest
}

/** The order never came to be, evicted or not. */
const forgetOrder = (state: LedgerState, key: string): LedgerState => ({
  ...state,
  orders: without(state.orders, key),
  evictedEnds: without(state.evictedEnds, key)
})

/** The two commodities of a trade and its fee, between the exchange and the account that stands against it. */
const trade = (
  side: "buy" | "sell",
  { volume, cost, fee }: { readonly volume: bigint; readonly cost: bigint; readonly fee: bigint },
  against: string,
  feesTo: string
): ReadonlyArray<Posting> => {
  const [base, quote] = side === "buy" ? [volume, -cost] : [-volume, cost]
  return [
    ...move("base", base, against, EXCHANGE),
    ...move("quote", quote, against, EXCHANGE),
    ...move("quote", fee, EXCHANGE, feesTo)
  ]
}

/** A part of an order that still stands: with its fee in `working`, until the order's end says what it all came to. */
const fillRecorded = (state: LedgerState, slot: number, event: EventOf<"FillRecorded">): Step => {
  const key = keyOf(slot, event.localId)
  const order = state.orders[key]
  if (order === undefined) return quiet(state)
  const filled: StandingOrder = {
    side: order.side,
    volume: order.volume + event.volume,
    cost: order.cost + event.cost,
    fee: order.fee + event.fee
  }
  const working = accountOf("working", slot)
  return {
    next: { ...state, orders: { ...state.orders, [key]: filled } },
    postings: trade(order.side, event, working, working)
  }
}

/** The order's end: what its fills had left unsaid, then everything from `working` to `trading`. */
const orderEnded = (state: LedgerState, slot: number, event: EventOf<"OrderFilled" | "OrderCancelled">): Step => {
  const key = keyOf(slot, event.localId)
  const order = state.orders[key]
  if (order === undefined) return quiet(state)
  const orders = without(state.orders, key)
  const evictedEnds =
    event.volume > 0n && key in state.evictedEnds
      ? { ...state.evictedEnds, [key]: { cost: event.cost, fee: event.fee } }
      : without(state.evictedEnds, key)
  const next = { ...state, orders, evictedEnds }
  const unsaid = {
    volume: event.volume - order.volume,
    cost: event.cost - order.cost,
    fee: event.fee - order.fee
  }
  const working = accountOf("working", slot)
  const trading = accountOf("trading", slot)
  const [base, quote] = order.side === "buy" ? [-event.volume, event.cost] : [event.volume, -event.cost]
  return {
    next,
    postings: [
      ...trade(order.side, unsaid, working, working),
      ...move("base", base, working, trading),
      ...move("quote", quote, working, trading),
      ...move("quote", event.fee, working, accountOf("open-fees", slot))
    ]
  }
}

/** What the cycle earned leaves `trading`, which is then empty of it; its fees are fees of a finished thing. */
const cycleBooked = (state: LedgerState, slot: number, event: EventOf<"CycleBooked">): Step => {
  const booked = [
    ...move("quote", event.gross, accountOf("income", slot), accountOf("trading", slot)),
    ...move("quote", event.fees, accountOf("open-fees", slot), accountOf("fees", slot))
  ]
  switch (event.reason.rule) {
    case "recovery_evicted":
      return evicted(state, slot, event, booked)
    case "late_fill_correction":
      return corrected(state, slot, event, booked)
    default:
      return { next: state, postings: booked }
  }
}

const amountOf = (event: EventOf<"CycleBooked">, name: string): bigint => {
  const text = event.reason.numbers[name]
  return typeof text === "string" ? Quote.parse(text) : 0n
}

/**
 * Booked as if it were closed at the market now, and not traded: the exit goes to `evicted` instead of the exchange, with the
 * fee nobody was charged.
 */
const evicted = (
  state: LedgerState,
  slot: number,
  event: EventOf<"CycleBooked">,
  booked: ReadonlyArray<Posting>
): Step => {
  const cost = amountOf(event, "exitCost")
  const fee = amountOf(event, "exitFee")
  const volume = volumeOf(event)
  const away = accountOf("evicted", slot)
  const trading = accountOf("trading", slot)
  const [base, quote] = event.tradeId === "B" ? [volume, -cost] : [-volume, cost]
  const localId = event.reason.numbers["localId"]
  const stands = typeof localId === "number" && keyOf(slot, localId) in state.orders
  const evictedEnds = stands
    ? { ...state.evictedEnds, [keyOf(slot, localId)]: { cost: 0n, fee: 0n } }
    : state.evictedEnds
  return {
    next: { ...state, evictedEnds },
    postings: [
      ...move("base", base, away, trading),
      ...move("quote", quote, away, trading),
      ...move("quote", fee, away, accountOf("open-fees", slot)),
      ...booked
    ]
  }
}

/** The volume of the order itself: what earlier exit orders of the position had closed was traded for good. */
const volumeOf = (event: EventOf<"CycleBooked">): bigint => {
  const text = event.reason.numbers["exitVolume"]
  return typeof text === "string" ? Volume.parse(text) : event.volume
}

/** The evicted order filled after all: its share comes back from `evicted`, and the slot has booked what the difference was. */
const corrected = (
  state: LedgerState,
  slot: number,
  event: EventOf<"CycleBooked">,
  booked: ReadonlyArray<Posting>
): Step => {
  const localId = event.reason.numbers["localId"]
  const key = keyOf(slot, typeof localId === "number" ? localId : -1)
  const end = state.evictedEnds[key]
  if (end === undefined) return { next: state, postings: booked }
  const bookedCost = event.tradeId === "B" ? end.cost - event.gross : end.cost + event.gross
  const bookedFee = end.fee - event.fees
  const away = accountOf("evicted", slot)
  const trading = accountOf("trading", slot)
  const [base, quote] = event.tradeId === "B" ? [-event.volume, bookedCost] : [event.volume, -bookedCost]
  return {
    next: { ...state, evictedEnds: without(state.evictedEnds, key) },
    postings: [
      ...move("base", base, away, trading),
      ...move("quote", quote, away, trading),
      ...move("quote", -bookedFee, away, accountOf("open-fees", slot)),
      ...booked
    ]
  }
}

/** What a retired slot held stays in the account, out of every cycle. */
const positionReleased = (slot: number, event: EventOf<"PositionReleased">): ReadonlyArray<Posting> => {
  const [base, quote] = event.tradeId === "B" ? [-event.volume, event.cost] : [event.volume, -event.cost]
  const released = accountOf("released", slot)
  const trading = accountOf("trading", slot)
  return [
    ...move("base", base, trading, released),
    ...move("quote", quote, trading, released),
    ...move("quote", event.fee, accountOf("open-fees", slot), released)
  ]
}

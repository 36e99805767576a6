/**
 * The double-entry ledger: a fold of the market's journal that says of every unit of money where it is and which event put it
 * there. It decides nothing and trusts nobody: the exchange's own sums come in with the end of each order, the slots' with each
 * booked cycle, and the two meet in `trading`.
 */
import type { SlotNumber } from "../../core/ids/kinds.ts"
import { minusBaseFee, plusBaseFee, takenBy, type WithBaseFee } from "../../core/baseFee.ts"
import type { Side } from "../../core/trading.ts"
import type { EventPlace } from "../../actor/core/actor.ts"
import { dispatch, type Handlers } from "../../actor/core/handlers.ts"
import type { EventOf, MarketEvent } from "../../events/event.ts"
import {
  evolveOrder,
  orderKey,
  type OrderLife,
  type OrderLifeEvent,
  provedEnd,
  requestedOrder
} from "../../market/core/orderLife.ts"
import { accountOf, type Commodity, move, type Posting, type Transaction } from "./accounts.ts"
import { type SlotTally, tallyOf, withCycle, withFee } from "./tally.ts"

/** Where every unit of money is, as far as the journal says. */
export interface LedgerState {
  /** Balances by `account commodity`; accounts that were never touched are absent. */
  readonly balances: Readonly<Record<string, bigint>>
  /** Live orders by `slot/localId`, with what their recorded fills add up to. */
  readonly orders: Readonly<Record<string, OrderLife & WithBaseFee>>
  /** By slot, what its accounts do not tell apart; a slot that never traded is absent. */
  readonly tallies: Readonly<Record<SlotNumber, SlotTally>>
  /** What the account held when the journal first said so; null before. */
  readonly opening: EventOf<"BalancesObserved"> | null
  readonly observed: EventOf<"BalancesObserved"> | null
}

/** Before the first record. */
export const initialLedger: LedgerState = { balances: {}, orders: {}, tallies: {}, opening: null, observed: null }

const EXCHANGE = "exchange"
const NO_POSTINGS: ReadonlyArray<Posting> = []

/** The balance of an account, zero when it was never touched. */
export const balanceOf = ({ balances }: LedgerState, account: string, commodity: Commodity): bigint =>
  balances[`${account} ${commodity}`] ?? 0n

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

const quiet = (next: LedgerState): Step => ({ next, postings: NO_POSTINGS })

const tallied = (state: LedgerState, slot: SlotNumber, change: (tally: SlotTally) => SlotTally): LedgerState => ({
  ...state,
  tallies: { ...state.tallies, [slot]: change(tallyOf(state.tallies, slot)) }
})

/** What the exchange has charged the slot by this trade. */
const charged = (state: LedgerState, slot: SlotNumber, fee: bigint): LedgerState =>
  fee === 0n ? state : tallied(state, slot, (tally) => withFee(tally, fee))

/** The live order after a fact about it; an ended one is gone. */
const evolve = (state: LedgerState, slot: SlotNumber, event: OrderLifeEvent): LedgerState => {
  const key = orderKey(slot, event.localId)
  const order = state.orders[key]
  if (order === undefined) return state
  const next = evolveOrder(order, event)
  if (next !== null) return { ...state, orders: { ...state.orders, [key]: next } }
  const { [key]: _ended, ...orders } = state.orders
  return { ...state, orders }
}

/** The two commodities of a trade and its fee, between the exchange and the account that stands against it. */
const trade = (
  side: Side,
  sums: WithBaseFee & { readonly volume: bigint; readonly cost: bigint; readonly fee: bigint },
  { against, feesTo, baseFees }: { readonly against: string; readonly feesTo: string; readonly baseFees: string }
): ReadonlyArray<Posting> => {
  const [base, quote] = side === "buy" ? [sums.volume, -sums.cost] : [-sums.volume, sums.cost]
  const taken = takenBy(sums)
  return [
    ...move("base", base, against, EXCHANGE),
    ...move("quote", quote, against, EXCHANGE),
    ...move("quote", taken.quote, EXCHANGE, feesTo),
    // DOGE taken as a fee: its worth is a fee as any other, as though it had been bought to pay with.
    ...move("base", taken.base, EXCHANGE, baseFees),
    ...move("quote", sums.fee - taken.quote, baseFees, feesTo)
  ]
}

/** A part of a live order: with its fee in `working`, until the order's end says what it all came to. */
const fillRecorded = (state: LedgerState, slot: SlotNumber, event: EventOf<"FillRecorded">): Step => {
  const order = state.orders[orderKey(slot, event.localId)]
  if (order === undefined) return quiet(state)
  const next = charged(evolve(state, slot, event), slot, event.fee)
  const key = orderKey(slot, event.localId)
  const { [key]: standing } = next.orders
  return {
    next:
      standing === undefined || event.baseFee === undefined
        ? next
        : { ...next, orders: { ...next.orders, [key]: { ...standing, ...plusBaseFee(order, event) } } },
    postings: trade(order.side, event, inWork(slot))
  }
}

const inWork = (slot: SlotNumber) => {
  const working = accountOf("working", slot)
  return { against: working, feesTo: working, baseFees: accountOf("base-fees", slot) }
}

/** The order's end: what its fills had left unsaid, then everything from `working` to `trading`. */
const orderEnded = (
  state: LedgerState,
  slot: SlotNumber,
  told: EventOf<"OrderFilled" | "OrderCancelled">,
  rulesVersion: number
): Step => {
  const order = state.orders[orderKey(slot, told.localId)]
  if (order === undefined) return quiet(state)
  // As the slots take it: since version 3 of the rules no end lowers what its fills have proved.
  const event = rulesVersion < 3 ? told : { ...told, ...provedEnd(order, told) }
  const unsaid = {
    volume: event.volume - order.filled,
    cost: event.cost - order.cost,
    fee: event.fee - order.fee,
    ...minusBaseFee(event, order)
  }
  const working = accountOf("working", slot)
  const trading = accountOf("trading", slot)
  const [base, quote] = order.side === "buy" ? [-event.volume, event.cost] : [event.volume, -event.cost]
  return {
    next: charged(evolve(state, slot, event), slot, unsaid.fee),
    postings: [
      ...trade(order.side, unsaid, inWork(slot)),
      ...move("base", base, working, trading),
      ...move("quote", quote, working, trading),
      ...move("quote", event.fee, working, accountOf("open-fees", slot))
    ]
  }
}

/** A fill that the end of its order had not counted: it goes where the others of the order went. */
const lateFill = (state: LedgerState, slot: SlotNumber, event: EventOf<"LateFillRecorded">): Step => ({
  next: charged(state, slot, event.fee),
  postings: trade(event.side, event, {
    against: accountOf("trading", slot),
    feesTo: accountOf("open-fees", slot),
    baseFees: accountOf("base-fees", slot)
  })
})

/** What the cycle earned leaves `trading`, which is then empty of it; its fees are fees of a finished thing. */
const cycleBooked = (state: LedgerState, slot: SlotNumber, event: EventOf<"CycleBooked">): Step => {
  const booked = [
    ...move("quote", event.gross, accountOf("income", slot), accountOf("trading", slot)),
    ...move("quote", event.fees, accountOf("open-fees", slot), accountOf("fees", slot))
  ]
  const next = tallied(state, slot, (tally) => withCycle(tally, event))
  if (event.standIn === null) return { next, postings: booked }
  const { volume, cost, fee } = event.standIn
  // Evicted: the exit goes to `evicted` instead of the exchange. Corrected: that part was traded after all, and comes back.
  const sign = event.kind === "corrected" ? -1n : 1n
  const away = accountOf("evicted", slot)
  const trading = accountOf("trading", slot)
  const [base, quote] = event.tradeId === "B" ? [volume, -cost] : [-volume, cost]
  return {
    next,
    postings: [
      ...move("base", sign * base, away, trading),
      ...move("quote", sign * quote, away, trading),
      ...move("quote", sign * fee, away, accountOf("open-fees", slot)),
      ...booked
    ]
  }
}

/** What a retired slot held stays in the account, out of every cycle. */
const positionReleased = (slot: SlotNumber, event: EventOf<"PositionReleased">): ReadonlyArray<Posting> => {
  const [base, quote] = event.tradeId === "B" ? [-event.volume, event.cost] : [event.volume, -event.cost]
  const released = accountOf("released", slot)
  const trading = accountOf("trading", slot)
  return [
    ...move("base", base, trading, released),
    ...move("quote", quote, trading, released),
    ...move("quote", event.fee, accountOf("open-fees", slot), released)
  ]
}

/** A step of the slot on whose subject the event stands. */
const ofSlot =
  <Event>(step: (state: LedgerState, slot: SlotNumber, event: Event, rulesVersion: number) => Step) =>
  (state: LedgerState, event: Event, { slot, rulesVersion }: EventPlace): Step =>
    slot === null ? quiet(state) : step(state, slot, event, rulesVersion)

/** Facts that move no money. */
const followed = ofSlot((state, slot, event: OrderLifeEvent) => quiet(evolve(state, slot, event)))

/** What the ledger hears: of orders everything, and what slots book and give up. */
const HANDLERS: Handlers<LedgerState, Step, "order"> = {
  BalancesObserved: (state, event) => quiet({ ...state, opening: state.opening ?? event, observed: event }),
  // An entry the governor refuses never reaches the exchange: no order fact will ever end it.
  EntryRefused: (state, event) => quiet(evolve(state, event.slot, event)),
  OrderRequested: ofSlot((state, slot, event) =>
    quiet({ ...state, orders: { ...state.orders, [orderKey(slot, event.localId)]: requestedOrder(event) } })
  ),
  OrderClaimed: followed,
  OrderAccepted: followed,
  OrderUnknown: followed,
  OrderAmended: followed,
  AmendRefused: followed,
  OrderRestated: followed,
  OrderRejected: followed,
  FillRecorded: ofSlot(fillRecorded),
  OrderFilled: ofSlot(orderEnded),
  OrderCancelled: ofSlot(orderEnded),
  LateFillRecorded: ofSlot(lateFill),
  CycleBooked: ofSlot(cycleBooked),
  PositionReleased: ofSlot((state, slot, event) => ({ next: state, postings: positionReleased(slot, event) }))
}

const apply = dispatch(HANDLERS, quiet)

/** Whether an event may change the ledger. */
export const ledgerHears = (tag: MarketEvent["_tag"]): boolean => tag in HANDLERS

/** Applies one event: the state after it, and the transaction it leads to, if any. */
export const postEvent = (
  state: LedgerState,
  event: MarketEvent,
  place: EventPlace
): { readonly state: LedgerState; readonly transaction: Transaction | null } => {
  const { next, postings } = apply(state, event, place)
  if (postings.length === 0) return { state: next, transaction: null }
  const transaction = { seq: place.seq, index: place.index, event: event._tag, postings }
  return { state: { ...next, balances: withPostings(next.balances, postings) }, transaction }
}

/** The audit: what the journal says the exchange did, against the exchange's own trade history, to the last unit. */
import { minus, plus, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { type Draft, notice } from "../draft.ts"
import { ofTable } from "../orderTable.ts"
import type { GovernorState, Side, TrackedOrder } from "../state.ts"
import type { AuditSlice } from "./slices.ts"

type Sums = AuditSlice["sums"]

interface Traded {
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
}

/** A fill this close to the exchange's answer may stand on one side only: the difference is no proof yet. */
const UNSETTLED_MS = 5_000

const isFilled = (order: TrackedOrder | null): boolean =>
  order !== null && (order.filled !== 0n || order.cost !== 0n || order.fee !== 0n)

const added = (sums: Sums, side: Side, { volume, cost, fee }: Traded): Sums =>
  side === "buy"
    ? { ...sums, bought: plus(sums.bought, volume), paid: plus(sums.paid, cost), fees: plus(sums.fees, fee) }
    : { ...sums, sold: plus(sums.sold, volume), received: plus(sums.received, cost), fees: plus(sums.fees, fee) }

/** An order has ended: the exchange's totals of it. `order` is as it was before its end. */
export const addTrade = (draft: Draft, { side }: Pick<TrackedOrder, "side">, end: Traded): void => {
  if (end.volume === 0n) return
  const { audit, nowMs } = draft.state
  draft.state.audit = { ...audit, sums: added(audit.sums, side, end), lastTradeMs: nowMs }
}

/** A fill of an order that still stands: it counts with the order until that ends. */
export const noteTrade = ({ state }: Draft): void => {
  state.audit = { ...state.audit, lastTradeMs: state.nowMs }
}

/** A cycle is booked: what the slots say they earned. */
export const addCycle = (
  { state }: Draft,
  slot: SlotNumber,
  { net, totalProfit: told }: EventOf<"CycleBooked">
): void => {
  const { audit } = state
  state.audit = { ...audit, realised: plus(audit.realised, net), cycles: audit.cycles + 1 }
  if (told === undefined) return
  // Cycles of before this was told are not known by slot: a slot that had some begins with what it says it had.
  const before = audit.slots?.[slot]?.cycles ?? (beganTogether(audit) ? Quote.zero : minus(told, net))
  state.audit = { ...state.audit, slots: { ...audit.slots, [slot]: { cycles: plus(before, net), told } } }
}

/** Whether every cycle there was before has told its slot's total: then a slot of which none is known had earned nothing. */
const beganTogether = ({ slots, cycles, realised }: AuditSlice): boolean =>
  slots === undefined
    ? cycles === 0
    : Object.values(slots).reduce((sum, one) => plus(sum, one.cycles), Quote.zero) === realised

/** Slots whose own total profit is not what their cycles come to, each with both figures. */
const slotDifferences = ({ slots = {} }: AuditSlice): ReadonlyArray<string> =>
  Object.entries(slots).flatMap(([slot, { cycles, told }]) =>
    cycles === told
      ? []
      : [
          `slot ${slot}: cycles ${Quote.format(cycles)}, total profit ${Quote.format(told)}, difference ${Quote.format(minus(told, cycles))}`
        ]
  )

/** Standing orders of which something is filled: few of many. */
const filledOf = ofTable(
  (orders): ReadonlyArray<TrackedOrder> => orders.filter(isFilled),
  (known, gone, come) => (isFilled(gone) || isFilled(come) ? undefined : known)
)

/** Everything traded so far: ended orders, and what standing ones have had filled. */
export const tradedSoFar = (state: GovernorState): Sums =>
  filledOf(state.orders).reduce(
    (sums, { side, filled, cost, fee }) => added(sums, side, { volume: filled, cost, fee }),
    state.audit.sums
  )

/** The exchange has added up its own history: both sides agree, or every sum that differs is named. */
export const answerAudit = (
  draft: Draft,
  { commandId, ours, foreign, toMs }: EventOf<"TradeHistoryObserved">
): void => {
  const { state } = draft
  const { realised, cycles, lastTradeMs } = state.audit
  const sums = tradedSoFar(state)
  const differences = [
    differing("bought", sums.bought, ours.bought, Volume.format),
    differing("sold", sums.sold, ours.sold, Volume.format),
    differing("paid", sums.paid, ours.paid, Quote.format),
    differing("received", sums.received, ours.received, Quote.format),
    differing("fees", sums.fees, ours.fees, Quote.format)
  ].filter((difference) => difference !== null)
  const numbers = {
    commandId,
    cycles,
    realised: Quote.format(realised),
    trades: ours.trades,
    bought: Volume.format(sums.bought),
    sold: Volume.format(sums.sold),
    paid: Quote.format(sums.paid),
    received: Quote.format(sums.received),
    fees: Quote.format(sums.fees),
    foreignTrades: foreign.trades
  }
  const ofSlots = slotDifferences(state.audit)
  if (differences.length === 0 && ofSlots.length === 0) return notice(draft, "info", "audit_agrees", numbers)
  const told = { ...numbers, differences: [...ofSlots, ...differences].join("; ") }
  // What stands in the journal alone does not wait for the exchange.
  if (ofSlots.length === 0 && lastTradeMs > toMs - UNSETTLED_MS) notice(draft, "warning", "audit_unsettled", told)
  else notice(draft, "alert", "audit_differs", told)
}

const differing = <A extends Volume | Quote>(
  name: keyof Sums,
  journal: A,
  exchange: A,
  format: (amount: A) => string
): string | null =>
  journal === exchange
    ? null
    : `${name}: journal ${format(journal)}, exchange ${format(exchange)}, difference ${format(minus(exchange, journal))}`

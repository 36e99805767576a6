/** What the market has done, as far back as a page looks: orders, fills, cycles and transitions of slots. */
import type { LocalId, RecoveryId, SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import type { OrderLife } from "../../../../shared/market/core/orderLife.ts"

/**
 * How much is kept of the whole market; older ones stand in the journal. Together they are half a megabyte as text, and a snapshot on
 * a NATS server may have one.
 */
export const MOST = { orders: 400, fills: 600, cycles: 500, transitions: 600 } as const
/** A list that is bounded so. */
export type Kept = keyof typeof MOST

type Trade = EventOf<"OrderRequested">["tradeId"]

/** How an order stands or ended. */
export type OrderStage = OrderLife["stage"] | "filled" | "cancelled" | "rejected" | "refused"

/** An order from its request to its end, with the record of each step. Times are Unix milliseconds of the exchange's clock. */
export interface PastOrder extends Omit<OrderLife, "stage"> {
  readonly slot: SlotNumber
  readonly stage: OrderStage
  readonly tradeId: Trade
  readonly cycle: number
  readonly recoveryId: RecoveryId | null
  readonly reason: Reason
  readonly requestedMs: number
  readonly requestedSeq: number
  readonly sentSeq: number | null
  readonly acceptedSeq: number | null
  readonly orphanedSeq: number | null
  readonly endedMs: number | null
  readonly endedSeq: number | null
  /** Why it is off the book, in the exchange's words or ours; null: it is not, or it was filled. */
  readonly cause: string | null
}

/** One fill. */
export interface PastFill {
  readonly seq: number
  readonly atMs: number
  readonly slot: SlotNumber
  readonly localId: LocalId
  readonly side: OrderLife["side"]
  readonly role: OrderLife["role"]
  readonly tradeId: Trade
  readonly cycle: number
  readonly price: Price
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
  readonly liquidity: EventOf<"FillRecorded">["liquidity"]
  /** Heard of after its order had ended. */
  readonly late: boolean
}

/** The orders of one side of a cycle: the last one that was filled, and the records of all fills. */
export interface CycleLeg {
  readonly localId: LocalId
  readonly requestedSeq: number
  /** At most `MAX_LEG_FILLS`, the first ones. */
  readonly fillSeqs: ReadonlyArray<number>
  readonly endedSeq: number | null
}
/** Fills of one side of a cycle that are named: an order of some dollars has one or two. */
export const MAX_LEG_FILLS = 20

/** Both sides of a cycle. */
export interface CycleLegs {
  readonly entry: CycleLeg | null
  readonly exit: CycleLeg | null
}

/** A booked cycle. */
export interface PastCycle
  extends Omit<EventOf<"CycleBooked">, "_tag" | "standIn" | "totalProfit" | "localId">, CycleLegs {
  readonly seq: number
  readonly atMs: number
  readonly slot: SlotNumber
}

/** Which of a slot's trades are in position: those whose exit stands and is no recovery. */
export type SlotPhase = "S0" | "S1a" | "S1b" | "S2"

/** Something that changed about a slot. */
export interface Transition {
  readonly seq: number
  readonly atMs: number
  readonly slot: SlotNumber
  readonly what: "phase" | "orphaned" | "released" | "settled" | "halted"
  readonly from: string | null
  readonly to: string | null
  readonly localId: LocalId | null
  /** Null of a halt, which says itself what is broken. */
  readonly reason: Reason | null
  readonly detail: string | null
}

/** See the top of this file. Lists are oldest first; each is bounded as `MOST` says, or by the constant named beside it. */
export interface HistoryState {
  /** Live orders by `slot/localId`, at most `MAX_FOLLOWED_ORDERS`. */
  readonly live: Readonly<Record<string, PastOrder>>
  /** Those that have ended. */
  readonly orders: ReadonlyArray<PastOrder>
  readonly fills: ReadonlyArray<PastFill>
  readonly cycles: ReadonlyArray<PastCycle>
  readonly transitions: ReadonlyArray<Transition>
  /** The record up to which each list has been cut; null: it is whole. */
  readonly cutSeq: Readonly<Record<Kept, number | null>>
  /** Sides of cycles that are not booked, by `slot/trade/cycle`, at most `MAX_OPEN_CYCLES`. */
  readonly legs: Readonly<Record<string, CycleLegs>>
  /** By slot; a slot that nothing has been heard of is absent. */
  readonly phases: Readonly<Record<SlotNumber, SlotPhase>>
}

/** Cycles that are open at once: two of each slot, and a recovery of each order that may stand; with room for those that never end. */
export const MAX_OPEN_CYCLES = 1_000

/** Before the first record. */
export const initialHistory: HistoryState = {
  live: {},
  orders: [],
  fills: [],
  cycles: [],
  transitions: [],
  cutSeq: { orders: null, fills: null, cycles: null, transitions: null },
  legs: {},
  phases: {}
}

/** Adds to a list; what no longer fits is dropped, oldest first, and that is noted. `seqOf` an entry: its last record. */
export const kept = <Entry>(
  state: HistoryState,
  list: Kept,
  entries: ReadonlyArray<Entry>,
  added: Entry,
  seqOf: (entry: Entry) => number
): { readonly entries: ReadonlyArray<Entry>; readonly cutSeq: HistoryState["cutSeq"] } => {
  const all = [...entries, added]
  const [oldest] = all
  if (all.length <= MOST[list] || oldest === undefined) return { entries: all, cutSeq: state.cutSeq }
  return { entries: all.slice(1), cutSeq: { ...state.cutSeq, [list]: seqOf(oldest) } }
}

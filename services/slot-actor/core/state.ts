/**
 * Everything a slot knows. A state never grows: orders are bounded by the invariants, recoveries by their cap, cycles by
 * their tail, unanswered cancels by `MAX_PENDING_CANCELS`; everything else is a total.
 *
 * What changes with every tick stands at the top; `book` and `facts` keep their identity while nothing happens to them,
 * so a tick that does nothing costs one small object.
 *
 * Money, prices and volumes are exact decimals. Times are Unix milliseconds of the exchange's clock.
 */
import type { RecoveryId } from "../../../shared/core/ids/kinds.ts"
import { type Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { Side, TradeId } from "../../../shared/core/trading.ts"
import type { SlotRules } from "../../../shared/events/families/control.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { Mode } from "../../../shared/events/families/governor.ts"
import type { Wanted } from "../../../shared/events/families/slot.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { OrderLife } from "../../../shared/market/core/orderLife.ts"
import type { Terms } from "./terms.ts"

export type { Side, TradeId }

/** Cycles kept for people to look at; the journal and the store have them all. */
export const LAST_CYCLES = 20
/** Cancels without an answer before the slot asks for no more: an answer takes seconds, so this many mean nobody answers. */
export const MAX_PENDING_CANCELS = 16

/** One or more executions of an order, added up. */
export interface Execution {
  /** Average price. */
  readonly price: Price
  readonly volume: Volume
  /** What the exchange charged or paid for the volume, to its last unit. */
  readonly cost: Quote
  readonly fee: Quote
}

/** What a filled entry opened, and what has been closed of it by exit orders that were cut short. */
export interface Position {
  /** Average price of the entry. */
  readonly price: Price
  /** Cost and fee of the entry; of what is still open after a part was booked by itself. */
  readonly cost: Quote
  readonly fee: Quote
  readonly filledAtMs: number
  /** Volume, cost and fees of earlier exit orders of this position; zero in the normal life of an exit. */
  readonly closedVolume: Volume
  readonly closedCost: Quote
  readonly closedFee: Quote
}

/** What a slot keeps of an order beside its life. */
interface SlotFields {
  readonly tradeId: TradeId
  readonly cycle: number
  /** `price` as the nearest double, for distances in percent. */
  readonly priceNumber: number
  readonly placedAtMs: number
}
interface ExitFields extends SlotFields {
  readonly role: "exit"
  readonly position: Position
  /** How often in a row the exchange took this exit off. Entries count theirs at their trade. */
  readonly rejections: number
}
/** An order that opens a position. */
export interface EntryOrder extends OrderLife, SlotFields {
  readonly role: "entry"
  readonly position: null
}
/** An order that closes one. */
export interface StandingExit extends OrderLife, ExitFields {
  readonly role: "exit"
}
/** One that the exchange took off its book: asked for again, under a new number, at `retryAtMs`. */
export interface WaitingExit extends OrderLife<"waiting">, ExitFields {
  readonly role: "exit"
  readonly stage: "waiting"
  readonly retryAtMs: number
}
/** The exit of a position. */
export type ExitOrder = StandingExit | WaitingExit
/** An order that is asked for, stands, or waits to be asked for again. */
export type SlotOrder = EntryOrder | ExitOrder

/** An exit that waits outside the cycle. Its order stays on the exchange's book. */
export interface Recovery {
  readonly recoveryId: RecoveryId
  readonly orphanedAtMs: number
  /** Why it was orphaned. */
  readonly why: Reason
  /** Is it to stand next to the market? `wanted`: once the exchange has its order; `asked`: the move is on its way. */
  readonly softClose: "no" | "wanted" | "asked"
  readonly order: ExitOrder
}

/** An order whose cancel was asked for and not answered: it may still turn out filled. */
export type PendingCancel =
  | { readonly _tag: "Entry"; readonly order: EntryOrder }
  /** An evicted recovery, booked as if closed at this cost and fee. */
  | { readonly _tag: "Evicted"; readonly order: ExitOrder; readonly bookedCost: Quote; readonly bookedFee: Quote }
  /** An exit whose position a late fill has closed: what it fills is beyond that. */
  | { readonly _tag: "Surplus"; readonly order: ExitOrder }

/** One of the slot's two trades. Cooldowns and pauses are instants, 0: none. */
export interface Trade {
  readonly cycle: number
  readonly consecutiveLosses: number
  readonly cooldownUntilMs: number
  readonly consecutiveRefreshes: number
  readonly lastRefreshDirection: "up" | "down" | null
  readonly refreshCooldownUntilMs: number
  /** How often in a row the exchange refused an entry or took it off, and until when no new one is asked for. */
  readonly rejections: number
  readonly retryAtMs: number
}

/** A filled volume too small for an order of its own, with what it cost: it joins the next exit of its trade. */
export interface Residual {
  readonly volume: Volume
  readonly cost: Quote
  readonly fee: Quote
}

type PerTrade<A> = Readonly<Record<TradeId, A>>

/** Why a wish was not granted when it was last looked at. */
export interface Refusal {
  /** What the next is compared with, so that it is written once. */
  readonly answer: string
  readonly reason: Reason
  /** Since when that is the answer; absent under rules that kept no time of it. */
  readonly sinceMs?: number
}

/** The last refusal of each wish. Null after it was granted. */
export type Refusals = Readonly<Record<Wanted, Refusal | null>>

/** The slot's orders, trades and totals. */
export interface SlotBook {
  readonly orders: ReadonlyArray<SlotOrder>
  readonly recoveries: ReadonlyArray<Recovery>
  readonly pendingCancels: ReadonlyArray<PendingCancel>
  readonly trades: PerTrade<Trade>
  readonly nextOrderId: number
  readonly nextRecoveryId: number
  readonly totalProfit: Quote
  readonly totalFees: Quote
  /** Sum of the losses of losing cycles since the slot began: what the reference calls `today_realized_loss`. */
  readonly realizedLoss: Quote
  /** Losses of losing cycles on one UTC day (days since 1970). */
  readonly dayLoss: { readonly utcDay: number; readonly loss: Quote }
  readonly roundTrips: number
  /** Oldest first, at most `LAST_CYCLES`. */
  readonly lastCycles: ReadonlyArray<EventOf<"CycleBooked">>
  readonly s2EnteredAtMs: number | null
  /** The only side the slot has orders of, as `normaliseFlags` last found; null: both, or none. */
  readonly onlySide: "long" | "short" | null
  /** Profit target in percent; 0 means the configured one. */
  readonly profitPctRuntime: number
  readonly residual: PerTrade<Residual>
  readonly refusals: Refusals
  /** What the slot has asked funds for and has not been told; null: nothing. */
  readonly wish: "bootstrap" | "repair" | null
  /** No new question for funds before. */
  readonly askAgainAtMs: number
  /** Exits of a retiring slot whose cancel was asked for; as many as it had. */
  readonly retireAsked: ReadonlyArray<number>
  /** A retired slot has said that nothing is left. */
  readonly settled: boolean
  /** How many exits and recoveries wait to be asked for again. */
  readonly waiting: number
  /** The broken rules; null while the slot acts. */
  readonly halted: ReadonlyArray<string> | null
}

/** `active`: it trades. `retiring`: it settles its orders and goes. `none`: it does not belong to the market and opens nothing. */
export type SlotLife = "active" | "retiring" | "none"

/** What the journal has said about the market and the account; null until it has. */
export interface SlotFacts {
  /** The slot's part in the market and the market's mode, as the governor says: none and a start until it has. */
  readonly life: SlotLife
  readonly mode: Mode
  readonly sizing: EventOf<"SizingSet"> | null
  readonly targets: EventOf<"TargetsSet"> | null
  readonly rules: SlotRules | null
  readonly constraints: EventOf<"ConstraintsObserved"> | null
  readonly fees: EventOf<"FeesObserved"> | null
  readonly balances: EventOf<"BalancesObserved"> | null
}

/** See the top of this file. `terms` follows from `facts`. */
export interface SlotState {
  readonly nowMs: number
  /** Last trade price as the nearest double: the strategy's targets are computed from it. 0 before the first. */
  readonly marketPrice: number
  readonly priceAtMs: number | null
  /** Age of that price when it was last looked at; null before the first. */
  readonly priceAgeSec: number | null
  readonly facts: SlotFacts
  readonly terms: Terms | null
  readonly book: SlotBook
}

/** Which trades are in position; see `phaseOf`. `S0`: none. */
export type Phase = "S0" | "S1a" | "S1b" | "S2"

/** S1a: trade A is in position (its buy exit stands); S1b: trade B; S2: both. */
export const phaseOf = (orders: ReadonlyArray<SlotOrder>): Phase => {
  let buyExit = false
  let sellExit = false
  for (const order of orders) {
    if (order.role !== "exit") continue
    if (order.side === "buy") buyExit = true
    else sellExit = true
  }
  return buyExit ? (sellExit ? "S2" : "S1a") : sellExit ? "S1b" : "S0"
}

const freshTrade: Trade = {
  cycle: 1,
  consecutiveLosses: 0,
  cooldownUntilMs: 0,
  consecutiveRefreshes: 0,
  lastRefreshDirection: null,
  refreshCooldownUntilMs: 0,
  rejections: 0,
  retryAtMs: 0
}
/** Nothing left over. */
export const NO_RESIDUAL: Residual = { volume: Volume.zero, cost: Quote.zero, fee: Quote.zero }

/** A slot that has heard nothing yet. */
export const initialState: SlotState = {
  nowMs: 0,
  marketPrice: 0,
  priceAtMs: null,
  priceAgeSec: null,
  facts: {
    life: "none",
    mode: "STARTING",
    sizing: null,
    targets: null,
    rules: null,
    constraints: null,
    fees: null,
    balances: null
  },
  terms: null,
  book: {
    orders: [],
    recoveries: [],
    pendingCancels: [],
    trades: { A: freshTrade, B: freshTrade },
    nextOrderId: 1,
    nextRecoveryId: 1,
    totalProfit: Quote.zero,
    totalFees: Quote.zero,
    realizedLoss: Quote.zero,
    dayLoss: { utcDay: 0, loss: Quote.zero },
    roundTrips: 0,
    lastCycles: [],
    s2EnteredAtMs: null,
    onlySide: null,
    profitPctRuntime: 0,
    residual: { A: NO_RESIDUAL, B: NO_RESIDUAL },
    refusals: {
      entry_A: null,
      entry_B: null,
      exit_A: null,
      exit_B: null,
      refresh_A: null,
      refresh_B: null,
      fill: null,
      bootstrap: null,
      soft_close: null
    },
    wish: null,
    askAgainAtMs: 0,
    retireAsked: [],
    settled: false,
    waiting: 0,
    halted: null
  }
}

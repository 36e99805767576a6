/**
 * A private, mutable copy of the governor's state while one event is applied: each rule replaces the slices that are its own
 * and adds outputs; the state it was opened from is never touched.
 */
import type { Step } from "../../../shared/actor/core/actor.ts"
import type { GovernorRules } from "../../../shared/events/families/control.ts"
import type { EventOf, MarketEvent } from "../../../shared/events/event.ts"
import type { SlotNumber } from "../../../shared/core/ids/kinds.ts"
import type { TradeId } from "../../../shared/core/trading.ts"
import { type NumbersOf, reason, type Rule } from "../../../shared/core/rules/rules.ts"
import type { OrderLifeEvent } from "../../../shared/market/core/orderLife.ts"
import { rulesOf } from "./rules.ts"
import type { GovernorState, MarketSlice, TargetsSlice, TrackedOrder } from "./state.ts"

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** A position of a slot: its exit keeps trade and cycle under whatever number it is asked for. */
export interface PositionOf {
  readonly slot: SlotNumber
  readonly tradeId: TradeId
  readonly cycle: number
}

/** The position that an event of the slot is about. */
export const positionOf = (slot: SlotNumber, { tradeId, cycle }: Omit<PositionOf, "slot">): PositionOf => ({
  slot,
  tradeId,
  cycle
})

/** The fee that a profit target is judged by, as the notice says it. */
export interface JudgedFee {
  readonly makerFeePct: number
  /** When the exchange said it, Unix milliseconds of its clock; left out where that is not known. */
  readonly feesObservedAtMs?: number
}

/** What is known of an exit when it is asked for, by what waited for it. */
export type AskedExit = Pick<TrackedOrder, "recovery" | "covers">

/** Facts about one order that the table of orders follows. */
export type TableEvent = Exclude<OrderLifeEvent, EventOf<"EntryRefused" | "AmendRefused">> | EventOf<"ExitOrphaned">

/** What differs between versions of the rules; `variants.ts` says which is in force when. */
export interface GovernorVariants {
  /** What `soft_closed_total` counts. */
  readonly softCloses: {
    readonly asked: (draft: Draft, position: PositionOf, by: "pressure" | "operator") => void
    /** The position's exit stands at a new price, or is asked for anew. */
    readonly moved: (draft: Draft, position: PositionOf) => void
    /** The position is booked or given up. */
    readonly over: (draft: Draft, position: PositionOf) => void
  }
  /** By which fees a profit target is judged. */
  readonly fees: {
    readonly observed: (targets: TargetsSlice, timeMs: number) => TargetsSlice
    /** Null: by none yet. */
    readonly judgedBy: (state: GovernorState) => JudgedFee | null
  }
  /** The exchange refuses a key, name or address that had worked. False: it counts as any failed call does. */
  readonly accessRefused: (
    draft: Draft,
    refused: { readonly operation: string; readonly detail: string; readonly help: string }
  ) => boolean
  /** What is told of balances that cannot be traded with. */
  readonly pots: (draft: Draft, before: GovernorState) => void
  /** By whose time the last price grows old. */
  readonly priceAge: {
    /** The market once the feed has spoken of how it stood at `timeMs` of the exchange's clock. */
    readonly toldAt: (market: MarketSlice, timeMs: number) => MarketSlice
    /** The last price's age in seconds. */
    readonly sec: (state: GovernorState) => number
    /** Whether it is looked at after an event of somebody else than the feed. */
    readonly watchedAlways: boolean
  }
  /** What of open positions no order stands for (`owed.ts`). */
  readonly owed: {
    /** A fact about an order, which is as it was before. */
    readonly told: (draft: Draft, order: TrackedOrder, event: TableEvent) => void
    readonly late: (draft: Draft, slot: SlotNumber, fill: EventOf<"LateFillRecorded">) => void
    readonly orphaned: (draft: Draft, slot: SlotNumber, event: EventOf<"ExitOrphaned">, atMs: number) => void
    /** An order is asked for. Which recovery it is, where it takes the place of one, and what of a position it is to close. */
    readonly asked: (draft: Draft, slot: SlotNumber, request: EventOf<"OrderRequested">) => AskedExit
    readonly booked: (draft: Draft, slot: SlotNumber, event: EventOf<"CycleBooked">) => void
    readonly released: (draft: Draft, slot: SlotNumber, event: EventOf<"PositionReleased">) => void
  }
  /** The most by which the exchange's and the journal's counts of open orders may differ without drift. */
  readonly driftTolerance: (internal: number, rules: GovernorRules) => number
  /** A command that would change nothing is refused, and says why. */
  readonly saysUnchanged: boolean
  /** A start waits a moment for the regime advisor's first trainings before it goes on to reconcile. */
  readonly startsAfterTraining: boolean
  /**
   * Whether life beside the rules is watched: refusals in a row, a pair that takes no orders, terms that change, money that nobody
   * here has moved; and whether no end of an order lowers what its fills have proved.
   */
  readonly watchesLife: boolean
  /** Whether entries may wait for key levels, and touches be told. */
  readonly watchesLevels: boolean
}

/** The governor's state while one event is applied. */
export interface Draft {
  readonly state: Mutable<GovernorState>
  /** The rules that differ between versions, as in force at this event. */
  readonly variants: GovernorVariants
  readonly rules: GovernorRules
  readonly outputs: Array<MarketEvent>
}

/** A draft of a state made for it: its slices are replaced, and nobody else may hold it. */
export const openDraft = (state: GovernorState, variants: GovernorVariants): Draft => ({
  state,
  variants,
  rules: rulesOf(state),
  outputs: []
})

/** The step that the draft amounts to. */
export const closeDraft = (draft: Draft): Step<GovernorState> => ({ state: draft.state, outputs: draft.outputs })

/** Tells people; changes nothing else. */
export const notice = <R extends Rule>(
  draft: Draft,
  severity: "info" | "warning" | "alert",
  rule: R,
  numbers: NumbersOf<R>
): void => {
  draft.outputs.push({ _tag: "NoticeRaised", severity, reason: reason(rule, numbers) })
}

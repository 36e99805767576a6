/** What the control plane is told: slots and governor as their own actors see them, everything else as `status.ts` folds it. */
import { Context, type Effect, type Stream } from "effect"
import type { Side, TradeId } from "../../shared/core/trading.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import type { Stage } from "../../shared/market/core/orderLife.ts"
import type { Blocks } from "./core/blocks.ts"
import type { GovernorStatus } from "./core/governorStatus.ts"
import type { StatusState } from "./core/status/state.ts"

/**
 * Money, prices and volumes are plain decimal text ("0.1234567"); fields ending in `_at` are Unix seconds of the
 * exchange's clock; fields ending in `_pct` are in percent (0.2 means 0.2 %).
 */
export interface SlotOrder {
  readonly local_id: number
  readonly side: Side
  readonly role: "entry" | "exit"
  readonly trade_id: TradeId
  readonly cycle: number
  readonly price: string
  readonly volume: string
  /** `waiting`: not at the exchange, asked for again later. The others are those of every order. */
  readonly status: Stage | "waiting"
  /** The exchange's id; null until it has accepted the order. */
  readonly txid: string | null
  readonly placed_at: number
  /** Exits only: the price of the filled entry. */
  readonly entry_price: string | null
}

/** An exit that waits outside the cycle. */
export interface SlotRecovery {
  readonly recovery_id: number
  readonly side: Side
  readonly trade_id: TradeId
  readonly cycle: number
  readonly price: string
  readonly volume: string
  readonly status: SlotOrder["status"]
  readonly txid: string | null
  readonly entry_price: string | null
  readonly orphaned_at: number
  /** The rule that orphaned it: `s1_timeout`, `s2_timeout`, … */
  readonly reason: string
  /** The same as people read it. */
  readonly sentence: string
}

/** A booked cycle. `net_profit` = `gross_profit` − `fees`; both times are Unix seconds. */
export interface SlotCycle {
  readonly trade_id: TradeId
  readonly cycle: number
  readonly entry_price: string
  readonly exit_price: string
  readonly volume: string
  readonly gross_profit: string
  readonly fees: string
  readonly net_profit: string
  readonly entry_time: number
  readonly exit_time: number
  readonly from_recovery: boolean
}

/**
 * One slot as its actor sees it, under the reference's field names. Lists are bounded by the actor. What a provider gives
 * beyond these fields goes through to `/api/status` as it is.
 */
export interface SlotStatus {
  readonly slot_id: number
  readonly alias?: string
  readonly phase: "S0" | "S1a" | "S1b" | "S2"
  readonly orders: ReadonlyArray<SlotOrder>
  readonly recovery_orders: ReadonlyArray<SlotRecovery>
  readonly cycle_a: number
  readonly cycle_b: number
  readonly total_profit: string
  readonly total_fees: string
  /** Losses of losing cycles since the slot began: the reference never takes them back. */
  readonly today_realized_loss: string
  /** Realised losses of one UTC day, counted in days since 1970: the day of the last loss. */
  readonly day_realized_loss: { readonly utc_day: number; readonly loss: string }
  readonly total_round_trips: number
  readonly s2_entered_at: number | null
  readonly long_only: boolean
  readonly short_only: boolean
  /** Newest last. */
  readonly last_cycles: ReadonlyArray<SlotCycle>
  /** What the slot wants and does not do at present (`entry_A`, `bootstrap`, …), each with the standing answer. */
  readonly refusals: Readonly<Record<string, string | null>>
  /** The broken rules; null while the slot acts. */
  readonly halted: ReadonlyArray<string> | null
}

/** Everything shown, at one moment: all of it has folded the journal up to and including record `seq`. */
export interface MarketMoment {
  readonly seq: number
  /** The state of `statusActor`. */
  readonly status: StatusState
  readonly slots: ReadonlyArray<SlotStatus>
  readonly governor: GovernorStatus
  readonly blocks: Blocks
}

/** What a command would do now: the governor's answer, and the effects as lines. */
export interface Preview {
  readonly answer: EventOf<"CommandApplied" | "CommandRefused">
  readonly effects: ReadonlyArray<string>
}

/** The market, from the very folds that trade: so there is one definition of every figure. */
export class MarketViews extends Context.Service<
  MarketViews,
  {
    readonly current: Effect.Effect<MarketMoment>
    /** The journal sequence after each advance; a slow reader may see only the newest. */
    readonly changes: Stream.Stream<number>
    /** Runs the command through the reducers on the states as they are, and forgets the result. */
    readonly preview: (command: EventOf<"CommandIssued">) => Effect.Effect<Preview>
    /** An effect as one line for people. */
    readonly describe: (event: MarketEvent) => string
  }
>()("kennel/control-plane/MarketViews") {}

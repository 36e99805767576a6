/** What the governor keeps of life beside its rules: refusals, money that others move, recoveries that are to come back. */
import type { WithBaseFee } from "../../../../shared/core/baseFee.ts"
import type { WatchedLevel } from "../../../../shared/core/marketContext.ts"
import type { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { LocalId, RecoveryId, SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import type { TradeId } from "../../../../shared/core/trading.ts"
import type { Amounts } from "../../../../shared/market/core/binding.ts"

/** The refusals in a row that have the same words (`refusals.ts`). */
export interface RefusalSlice {
  /** The exchange's, figures left out. */
  readonly words: string
  readonly count: number
  /** When a market that paused for them tries again. */
  readonly retryAtMs: number
}

/** Money that no trade of ours explains (`money.ts`): what the account would hold without our trades. */
export interface MoneySlice {
  /** As people were last told, or as it was first seen. */
  readonly told: Amounts
  readonly seen: Amounts
  readonly sinceMs: number
}

/** What is known of the key levels, and what the operator asked of them (`levels.ts`). */
export interface LevelsSlice {
  /** Whether entries wait for them, and whether they have been precise since the start. */
  readonly waits: boolean
  readonly precise: boolean
  /** Levels whose first touch is told; those that were, of the newest day. */
  readonly notices: ReadonlyArray<WatchedLevel>
  readonly day: string
  readonly told: ReadonlyArray<WatchedLevel>
}

/** Which recovery an order is, and since when. */
export interface RecoveryMark {
  readonly recoveryId: RecoveryId
  readonly orphanedAtMs: number
}

/** A part of a slot's positions for which no order stands (`owed.ts`). */
export interface Owed {
  readonly slot: SlotNumber
  readonly tradeId: TradeId
  /** The exit that has ended and is to be asked for again; null: the trade's next exit takes it along. */
  readonly exit: { readonly localId: LocalId; readonly cycle: number; readonly recovery: RecoveryMark | null } | null
  readonly volume: Volume
  /** What its exit costs at most, a unit, where that buys. */
  readonly price: Price
}

/** What waits to be asked for again. */
export interface OwedExit extends Owed {
  readonly exit: NonNullable<Owed["exit"]>
}

/** What was taken in the base currency as fees. */
export interface BaseFeesSlice {
  /** Of ended orders. */
  readonly ended: WithBaseFee
  /** Of orders that still stand, by `orderKey`. */
  readonly standing: Readonly<Record<string, WithBaseFee>>
}

/** Running sums of what the journal says the exchange did: the audit's left side (`audit.ts`). */
export interface AuditSlice {
  /** Of ended orders. */
  readonly sums: Omit<EventOf<"TradeHistoryObserved">["ours"], "trades">
  /** Sum of the booked nets of all slots. */
  readonly realised: Quote
  readonly cycles: number
  /** By slot: what its cycles come to, and its total profit as it told that last. Absent before version 3 of the rules. */
  readonly slots?: Readonly<Record<string, { readonly cycles: Quote; readonly told: Quote }>>
  /** When the journal last learned of a fill, or of an end with fills; 0 before the first. */
  readonly lastTradeMs: number
}

/** Open orders that exchange and journal count differently (`drift.ts`). */
export interface DriftSlice {
  readonly sinceMs: number | null
  readonly alertedAtMs: number | null
  readonly active: boolean
}

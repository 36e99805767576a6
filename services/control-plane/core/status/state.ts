/** What the market's journal says apart from the slots, as the control plane keeps it. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { type DayTally, NO_DAY } from "../money/day.ts"
import { FIRST_RULES } from "../../../../shared/core/rules/versions.ts"
import { type Account, NO_ACCOUNT } from "../../../../shared/market/core/account.ts"
import type { OrderLife } from "../../../../shared/market/core/orderLife.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import type { Command } from "../../../../shared/events/families/command.ts"
import type { Reason } from "../../../../shared/events/reason.ts"

/** A live order of a slot, and since when it has been where it is. */
export interface FollowedOrder extends OrderLife {
  readonly slot: SlotNumber
  readonly sinceMs: number
}

/** Something a person should know of, and when it was said. */
export interface Notice {
  readonly severity: EventOf<"NoticeRaised">["severity"]
  readonly reason: Reason
  readonly atMs: number
  /** What it is about, in front of the sentence: a mode, a slot. */
  readonly about?: string
  /** Of what comes again and again and is told in one line: what makes it the same, since when, and how often. */
  readonly again?: { readonly key: string; readonly sinceMs: number; readonly times: number }
}

/** What somebody asked for, and the governor's answer; null while there is none. */
export interface AskedCommand {
  readonly commandId: string
  readonly author: string
  readonly command: Command
  readonly atMs: number
  readonly answer: { readonly applied: boolean; readonly reason: Reason } | null
}

/** See the top of this file. Bounded: each list and table by the constant named beside it. */
export interface StatusState extends Account {
  /** The largest time seen, Unix milliseconds of the exchange's clock; 0 before the first. */
  readonly nowMs: number
  readonly epoch: number
  /** The version of the rules in force. */
  readonly rulesVersion: number
  readonly price: EventOf<"PriceObserved"> | null
  /** How old the price was, and when and in which record that was said; null until a feed has heard one. */
  readonly priceAge: { readonly sec: number; readonly atMs: number; readonly seq: number } | null
  /** The record in which the clock last spoke; 0 before it ever did. */
  readonly clockSeq: number
  readonly configured: EventOf<"MarketConfigured"> | null
  /** Faults no operator has answered, in the order in which they were raised; at most `MAX_FAULTS`. */
  readonly faults: ReadonlyArray<EventOf<"FaultRaised">>
  /** By `slot/localId`, in the order of their requests; at most `MAX_FOLLOWED_ORDERS`. */
  readonly live: ReadonlyArray<FollowedOrder>
  /** Orders that were too many to follow. */
  readonly untracked: number
  /** Oldest first, at most `MAX_NOTICES`. */
  readonly notices: ReadonlyArray<Notice>
  /** Oldest first, at most `MAX_COMMANDS`. */
  readonly commands: ReadonlyArray<AskedCommand>
  /** Losses and gains of the last UTC day in which a cycle ended. */
  readonly day: DayTally
  /** The last slot that stopped itself, and the shortest list of events that makes it stop; null when none ever did. */
  readonly explained: EventOf<"HaltExplained"> | null
  /** How often each thing has happened since the journal began. */
  readonly counts: {
    readonly sent: number
    /** By the exchange, of those that were sent. */
    readonly rejected: number
    /** Never sent: the slot had taken them back. */
    readonly withdrawn: number
    readonly filled: number
    readonly cancelled: number
    readonly fills: number
    readonly quarantined: number
  }
}

/** Before the first record. */
export const initialStatus: StatusState = {
  ...NO_ACCOUNT,
  nowMs: 0,
  epoch: 0,
  rulesVersion: FIRST_RULES,
  price: null,
  priceAge: null,
  clockSeq: 0,
  configured: null,
  faults: [],
  live: [],
  untracked: 0,
  notices: [],
  commands: [],
  day: NO_DAY,
  explained: null,
  counts: { sent: 0, rejected: 0, withdrawn: 0, filled: 0, cancelled: 0, fills: 0, quarantined: 0 }
}

/** One more of something, or more than one. */
export const counted = (state: StatusState, what: keyof StatusState["counts"], more = 1): StatusState => ({
  ...state,
  counts: { ...state.counts, [what]: state.counts[what] + more }
})

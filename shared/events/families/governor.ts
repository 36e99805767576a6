/**
 * What the governor decides, on its subject `out.governor`: the mode of the market, what becomes of every entry a slot asks
 * for, and the figures the slots trade by. All outputs of one input travel in one record.
 */
import { LocalId, RecoveryId, SlotNumber } from "../../schema/ids.ts"
import { Schema } from "effect"
import { CAPACITY_BANDS } from "../../core/trading.ts"
import { QuoteText, VolumeText } from "../../schema/decimalText.ts"
import { Reason } from "../reason.ts"

/**
 * `STARTING`: a step of the start is not done. `RUNNING`: normal. `PAUSED`: no new entries; exits, cancels and bookkeeping
 * go on. `HALTED`: something that must never happen has happened; a person decides how to go on.
 */
export const Mode = Schema.Literals(["STARTING", "RUNNING", "PAUSED", "HALTED"])
export type Mode = typeof Mode.Type

/** The market's mode from here on. The reason's rule is the cause: `operator`, `stale_price`, `daily_loss_lock`, … */
export const ModeChanged = Schema.TaggedStruct("ModeChanged", { mode: Mode, reason: Reason })

/** The steps of a start, in their order. */
export const StartupStep = Schema.Literals([
  "snapshot",
  "terms",
  "price",
  "candles",
  "reconcile",
  "missed_fills",
  "bootstrap",
  "running"
])
export type StartupStep = typeof StartupStep.Type

/** A step of the start is done, or waits for something: the reason names what. `pending` does not hold up the next step. */
export const StartupAdvanced = Schema.TaggedStruct("StartupAdvanced", {
  step: StartupStep,
  state: Schema.Literals(["waiting", "pending", "done"]),
  reason: Reason
})

const Entry = { slot: SlotNumber, localId: LocalId, reason: Reason }

/** The entry may go to the exchange. */
export const EntryGranted = Schema.TaggedStruct("EntryGranted", Entry)
/** The entry waits in the queue: this loop's entries are spent. It will be granted or refused later. */
export const EntryDeferred = Schema.TaggedStruct("EntryDeferred", Entry)
/** The entry will never go to the exchange; the slot has no such order any more. */
export const EntryRefused = Schema.TaggedStruct("EntryRefused", {
  ...Entry,
  /** `now`: at today's price the slot may have another at once. `later`: what refused it takes a while to pass. */
  askAgain: Schema.Literals(["now", "later"])
})

/** The answer to a slot's `FundsWanted`: what it may plan with now. One slot at a time, so that no dollar is promised twice. */
export const FundsAllotted = Schema.TaggedStruct("FundsAllotted", {
  slot: SlotNumber,
  /** Free and reserved by nobody else. */
  base: VolumeText,
  quote: QuoteText,
  /** Not free, because it is kept for exits that are still to be placed; absent where nothing is, and before version 3 of the rules. */
  owed: Schema.optionalKey(Schema.Struct({ base: VolumeText, quote: QuoteText })),
  reason: Reason
})

/** What new orders are worth from here on, beyond the slot's own base. */
export const SizingSet = Schema.TaggedStruct("SizingSet", {
  /** Capital layers in force: each adds `dogePerOrder` to every order. */
  effectiveLayers: Schema.Int,
  dogePerOrder: Schema.Finite,
  /** Positive favours B (buying DOGE), negative A; 0: neither. */
  skew: Schema.Finite,
  /** What the favoured side's size is multiplied by, 1 or more. */
  favouredMultiplier: Schema.Finite,
  reason: Reason
})

/** Distances in percent from here on. Null: as configured. */
export const TargetsSet = Schema.TaggedStruct("TargetsSet", {
  /** An operator's own values, over the configured ones. */
  entryPct: Schema.NullOr(Schema.Finite),
  profitPct: Schema.NullOr(Schema.Finite),
  /** The volatility-adaptive profit target; wins over both while it is not null. */
  runtimeProfitPct: Schema.NullOr(Schema.Finite),
  reason: Reason
})

/** Every slot of the market from here on. A retiring slot settles its orders and opens nothing. */
export const SlotsSet = Schema.TaggedStruct("SlotsSet", {
  slots: Schema.Array(
    Schema.Struct({
      slot: SlotNumber,
      alias: Schema.NonEmptyString,
      state: Schema.Literals(["active", "retiring"])
    })
  ),
  reason: Reason
})

/** How much room for open orders is left: `stop` and `caution` take the skew away. */
export const CapacityBandChanged = Schema.TaggedStruct("CapacityBandChanged", {
  band: Schema.Literals(CAPACITY_BANDS),
  reason: Reason
})

/** The slot is to move this recovery next to the market. */
export const SoftCloseAsked = Schema.TaggedStruct("SoftCloseAsked", {
  slot: SlotNumber,
  recoveryId: RecoveryId,
  reason: Reason
})

/** The daily loss lock closes or opens. While it is closed nobody can resume. */
export const LossLockChanged = Schema.TaggedStruct("LossLockChanged", {
  locked: Schema.Boolean,
  /** Days since 1970. */
  utcDay: Schema.Int,
  loss: QuoteText,
  limit: QuoteText,
  reason: Reason
})

/** Something a person should know of, and that changes nothing by itself. The rule is its kind: `orphan_pressure`, … */
export const NoticeRaised = Schema.TaggedStruct("NoticeRaised", {
  severity: Schema.Literals(["info", "warning", "alert"]),
  reason: Reason
})

/** The gateway is to cancel the orders at the exchange that are provably ours and that no slot has. */
export const DriftReconcileAsked = Schema.TaggedStruct("DriftReconcileAsked", { commandId: Schema.NonEmptyString })

/** The gateway is to read the exchange's own trade history and say its sums. */
export const AuditAsked = Schema.TaggedStruct("AuditAsked", { commandId: Schema.NonEmptyString })

/** The regime advisor is to fit the models of these candle intervals (minutes) anew. Its `RetrainAnswered` ends the command. */
export const RetrainAsked = Schema.TaggedStruct("RetrainAsked", {
  commandId: Schema.NonEmptyString,
  intervals: Schema.Array(Schema.Int)
})

/** The candle ingestor is to close the stall breaker and fill its windows. Its `BackfillAnswered` ends the command. */
export const BackfillAsked = Schema.TaggedStruct("BackfillAsked", {
  commandId: Schema.NonEmptyString,
  /** Minutes of one timeframe; null: every window. */
  intervalMin: Schema.NullOr(Schema.Int)
})

/** The command took effect; the other events of this record are its effect. */
export const CommandApplied = Schema.TaggedStruct("CommandApplied", {
  commandId: Schema.NonEmptyString,
  reason: Reason
})
/** The command changed nothing, and why. */
export const CommandRefused = Schema.TaggedStruct("CommandRefused", {
  commandId: Schema.NonEmptyString,
  reason: Reason
})

/** Anything the governor decides. */
export const GovernorEvent = Schema.Union([
  ModeChanged,
  StartupAdvanced,
  EntryGranted,
  EntryDeferred,
  EntryRefused,
  FundsAllotted,
  SizingSet,
  TargetsSet,
  SlotsSet,
  CapacityBandChanged,
  SoftCloseAsked,
  LossLockChanged,
  NoticeRaised,
  DriftReconcileAsked,
  AuditAsked,
  RetrainAsked,
  BackfillAsked,
  CommandApplied,
  CommandRefused
])

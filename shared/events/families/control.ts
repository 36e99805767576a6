/** What steers the fold itself: epochs, configuration, faults and the operator's answer to them. Subject `control.<writer>`. */
import { SlotNumber } from "../../schema/ids.ts"
import { Schema } from "effect"
import { WATCHED_LEVELS } from "../../core/marketContext.ts"
import { GOVERNOR_RULES } from "../../config/rules/governor.ts"
import { REBALANCER_RULES } from "../../config/rules/rebalancer.ts"
import { SLOT_RULES } from "../../config/rules/slot.ts"
import { schemaOf } from "../../config/table.ts"

/** The rules that travel in the journal, as the settings' rows define them. */
export type { GovernorRules } from "../../config/rules/governor.ts"
export type { RebalancerRules } from "../../config/rules/rebalancer.ts"
export type { SlotRules } from "../../config/rules/slot.ts"

/**
 * A process has started, or come back to the journal. The epoch is part of every output id that follows, so that an id
 * can never mean two things even when a journal's tail was lost.
 */
export const EpochRaised = Schema.TaggedStruct("EpochRaised", {
  epoch: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Which process raised it, for people. */
  service: Schema.NonEmptyString,
  reason: Schema.NonEmptyString,
  /** Orders were unwatched until it started: the last comparison with the exchange counts no longer. */
  watchesOrders: Schema.Boolean,
  /** It fits the regime models anew. */
  fitsModels: Schema.Boolean,
  /**
   * It tells the exchange's time from here on: so many milliseconds of the exchange pass in one of the wall's. Left out: another process
   * does, or an older build wrote this.
   */
  speed: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  /** It counts the trades behind the key levels anew: what was said of their precision counts no longer. Left out: it does not. */
  countsTrades: Schema.optionalKey(Schema.Boolean)
})

/**
 * From here on every actor decides by version `to` of the rules; what stands before was decided by version `from`.
 * Written by the first start of a build that knows newer rules. A build that does not know `to` stops here: this record keeps
 * its form for ever, so that every build can read it.
 */
export const RulesAdopted = Schema.TaggedStruct("RulesAdopted", {
  from: Schema.Int.check(Schema.isGreaterThan(0)),
  to: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Which process adopted them, for people. */
  service: Schema.NonEmptyString,
  /** When, by that process's machine: Unix milliseconds, for people. */
  adoptedMs: Schema.Finite,
  /** Why: what these rules change, a line each. */
  changes: Schema.Array(Schema.NonEmptyString)
})

/** The market's slots and their rules from here on. Written by slot-actor when it starts with others than the journal's last. */
export const MarketConfigured = Schema.TaggedStruct("MarketConfigured", {
  slots: Schema.Array(Schema.Int),
  rules: schemaOf(SLOT_RULES)
})

/** The governor's rules from here on. Written by the governor when it starts with others than the journal's last. */
export const GovernorConfigured = Schema.TaggedStruct("GovernorConfigured", {
  rules: schemaOf(GOVERNOR_RULES),
  /** Candle intervals, in minutes, that the regime advisor fits models to. Empty: no advisor runs. */
  fittedIntervals: Schema.Array(Schema.Int),
  /** No entry before the levels have been `PRECISE` once since the start. Left out: nothing waits for them. */
  waitsForLevels: Schema.optionalKey(Schema.Boolean),
  /** Levels whose first touch of a day people are told of. Left out: none. */
  touchNotices: Schema.optionalKey(Schema.Array(Schema.Literals(WATCHED_LEVELS))),
  /** The pause of the daily loss lock ends by itself when the UTC day is over. Left out: an operator resumes. */
  lossLockEndsAlone: Schema.optionalKey(Schema.Literal(true))
})

/** The rebalancer's rules from here on. Written by the rebalancer when it starts with others than the journal's last. */
export const RebalancerConfigured = Schema.TaggedStruct("RebalancerConfigured", {
  rules: schemaOf(REBALANCER_RULES)
})

/**
 * Why a slot stopped, for people and for tests: the shortest list of recorded events found that breaks the same rules when
 * a fresh slot folds only them. Written by slot-actor beside an `InvariantBroken`.
 */
export const HaltExplained = Schema.TaggedStruct("HaltExplained", {
  slot: SlotNumber,
  /** The record whose folding broke the rules. */
  seq: Schema.Int,
  violations: Schema.Array(Schema.String),
  events: Schema.Array(Schema.Struct({ seq: Schema.Int, index: Schema.Int, tag: Schema.NonEmptyString })),
  /** How many events led there in the journal. */
  outOf: Schema.Int
})

/**
 * Everything that a service writes from here on bears a mark of its key with this number, or of a later one. The key itself is in no
 * record. Written by the service before its first record with that key.
 */
export const WriterKeySet = Schema.TaggedStruct("WriterKeySet", {
  service: Schema.NonEmptyString,
  /** 1, and one more for each new key of the service. */
  key: Schema.Int.check(Schema.isGreaterThan(0)),
  /** Half of the key's hash (hex): tells people whether a key file is the right one. */
  fingerprint: Schema.NonEmptyString
})

/** An actor could not fold a record, or (actor `*`) nobody can read it: the market halts here until an operator has answered. */
export const FaultRaised = Schema.TaggedStruct("FaultRaised", {
  actor: Schema.NonEmptyString,
  seq: Schema.Int,
  problem: Schema.String
})

/** An operator lets the faulting actor pass over the record. Itself in the journal, so that every replay passes over it alike. */
export const RecordSkipped = Schema.TaggedStruct("RecordSkipped", {
  actor: Schema.NonEmptyString,
  seq: Schema.Int,
  author: Schema.NonEmptyString,
  reason: Schema.NonEmptyString
})

/**
 * An operator answers a fault without passing anything over: the record stands, because this build reads it, or nobody ever failed to. Who
 * still cannot read it tells the fault anew.
 */
export const FaultDismissed = Schema.TaggedStruct("FaultDismissed", {
  actor: Schema.NonEmptyString,
  seq: Schema.Int,
  author: Schema.NonEmptyString,
  reason: Schema.NonEmptyString
})

/**
 * Something from outside did not decode, or was not believed, and was put aside: nothing was folded from it. `raw` is cut at
 * 4,000 characters.
 */
export const FrameQuarantined = Schema.TaggedStruct("FrameQuarantined", {
  source: Schema.NonEmptyString,
  problem: Schema.String,
  raw: Schema.String,
  /** How many were put aside at that moment, of which this was the first. Left out: this one. */
  frames: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(1)))
})

/** A frame longer than this is cut: enough to see what it was, too little to fill a journal. */
const RAW_KEPT = 4_000

/** What is put aside. */
export interface BadFrame {
  readonly source: string
  readonly problem: string
  readonly raw: string
}

/** The fact that puts a frame aside, and with it the rest of `frames`. */
export const quarantined = ({ source, problem, raw }: BadFrame, frames = 1): typeof FrameQuarantined.Type => ({
  _tag: "FrameQuarantined",
  source,
  problem,
  raw: raw.slice(0, RAW_KEPT),
  ...(frames > 1 ? { frames } : {})
})

/** Any event of this family. */
export const ControlEvent = Schema.Union([
  EpochRaised,
  RulesAdopted,
  MarketConfigured,
  GovernorConfigured,
  RebalancerConfigured,
  HaltExplained,
  FaultRaised,
  RecordSkipped,
  FaultDismissed,
  WriterKeySet,
  FrameQuarantined
])

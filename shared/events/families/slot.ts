/**
 * What a slot decides, on its own subject `out.slot-<n>`. All outputs of one input travel in one record.
 * Trade A sells first and buys back; trade B buys first and sells.
 */
import { LocalId, RecoveryId } from "../../schema/ids.ts"
import { Schema } from "effect"
import { TRADE_IDS } from "../../core/trading.ts"
import { PriceText, QuoteText, VolumeText } from "../../schema/decimalText.ts"
import { Side } from "./order.ts"
import { Reason } from "../reason.ts"

/** Which of the slot's two trades. */
export const TradeId = Schema.Literals(TRADE_IDS)

/** What a slot can want and be refused. */
export const Wanted = Schema.Literals([
  "entry_A",
  "entry_B",
  "exit_A",
  "exit_B",
  "refresh_A",
  "refresh_B",
  "fill",
  "bootstrap",
  "soft_close"
])
export type Wanted = typeof Wanted.Type

/** Place this limit order. The gateway sends it once; its client id follows from this record's epoch, sequence and index. */
export const OrderRequested = Schema.TaggedStruct("OrderRequested", {
  /** The slot's number of the order, unique within the slot for ever. */
  localId: LocalId,
  side: Side,
  role: Schema.Literals(["entry", "exit"]),
  tradeId: TradeId,
  cycle: Schema.Int,
  price: PriceText,
  volume: VolumeText,
  postOnly: Schema.Boolean,
  /** Capital layers in the volume of an entry; 0: none. An exit repeats what its entry filled, and says 0. */
  layers: Schema.Int,
  /** The order of the same position that has gone and whose place it takes; absent of a new position, and before version 3 of the rules. */
  replaces: Schema.optionalKey(LocalId),
  reason: Reason
})

/** Take this order off the book. Its outcome comes back as `OrderCancelled`, or `OrderFilled` when the fill was faster. */
export const CancelRequested = Schema.TaggedStruct("CancelRequested", {
  localId: LocalId,
  /** The recovery this order had become, or null for an active order. */
  recoveryId: Schema.NullOr(RecoveryId),
  reason: Reason
})

/** Move this open order to another price, keeping its place in the books. Answered by `OrderAmended` or `AmendRefused`. */
export const AmendRequested = Schema.TaggedStruct("AmendRequested", {
  localId: LocalId,
  recoveryId: Schema.NullOr(RecoveryId),
  price: PriceText,
  reason: Reason
})

/** The slot lacks entries and asks what it may spend; the governor answers with `FundsAllotted`. */
export const FundsWanted = Schema.TaggedStruct("FundsWanted", {
  /** `bootstrap`: it has no order at all; `repair`: one leg is missing. */
  what: Schema.Literals(["bootstrap", "repair"]),
  reason: Reason
})

/**
 * A slot gives up what it had bought or sold: it stays in the account, and belongs to no cycle. A slot that retires does so, and one
 * whose exit traded beyond its position (`cycle` 0, of the trade that such an order would open).
 */
export const PositionReleased = Schema.TaggedStruct("PositionReleased", {
  tradeId: TradeId,
  cycle: Schema.Int,
  entryPrice: PriceText,
  volume: VolumeText,
  /** What the volume had cost (or earned, for trade A) and its fee. */
  cost: QuoteText,
  fee: QuoteText,
  reason: Reason
})

/** A retired slot has no order and no unanswered cancel left. */
export const SlotSettled = Schema.TaggedStruct("SlotSettled", { reason: Reason })

/** An exit waits no longer in the cycle: it stays on the book as a recovery and the slot goes on. */
export const ExitOrphaned = Schema.TaggedStruct("ExitOrphaned", {
  localId: LocalId,
  recoveryId: RecoveryId,
  tradeId: TradeId,
  cycle: Schema.Int,
  reason: Reason
})

/**
 * How a cycle came to be booked. `closed`: its exit filled. `recovered`: its recovery did. `evicted`: its recovery was taken off
 * the book and counts as closed at the market. `corrected`: that recovery filled after all, and this is the difference.
 * `cut_short`: a part of the exit filled, and the rest is too small for an order.
 */
export const CycleKind = Schema.Literals(["closed", "recovered", "evicted", "corrected", "cut_short"])
export type CycleKind = typeof CycleKind.Type

/** An exit that is booked and was not traded. */
export const StandIn = Schema.Struct({ volume: VolumeText, cost: QuoteText, fee: QuoteText })
export type StandIn = typeof StandIn.Type

/** A cycle is complete: what it earned. Net = gross − both fees. */
export const CycleBooked = Schema.TaggedStruct("CycleBooked", {
  kind: CycleKind,
  tradeId: TradeId,
  cycle: Schema.Int,
  entryPrice: PriceText,
  exitPrice: PriceText,
  volume: VolumeText,
  gross: QuoteText,
  fees: QuoteText,
  net: QuoteText,
  /** Unix milliseconds of the exchange's clock. */
  entryMs: Schema.Finite,
  exitMs: Schema.Finite,
  /** Its exit had become a recovery. The kind says so too, but for `cut_short`, which is either. */
  fromRecovery: Schema.Boolean,
  /** `evicted`: what stands in for the exit from here on. `corrected`: the part of it that is taken back. Null for all others. */
  standIn: Schema.NullOr(StandIn),
  /** The slot's total profit from here on, which the audit holds against its cycles; absent before version 3 of the rules. */
  totalProfit: Schema.optionalKey(QuoteText),
  /** Of the exit whose position it is: a cycle may have several, as recoveries; absent before version 3 of the rules. */
  localId: Schema.optionalKey(LocalId),
  reason: Reason
})

/** Something was not done, and why. Written when the answer changes, not at every tick. */
export const DecisionRefused = Schema.TaggedStruct("DecisionRefused", {
  what: Wanted,
  /** True: the money is missing; only a fill or a deposit changes that. */
  unfunded: Schema.Boolean,
  /** USD that the order would be worth, which is less than the exchange takes; absent of other refusals, and before version 3 of the rules. */
  tooSmallUsd: Schema.optionalKey(Schema.Finite),
  reason: Reason
})

/** The slot's state breaks its own rules: it stops acting. Every broken rule is listed. */
export const InvariantBroken = Schema.TaggedStruct("InvariantBroken", {
  violations: Schema.NonEmptyArray(Schema.String)
})

/** Anything a slot decides. */
export const SlotEvent = Schema.Union([
  OrderRequested,
  CancelRequested,
  ExitOrphaned,
  CycleBooked,
  DecisionRefused,
  InvariantBroken,
  AmendRequested,
  FundsWanted,
  PositionReleased,
  SlotSettled
])
export type SlotEvent = typeof SlotEvent.Type

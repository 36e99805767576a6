/**
 * What a slot decides, on its own subject `out.slot-<n>`. All outputs of one input travel in one record.
 * Trade A sells first and buys back; trade B buys first and sells.
 */
import { Schema } from "effect"
import { PriceText, QuoteText, VolumeText } from "../decimalText.ts"
import { Side } from "./order.ts"
import { Reason } from "../reason.ts"

/** Which of the slot's two trades. */
export const TradeId = Schema.Literals(["A", "B"])

/** Place this limit order. The gateway sends it once; its client id follows from this record's epoch, sequence and index. */
export const OrderRequested = Schema.TaggedStruct("OrderRequested", {
  /** The slot's number of the order, unique within the slot for ever. */
  localId: Schema.Int,
  side: Side,
  role: Schema.Literals(["entry", "exit"]),
  tradeId: TradeId,
  cycle: Schema.Int,
  price: PriceText,
  volume: VolumeText,
  postOnly: Schema.Boolean,
  reason: Reason
})

/** Take this order off the book. Its outcome comes back as `OrderCancelled`, or `OrderFilled` when the fill was faster. */
export const CancelRequested = Schema.TaggedStruct("CancelRequested", {
  localId: Schema.Int,
  /** The recovery this order had become, or null for an active order. */
  recoveryId: Schema.NullOr(Schema.Int),
  reason: Reason
})

/** Move this open order to another price, keeping its place in the books. Answered by `OrderAmended` or `AmendRefused`. */
export const AmendRequested = Schema.TaggedStruct("AmendRequested", {
  localId: Schema.Int,
  recoveryId: Schema.NullOr(Schema.Int),
  price: PriceText,
  reason: Reason
})

/** The slot lacks entries and asks what it may spend; the governor answers with `FundsAllotted`. */
export const FundsWanted = Schema.TaggedStruct("FundsWanted", {
  /** `bootstrap`: it has no order at all; `repair`: one leg is missing. */
  what: Schema.Literals(["bootstrap", "repair"]),
  reason: Reason
})

/** A retired slot gives up a position: what it had bought or sold stays in the account, and belongs to no cycle. */
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
  localId: Schema.Int,
  recoveryId: Schema.Int,
  tradeId: TradeId,
  cycle: Schema.Int,
  reason: Reason
})

/** A cycle is complete: what it earned. Net = gross − both fees. */
export const CycleBooked = Schema.TaggedStruct("CycleBooked", {
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
  fromRecovery: Schema.Boolean,
  reason: Reason
})

/** Something was not done, and why. Written when the answer changes, not at every tick. */
export const DecisionRefused = Schema.TaggedStruct("DecisionRefused", {
  /** What was wanted: `entry_A`, `entry_B`, `exit_A`, `exit_B`, `refresh_A`, `refresh_B`, `fill`, `bootstrap`, `soft_close`. */
  what: Schema.NonEmptyString,
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

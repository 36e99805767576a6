/**
 * What people ask of the market: one record per command, on a subject of its own (`command.<id>`), so that an id takes
 * effect once however often it is sent. The governor answers with `CommandApplied` or `CommandRefused`.
 */
import { Schema } from "effect"
import { QuoteText } from "../../schema/decimalText.ts"

const Pct = Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 50 }))
const Slot = Schema.Int.check(Schema.isGreaterThan(0))
const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
/** As candles name it. */
const Timeframe = Schema.String.check(Schema.isPattern(/^[0-9]{1,5}[mhdw]$/))
const Limit = QuoteText.check(Schema.makeFilter((limit) => limit >= 0n || "Expected an amount of 0 or more"))

/** Every command by its name, with its arguments. */
export const Command = Schema.Union([
  Schema.Struct({ name: Schema.Literal("pause"), note: Schema.String }),
  Schema.Struct({ name: Schema.Literal("resume") }),
  Schema.Struct({ name: Schema.Literal("add_slot"), count: Count }),
  Schema.Struct({ name: Schema.Literal("remove_slot"), slot: Slot }),
  /** The newest ones. */
  Schema.Struct({ name: Schema.Literal("remove_slots"), count: Count }),
  /** `source` says which currency must be able to fund the new layer; null: as configured. */
  Schema.Struct({
    name: Schema.Literal("add_layer"),
    source: Schema.NullOr(Schema.Literals(["auto", "doge", "usd"]))
  }),
  Schema.Struct({ name: Schema.Literal("remove_layer") }),
  Schema.Struct({ name: Schema.Literal("set_entry_pct"), pct: Pct }),
  Schema.Struct({ name: Schema.Literal("set_profit_pct"), pct: Pct }),
  /** 0 switches the lock off. */
  Schema.Struct({ name: Schema.Literal("set_daily_loss_limit"), limit: Limit }),
  Schema.Struct({ name: Schema.Literal("soft_close"), slot: Slot, recoveryId: Slot }),
  /** The recovery orphaned first, of all slots. */
  Schema.Struct({ name: Schema.Literal("soft_close_next") }),
  /** Every recovery at least so far from the market, farthest first, at most `count`. */
  Schema.Struct({
    name: Schema.Literal("cancel_stale_recoveries"),
    minDistancePct: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    count: Count
  }),
  Schema.Struct({ name: Schema.Literal("reconcile_drift") }),
  Schema.Struct({ name: Schema.Literal("audit_pnl") }),
  /** The regime models are fitted anew, at once; null: of every timeframe, else of this one (`1m`, `15m`). */
  Schema.Struct({ name: Schema.Literal("retrain"), timeframe: Schema.NullOr(Timeframe) })
])
export type Command = typeof Command.Type

/** One token of a subject: what makes it safe in a file name and a URL too. */
export const CommandId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/))

/** Somebody has asked for something. Written by control-plane. */
export const CommandIssued = Schema.TaggedStruct("CommandIssued", {
  commandId: CommandId,
  /** Who: a name, a chat, `api`. */
  author: Schema.NonEmptyString,
  command: Command,
  /** What the author was shown that it would do, one effect a line; empty when nobody looked. */
  preview: Schema.Array(Schema.String)
})

/** The command family. */
export const CommandEvent = CommandIssued

/** A slot of a status. */
import { Schema } from "effect"
import { SIDES, TRADE_IDS } from "../../../../shared/core/trading.ts"
import { CycleKind } from "../../../../shared/events/families/slot.ts"
import { Decimal, Numbers, UnixSeconds } from "./common.ts"

const MaybeNumber = Schema.NullOr(Schema.Finite)
const MaybeText = Schema.NullOr(Schema.String)
const Held = Schema.Struct({ base: Decimal, quote: Decimal, at_market: Schema.NullOr(Decimal) })

/** What slots have come to, each kind of figure by itself. */
export const SLOT_MONEY = {
  traded_profit: Decimal,
  traded_cycles: Schema.Int,
  evicted_profit: Decimal,
  evicted_cycles: Schema.Int,
  corrected_profit: Decimal,
  corrected_cycles: Schema.Int,
  booked_profit: Decimal,
  fees_paid: Decimal,
  open_positions: Held,
  evicted_positions: Held,
  given_up: Held,
  fees_in_base: Held
} as const
/** The same as a struct. */
export const SlotMoney = Schema.Struct(SLOT_MONEY).annotate({ identifier: "SlotMoney" })

const ORDER = {
  local_id: Schema.Int,
  side: Schema.Literals(SIDES),
  role: Schema.Literals(["entry", "exit"]),
  price: Decimal,
  volume: Decimal,
  filled_volume: Decimal,
  trade_id: Schema.Literals(TRADE_IDS),
  cycle: Schema.Int,
  status: Schema.String,
  txid: MaybeText,
  placed_at: UnixSeconds,
  retry_at: MaybeNumber,
  entry_price: Schema.NullOr(Decimal),
  entry_fee: Schema.NullOr(Decimal),
  entry_filled_at: MaybeNumber,
  distance_pct: MaybeNumber
} as const

const Cycle = Schema.Struct({
  trade_id: Schema.Literals(TRADE_IDS),
  cycle: Schema.Int,
  entry_price: Decimal,
  exit_price: Decimal,
  volume: Decimal,
  gross_profit: Decimal,
  fees: Decimal,
  net_profit: Decimal,
  entry_time: UnixSeconds,
  exit_time: UnixSeconds,
  from_recovery: Schema.Boolean,
  kind: CycleKind
})

const Residual = Schema.Struct({ volume: Decimal, cost: Decimal, fee: Decimal })

/** An order at a glance. */
const BRIEF = {
  local_id: ORDER.local_id,
  trade_id: ORDER.trade_id,
  side: ORDER.side,
  role: ORDER.role,
  price: ORDER.price,
  volume: ORDER.volume,
  status: ORDER.status,
  txid: ORDER.txid,
  distance_pct: ORDER.distance_pct
} as const

/** What is seen of a slot at a glance, beside its orders. */
const GLANCE = {
  slot_id: Schema.Int,
  alias: Schema.optionalKey(Schema.String),
  life: Schema.NullOr(Schema.Literals(["active", "retiring"])),
  phase: Schema.Literals(["S0", "S1a", "S1b", "S2"]),
  phase_in_words: Schema.String,
  total_profit: Decimal,
  total_round_trips: Schema.Int,
  long_only: Schema.Boolean,
  short_only: Schema.Boolean,
  refusals: Schema.Record(Schema.String, Schema.String),
  refused_since: Schema.Record(Schema.String, MaybeNumber),
  halted: Schema.NullOr(Schema.Array(Schema.String))
} as const

/** A slot at a glance: of each of them in every status. */
export const SlotBrief = Schema.Struct({
  ...GLANCE,
  orders: Schema.Array(Schema.Struct(BRIEF)),
  recovery_orders: Schema.Array(Schema.Struct({ ...BRIEF, recovery_id: Schema.Int }))
}).annotate({ identifier: "SlotBrief" })

/** The slot in full. */
export const Slot = Schema.Struct({
  ...GLANCE,
  state: Schema.String,
  wish: MaybeText,
  market_price: MaybeNumber,
  now: UnixSeconds,
  last_price_update_at: MaybeNumber,
  price_age_sec: MaybeNumber,
  orders: Schema.Array(Schema.Struct(ORDER)),
  recovery_orders: Schema.Array(
    Schema.Struct({
      ...ORDER,
      recovery_id: Schema.Int,
      sentence: Schema.String,
      move_pending: Schema.Boolean,
      orphaned_at: UnixSeconds,
      reason: Schema.String
    })
  ),
  pending_cancels: Schema.Array(Schema.Int),
  cycle_a: Schema.Int,
  cycle_b: Schema.Int,
  total_fees: Decimal,
  today_realized_loss: Decimal,
  day_realized_loss: Schema.Struct({ utc_day: Schema.NullOr(Schema.Int), loss: Decimal }),
  s2_entered_at: MaybeNumber,
  consecutive_losses_a: Schema.Int,
  consecutive_losses_b: Schema.Int,
  cooldown_until_a: MaybeNumber,
  cooldown_until_b: MaybeNumber,
  consecutive_refreshes_a: Schema.Int,
  consecutive_refreshes_b: Schema.Int,
  last_refresh_direction_a: MaybeText,
  last_refresh_direction_b: MaybeText,
  refresh_cooldown_until_a: MaybeNumber,
  refresh_cooldown_until_b: MaybeNumber,
  profit_pct_runtime: Schema.Finite,
  last_cycles: Schema.Array(Cycle),
  refused_by: Schema.Record(Schema.String, Schema.Struct({ rule: Schema.String, numbers: Numbers })),
  residual: Schema.Struct({ A: Residual, B: Residual }),
  money: SlotMoney
}).annotate({ identifier: "Slot" })

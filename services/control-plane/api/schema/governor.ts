/** The governor's part of a status. */
import { Schema } from "effect"
import { CAPACITY_BANDS, SIDES } from "../../../../shared/core/trading.ts"
import { Mode } from "../../../../shared/events/families/governor.ts"
import { Decimal, Numbers, Sequence, UnixSeconds } from "./common.ts"

const MaybeNumber = Schema.NullOr(Schema.Finite)
const Texts = Schema.Array(Schema.String)

const Layer = Schema.NullOr(
  Schema.Struct({
    fundable_layers: Schema.Finite,
    next_layer: Schema.NullOr(Schema.Struct({ covered: Schema.Boolean, missing: Decimal }))
  })
)

const Capacity = Schema.Struct({
  open_orders_current: Schema.Int,
  open_orders_source: Schema.String,
  open_orders_internal: Schema.Int,
  open_orders_kraken: Schema.NullOr(Schema.Int),
  open_order_limit_configured: Schema.Int,
  open_orders_safe_cap: Schema.Int,
  open_order_headroom: Schema.Int,
  open_order_utilization_pct: Schema.Finite,
  orders_per_slot_estimate: Schema.Finite,
  estimated_slots_remaining: Schema.Finite,
  partial_fill_open_events_1d: Schema.Int,
  partial_fill_cancel_events_1d: Schema.Int,
  median_fill_seconds_1d: MaybeNumber,
  p95_fill_seconds_1d: MaybeNumber,
  status_band: Schema.Literals(CAPACITY_BANDS),
  blocked_risk_hint: Texts
})

const Scheduler = Schema.Struct({
  cap: Schema.Finite,
  granted_in_loop: Schema.Int,
  deferred: Schema.Int,
  deferred_total: Schema.Int,
  drained_total: Schema.Int,
  loop_sec: Schema.Finite,
  queue: Schema.Array(
    Schema.Struct({
      slot: Schema.Int,
      local_id: Schema.Int,
      side: Schema.Literals(SIDES),
      price: Decimal,
      requested_at: UnixSeconds
    })
  )
})

const Targets = Schema.Struct({
  entry_pct: MaybeNumber,
  profit_pct: MaybeNumber,
  operator_entry_pct: MaybeNumber,
  operator_profit_pct: MaybeNumber,
  volatility_profit_pct: MaybeNumber,
  volatility_samples: Schema.Int,
  fees_pct: MaybeNumber,
  below_fees: Schema.NullOr(Schema.Boolean)
})

const Notice = Schema.Struct({
  at: UnixSeconds,
  severity: Schema.String,
  rule: Schema.String,
  times: Schema.Int,
  text: Schema.String
})

const Asked = Schema.Struct({
  id: Schema.String,
  author: Schema.String,
  at: UnixSeconds,
  action: Schema.String,
  arguments: Numbers,
  text: Schema.String,
  result: Schema.Literals(["pending", "applied", "refused"]),
  reason: Schema.NullOr(Schema.String)
})

/** Its fields, which stand at the top of a status. */
export const GovernorFields = {
  mode: Mode,
  mode_reason: Schema.NullOr(Schema.String),
  mode_next: Schema.NullOr(Schema.String),
  refused_actions: Schema.Record(Schema.String, Schema.String),
  mode_cause: Schema.NullOr(Schema.Struct({ rule: Schema.String, numbers: Numbers })),
  mode_since: Schema.NullOr(UnixSeconds),
  mode_causes: Texts,
  operator_needed: Schema.NullOr(Schema.String),
  startup: Schema.Array(
    Schema.Struct({ step: Schema.String, state: Schema.NullOr(Schema.String), waits_for: Schema.NullOr(Schema.String) })
  ),
  entry_scheduler: Scheduler,
  capacity_fill_health: Capacity,
  daily_loss_limit: Decimal,
  daily_loss_lock_active: Schema.Boolean,
  daily_loss_lock_utc_day: Schema.NullOr(Schema.String),
  capital_layers: Schema.Struct({
    target: Schema.Finite,
    effective: Schema.Finite,
    doge_per_order: Schema.Finite,
    orders_per_layer: Schema.Finite,
    default_source: Schema.String,
    funding_gap_doge: Schema.NullOr(Decimal),
    funding_gap_usd: Schema.NullOr(Decimal),
    fully_funded: Schema.NullOr(Schema.Boolean),
    sources: Schema.Struct({ doge: Layer, usd: Layer }),
    propagation: Schema.Struct({ done: Schema.Int, orders: Schema.Int })
  }),
  targets: Targets,
  sizing: Schema.NullOr(
    Schema.Struct({
      effective_layers: Schema.Finite,
      doge_per_order: Schema.Finite,
      skew: Schema.Finite,
      favoured_multiplier: Schema.Finite
    })
  ),
  open_order_drift_hint: Schema.Struct({
    active: Schema.Boolean,
    since: MaybeNumber,
    alerted_at: MaybeNumber,
    exchange: Schema.NullOr(Schema.Int),
    internal: Schema.Int,
    difference: Schema.NullOr(Schema.Int),
    tolerance: Schema.Finite
  }),
  recoveries: Schema.Int,
  soft_closed_total: Schema.Int,
  notices: Schema.Array(Notice),
  commands: Schema.Array(Asked),
  last_halt: Schema.NullOr(
    Schema.Struct({
      slot: Schema.Int,
      seq: Sequence,
      violations: Texts,
      events: Schema.Array(Schema.Unknown),
      out_of: Schema.Int
    })
  )
} as const

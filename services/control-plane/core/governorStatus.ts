/**
 * The governor as it shows itself, under the reference's field names. Money is decimal text; `_pct` is in percent, `_sec`
 * seconds, `since` and `_at` Unix seconds of the exchange's clock. What a block holds beyond these fields goes through as it is.
 */
import type { CapacityBand } from "../../../shared/core/trading.ts"
import type { Mode, StartupStep } from "../../../shared/events/families/governor.ts"
import type { Reason } from "../../../shared/events/reason.ts"

/** A reason with the sentence people read. */
export interface SpokenReason extends Reason {
  readonly sentence: string
}

/** The governor's part of the report. */
export interface GovernorStatus {
  readonly mode: Mode
  readonly mode_reason: SpokenReason | null
  /** Since when it has been in this mode. */
  readonly since: number | null
  /** Everything that stands against running now, most severe first. */
  readonly causes: ReadonlyArray<SpokenReason & { readonly cause: string }>
  /** Not null: only an operator's command ends this pause, and this is why. */
  readonly operator_needed: SpokenReason | null
  /** The steps of the start in their order; `pending` holds nothing up, null is not looked at yet. */
  readonly startup: ReadonlyArray<{
    readonly step: StartupStep
    readonly state: "waiting" | "pending" | "done" | null
    /** What it waits for; null when it is done. */
    readonly waits_for: string | null
  }>
  readonly entry_scheduler: {
    readonly cap: number
    readonly granted_in_loop: number
    readonly deferred: number
    readonly deferred_total: number
    readonly drained_total: number
    readonly loop_sec: number
  }
  readonly capacity_fill_health: {
    readonly open_orders_current: number
    readonly open_orders_safe_cap: number
    readonly open_order_headroom: number
    readonly open_order_utilization_pct: number
    readonly status_band: CapacityBand
    readonly blocked_risk_hint: ReadonlyArray<string>
  }
  readonly daily_loss_limit: string
  readonly daily_realized_loss_utc: string
  readonly daily_loss_lock_active: boolean
  readonly daily_loss_lock_utc_day: string | null
  readonly capital_layers: { readonly target: number; readonly effective: number }
  readonly slots: ReadonlyArray<{
    readonly slot: number
    readonly alias: string
    readonly state: "active" | "retiring"
  }>
  readonly targets: {
    readonly entry_pct: number | null
    /** The profit target in force. */
    readonly profit_pct: number | null
    /** Two maker fees: what a target must exceed to earn anything. */
    readonly fees_pct: number | null
  }
  /** What slots were last told of sizes; null before the first. */
  readonly sizing: object | null
  /** Whether exchange and journal have counted open orders differently for some time. */
  readonly open_order_drift_hint: {
    readonly active: boolean
    readonly exchange: number | null
    readonly internal: number
  }
  readonly recoveries: number
  readonly soft_closed_total: number
}

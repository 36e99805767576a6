/**
 * The governor for people and for `/api/status`, under the reference's field names. Money, prices and amounts of DOGE are
 * decimal text; times are Unix seconds of the exchange's clock; `_pct` is in percent, `_sec` in seconds.
 */
import { Price, Quote } from "../../../../shared/core/decimal/decimal.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import { utcDayText } from "../../../../shared/core/time/utcDay.ts"
import { capacityOf, fillTimes, withinADay } from "../entries/capacity.ts"
import { fromLeast } from "../watch/drift.ts"
import { lossLimit } from "../mode/lossLock.ts"
import { makerFeePct } from "../market.ts"
import { recoveriesOf, waitingOf } from "../orderTable.ts"
import { rulesOf } from "../rules.ts"
import { profitPctInForce } from "../slots/profitTarget.ts"
import { entryPctInForce } from "../slots/recoveries.ts"
import { entryCap } from "../entries/scheduler.ts"
import { layersView } from "./layersView.ts"
import { activeSlots } from "../slots/slots.ts"
import { findingOf, STEPS } from "../mode/startup.ts"
import { CAUSES } from "../mode/causes.ts"
import type { GovernorState } from "../state.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"

/** Orders a slot has on the book while nothing is orphaned: an entry and an exit, or two entries. */
const ORDERS_OF_A_SLOT = 2

const spoken = (reason: Reason) => ({ ...reason, sentence: sentenceOf(reason) })
const spokenOrNull = (reason: Reason | null) => (reason === null ? null : spoken(reason))
const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1_000)

/** Everything a control plane shows of the governor. */
export const governorView = (state: GovernorState) => {
  const rules = rulesOf(state)
  return {
    ...modeView(state),
    entry_scheduler: schedulerView(state, rules),
    capacity_fill_health: capacityView(state, rules),
    ...lossView(state, rules),
    capital_layers: layersView(state, rules),
    sizing: sizingView(state),
    slots: state.slots.slots.map(({ slot, alias, state: life }) => ({ slot, alias, state: life })),
    targets: targetsView(state),
    open_order_drift_hint: driftView(state, rules),
    recoveries: recoveriesOf(state).length,
    soft_closed_total: state.capacity.softClosedTotal
  }
}

/** What `/api/status` and the page are given of the governor. */
export type GovernorView = NonNullable<ReturnType<typeof governorView>>

const modeView = (state: GovernorState) => {
  const { mode, startup } = state
  return {
    mode: mode.mode,
    mode_reason: spokenOrNull(mode.reason),
    since: mode.sinceMs === 0 ? null : mode.sinceMs / 1_000,
    causes: CAUSES.flatMap((cause) => {
      const why = mode.causes[cause]
      return why === undefined ? [] : [{ cause, ...spoken(why) }]
    }),
    /** Why only an operator's command ends this pause; null: it ends by itself. */
    operator_needed: spokenOrNull(mode.operatorNeeded?.reason ?? null),
    /** The calls to the exchange that fail in a row, while they are why nothing goes on. */
    api_errors: mode.causes.api_errors?.numbers ?? null,
    startup: STEPS.map((step) => {
      const found = startup.steps[step]
      const waits = found === "waiting" || found === "pending"
      return { step, state: found, waits_for: waits ? sentenceOf(findingOf(state, step)) : null }
    })
  }
}

const schedulerView = (state: GovernorState, rules: GovernorRules) => {
  const { scheduler } = state
  return {
    cap: entryCap(capacityOf(state, rules).headroom, rules),
    granted_in_loop: scheduler.grantedInLoop,
    deferred: scheduler.queue.length,
    deferred_total: scheduler.deferredTotal,
    drained_total: scheduler.drainedTotal,
    loop_sec: rules.loopSec,
    /** Oldest first. */
    queue: waitingOf(state).map(({ order: { slot, localId, side, price, requestedAtMs } }) => ({
      slot,
      local_id: localId,
      side,
      price: Price.format(price),
      requested_at: requestedAtMs / 1_000
    }))
  }
}

const capacityView = (state: GovernorState, rules: GovernorRules) => {
  const { capacity, nowMs } = state
  const room = capacityOf(state, rules)
  const times = fillTimes(capacity, nowMs)
  const perSlot = Math.max(ORDERS_OF_A_SLOT, room.internal / Math.max(1, activeSlots(state).length))
  return {
    open_orders_current: room.open,
    open_orders_source: room.exchange === null ? "internal" : "kraken",
    open_orders_internal: room.internal,
    open_orders_kraken: room.exchange,
    open_order_limit_configured: room.limit,
    open_orders_safe_cap: room.safeCap,
    open_order_headroom: room.headroom,
    open_order_utilization_pct: room.utilisationPct,
    orders_per_slot_estimate: perSlot,
    estimated_slots_remaining: Math.max(0, Math.floor(room.headroom / perSlot)),
    partial_fill_open_events_1d: withinADay(capacity.partialFills, nowMs),
    partial_fill_cancel_events_1d: withinADay(capacity.partialCancels, nowMs),
    median_fill_seconds_1d: times.median,
    p95_fill_seconds_1d: times.p95,
    status_band: room.band,
    blocked_risk_hint: room.hints.map(sentenceOf)
  }
}

const lossView = (state: GovernorState, rules: GovernorRules) => {
  const { loss } = state
  return {
    /** 0: none. */
    daily_loss_limit: Quote.format(lossLimit(state, rules)),
    daily_realized_loss_utc: Quote.format(loss.loss),
    daily_loss_lock_active: loss.locked,
    /** The day whose losses closed the lock, `2026-11-21`; null while it is open. */
    daily_loss_lock_utc_day: loss.lockedDay === null ? null : utcDayText(loss.lockedDay)
  }
}

const sizingView = ({ sizing: { told } }: GovernorState) =>
  told === null
    ? null
    : {
        effective_layers: told.effectiveLayers,
        doge_per_order: told.dogePerOrder,
        /** Positive favours buys, negative sells. */
        skew: told.skew,
        favoured_multiplier: told.favouredMultiplier
      }

const targetsView = (state: GovernorState) => {
  const { targets, market } = state
  const feePct = makerFeePct(market)
  const profitPct = profitPctInForce(state)
  return {
    /** In force. */
    entry_pct: market.slotRules === null ? null : entryPctInForce(state),
    profit_pct: profitPct,
    /** What the latter come from: an operator's own values and the market's volatility, over the configured ones. */
    operator_entry_pct: targets.entryPct,
    operator_profit_pct: targets.profitPct,
    volatility_profit_pct: targets.runtimeProfitPct,
    volatility_samples: targets.samples.length,
    /** Two maker fees: a target must exceed them to earn anything. */
    fees_pct: feePct === null ? null : 2 * feePct,
    /** Whether the target in force does not exceed them; null while either is not known. */
    below_fees: profitPct === null || feePct === null ? null : profitPct <= 2 * feePct
  }
}

const driftView = (state: GovernorState, rules: GovernorRules) => {
  const { drift } = state
  const { internal, exchange } = capacityOf(state, rules)
  return {
    /** An alert has been raised and the difference lasts. */
    active: drift.active,
    since: secondsOrNull(drift.sinceMs),
    alerted_at: secondsOrNull(drift.alertedAtMs),
    exchange,
    internal,
    difference: exchange === null ? null : exchange - internal,
    /** More than this is drift, by the newest rules. */
    tolerance: fromLeast(internal, rules)
  }
}

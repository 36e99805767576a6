/** Drift: the exchange counts other open orders than the journal does, and goes on doing so. */
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { roomOf } from "../entries/capacity.ts"
import { type Draft, notice } from "../draft.ts"

/** Up to this share of the journal's count a difference is no drift (docs/trading-contract.md §8). */
const SHARE = 0.05

/** The most that the counts may be apart without drift, where the threshold must be exceeded: versions 1 and 2 of the rules. */
export const beyondThreshold = (internal: number, { driftThreshold }: GovernorRules): number =>
  Math.max(SHARE * internal, driftThreshold)

/** The same where the threshold is the least difference that counts: from version 3 on. */
export const fromLeast = (internal: number, { driftThreshold }: GovernorRules): number =>
  Math.max(SHARE * internal, driftThreshold - 1)

/** Looks at the two counts: an alert once the difference has lasted, another after each cooldown, and the all-clear. */
export const watchDrift = (draft: Draft): void => {
  const { rules, state } = draft
  const { drift, nowMs } = state
  const { internal, exchange } = roomOf(state, rules)
  if (exchange === null) return
  const difference = exchange - internal
  const tolerance = draft.variants.driftTolerance(internal, rules)
  const numbers = { exchange, internal, difference, tolerance }
  if (Math.abs(difference) <= tolerance) {
    if (drift.active) notice(draft, "info", "open_order_drift_resolved", numbers)
    if (drift.sinceMs !== null) state.drift = { sinceMs: null, alertedAtMs: null, active: false }
    return
  }
  const sinceMs = drift.sinceMs ?? nowMs
  const lasted = nowMs - sinceMs >= rules.driftPersistSec * 1_000
  const due = drift.alertedAtMs === null || nowMs - drift.alertedAtMs >= rules.driftCooldownSec * 1_000
  if (lasted && due) {
    notice(draft, "alert", "open_order_drift", { ...numbers, lastedSec: (nowMs - sinceMs) / 1_000 })
    state.drift = { sinceMs, alertedAtMs: nowMs, active: true }
  } else if (drift.sinceMs === null) state.drift = { ...drift, sinceMs }
}

/** Named in a notice; the record of the fact has all. */
const NAMED = 10

const named = (txids: ReadonlyArray<string>): string =>
  txids.slice(0, NAMED).join(" ") + (txids.length > NAMED ? ` and ${txids.length - NAMED} more` : "")

/** What a reconciliation did, for people. */
export const answerDriftReconciled = (draft: Draft, event: EventOf<"DriftReconciled">): void => {
  const { commandId, cancelled, leftAlone } = event
  notice(draft, "info", "drift_reconciled", {
    commandId,
    cancelled: cancelled.length,
    leftAlone: leftAlone.length,
    ...(cancelled.length > 0 ? { cancelledTxids: named(cancelled.map(({ txid }) => txid)) } : {}),
    ...(leftAlone.length > 0 ? { leftAloneTxids: named(leftAlone) } : {})
  })
}

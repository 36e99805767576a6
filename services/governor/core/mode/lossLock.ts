/**
 * The daily loss lock: realised losses of one UTC day that stop the market until the day is over. Then a person resumes, or, where the
 * configuration says so (on paper), the market goes on by itself.
 */
import { minus, type Quote, Quote as Quotes } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { DAY_MS, utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { clearCause, endOperatorsPause, raiseCause } from "./mode.ts"
import type { GovernorState, LossSlice } from "../state.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"

/** The limit in force: an operator's own, else the configured one. Zero: none. */
export const lossLimit = ({ loss }: GovernorState, rules: GovernorRules): Quote =>
  loss.limitOverride ?? rules.dailyLossLimit

/**
 * What a booked cycle lost counts to the day in which it ended, if that is today. Evictions lose like all others. A day that is
 * over opens its lock before the new one counts.
 */
export const countLoss = (draft: Draft, cycle: EventOf<"CycleBooked">): void => {
  rollOver(draft)
  const { loss } = draft.state
  if (cycle.net >= 0n || utcDayOf(cycle.exitMs) !== loss.utcDay) return
  draft.state.loss = { ...loss, loss: minus(loss.loss, cycle.net) }
  judge(draft)
}

/** How the lock ends from this configuration on. */
export const learnLockEnd = (loss: LossSlice, { lossLockEndsAlone }: EventOf<"GovernorConfigured">): LossSlice => {
  if (lossLockEndsAlone === loss.endsAlone) return loss
  const { endsAlone: _before, ...rest } = loss
  return lossLockEndsAlone === true ? { ...rest, endsAlone: true } : rest
}

/** A new UTC day begins with no loss, and opens the lock. The market stays paused until an operator resumes, or goes on by itself. */
export const rollOver = (draft: Draft): void => {
  const { loss, nowMs } = draft.state
  const utcDay = utcDayOf(nowMs)
  if (utcDay <= loss.utcDay) return
  draft.state.loss = { ...loss, utcDay, loss: Quotes.zero }
  judge(draft)
  if (loss.endsAlone === true) endOperatorsPause(draft, "daily_loss_lock")
}

/** An operator's own limit from here on; null goes back to the configured one. */
export const setLossLimit = (draft: Draft, limit: Quote | null): void => {
  draft.state.loss = { ...draft.state.loss, limitOverride: limit }
  judge(draft)
}

/** Closes or opens the lock as the day's loss and the limit say. Exactly at the limit it closes. */
export const judge = (draft: Draft): void => {
  const { loss } = draft.state
  const limit = lossLimit(draft.state, draft.rules)
  const locked = limit > 0n && loss.loss >= limit
  if (locked === loss.locked) return
  draft.state.loss = { ...loss, locked, lockedDay: locked ? loss.utcDay : null }
  const why = reason(locked ? "daily_loss_lock" : "daily_loss_lock_open", {
    loss: Quotes.format(loss.loss),
    limit: Quotes.format(limit),
    utcDay: loss.utcDay,
    ...(locked && loss.endsAlone === true ? { goesOnAtMs: (loss.utcDay + 1) * DAY_MS } : {})
  })
  if (locked) raiseCause(draft, "daily_loss_lock", why)
  else clearCause(draft, "daily_loss_lock")
  draft.outputs.push({ _tag: "LossLockChanged", locked, utcDay: loss.utcDay, loss: loss.loss, limit, reason: why })
}

/** The daily loss lock: realised losses of one UTC day that stop the market until the day is over and a person resumes. */
import { minus, type Quote, Quote as Quotes } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { type Books, type Draft, reason } from "../draft.ts"
import { clearCause, raiseCause } from "./mode.ts"
import type { GovernorState } from "../state.ts"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"

/** The limit in force: an operator's own, else the configured one. Zero: none. */
export const lossLimit = ({ loss }: GovernorState, rules: GovernorRules): Quote =>
  loss.limitOverride ?? rules.dailyLossLimit

/** What a booked cycle lost counts to the day in which it ended, if that is today. Evictions lose like all others. */
export const noteLoss = (books: Books, cycle: EventOf<"CycleBooked">): void => {
  enterDay(books)
  const { loss } = books.state
  if (cycle.net >= 0n || utcDayOf(cycle.exitMs) !== loss.utcDay) return
  books.state.loss = { ...loss, loss: minus(loss.loss, cycle.net) }
}

/** Counts a cycle's loss and judges the day. A day that is over opens its lock before the new one counts. */
export const countLoss = (draft: Draft, cycle: EventOf<"CycleBooked">): void => {
  rollOver(draft)
  noteLoss(draft, cycle)
  judge(draft)
}

/** A new UTC day begins with no loss, and opens the lock. The market stays paused until an operator resumes. */
export const rollOver = (draft: Draft): void => {
  if (enterDay(draft)) judge(draft)
}

/** True when a new day has begun. */
const enterDay = (books: Books): boolean => {
  const { loss, nowMs } = books.state
  const utcDay = utcDayOf(nowMs)
  if (utcDay <= loss.utcDay) return false
  books.state.loss = { ...loss, utcDay, loss: Quotes.zero }
  return true
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
    utcDay: loss.utcDay
  })
  if (locked) raiseCause(draft, "daily_loss_lock", why)
  else clearCause(draft, "daily_loss_lock")
  draft.outputs.push({ _tag: "LossLockChanged", locked, utcDay: loss.utcDay, loss: loss.loss, limit, reason: why })
}

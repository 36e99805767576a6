/** The UTC day's losses and gains, and what the daily loss lock makes of them: what counts, when it ends, and what ends it sooner. Pure. */
import { minus, plus, Quote, type Quote as QuoteAmount } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS, utcDayOf, utcDayText } from "../../../../shared/core/time/utcDay.ts"
import type { GovernorStatus } from "../blocks.ts"
import { withWallTime } from "../words.ts"

/** What losses and gains of one UTC day come to. */
export interface DayTally {
  /** Days since 1970 of the exchange's clock; 0 before the first cycle. */
  readonly utcDay: number
  /** Sums of the nets below zero (as a loss, above zero) and above it; of the losses, those of evictions. */
  readonly losses: QuoteAmount
  readonly gains: QuoteAmount
  readonly evictedLosses: QuoteAmount
}

/** Before the first cycle. */
export const NO_DAY: DayTally = { utcDay: 0, losses: Quote.zero, gains: Quote.zero, evictedLosses: Quote.zero }

/** A cycle that ended on that day is booked; days go forward only. */
export const dayWith = (
  before: DayTally,
  utcDay: number,
  { net, evicted }: { readonly net: QuoteAmount; readonly evicted: boolean }
): DayTally => {
  if (utcDay < before.utcDay) return before
  const day = utcDay === before.utcDay ? before : { ...NO_DAY, utcDay }
  if (net >= 0n) return { ...day, gains: plus(day.gains, net) }
  return {
    ...day,
    losses: minus(day.losses, net),
    evictedLosses: evicted ? minus(day.evictedLosses, net) : day.evictedLosses
  }
}

const PLACES = 2
const shown = (amount: QuoteAmount): string => Quote.formatFixed(amount, PLACES)

/** Why the lock is closed and what opens it, in words that a person can act by. `currency` as people write it. */
const lockInWords = (
  day: { readonly losses: QuoteAmount; readonly gains: QuoteAmount; readonly evictedLosses: QuoteAmount },
  limit: QuoteAmount,
  ends: { readonly inSec: number; readonly speed: number; readonly byOperator: boolean },
  currency: string
): string => {
  const ofEvictions =
    day.evictedLosses === 0n ? "" : ` (${shown(day.evictedLosses)} of it booked for evicted recoveries)`
  const net = minus(day.gains, day.losses)
  return (
    `The day's losing cycles come to ${shown(day.losses)} ${currency}${ofEvictions}, the limit is ${shown(limit)} ${currency}; ` +
    `gains of ${shown(day.gains)} ${currency} do not count against them (net ${shown(net)} ${currency}). ` +
    `The lock opens at 00:00 UTC of the exchange's clock, in ${withWallTime(ends.inSec, ends.speed)}, or at once when the limit ` +
    `(set_daily_loss_limit) is raised above ${Quote.format(day.losses)} ${currency} or switched off` +
    (ends.byOperator ? "; then somebody must resume." : "; then it goes on by itself.")
  )
}

/** The block `daily_loss`, beside the reference's four fields of the lock. `nowMs` is the exchange's clock, 0 before it has spoken. */
export const dayView = (
  tally: DayTally,
  governor: GovernorStatus,
  { nowMs, speed, currency }: { readonly nowMs: number; readonly speed: number; readonly currency: string }
) => {
  const today = utcDayOf(nowMs)
  const { gains, evictedLosses } = tally.utcDay === today ? tally : NO_DAY
  const losses = Quote.parse(governor.daily_realized_loss_utc)
  const limit = Quote.parse(governor.daily_loss_limit)
  const locked = governor.daily_loss_lock_active
  const inSec = nowMs === 0 ? null : ((today + 1) * DAY_MS - nowMs) / 1_000
  const byOperator = governor.operator_needed !== null
  return {
    /** `2026-11-21` of the exchange's clock; null before that has spoken. */
    utc_day: nowMs === 0 ? null : utcDayText(today),
    /** Of cycles with a net below zero, evicted recoveries included: what the lock counts. */
    losses: Quote.format(losses),
    evicted_losses: Quote.format(evictedLosses),
    /** Of cycles with a net above zero: the lock does not set them off. */
    gains: Quote.format(gains),
    net: Quote.format(minus(gains, losses)),
    /** Null: no limit. */
    limit: limit === 0n ? null : Quote.format(limit),
    /** What may still be lost before the lock closes; null without a limit. */
    left: limit === 0n ? null : Quote.format(losses >= limit ? Quote.zero : minus(limit, losses)),
    locked,
    /** Unix seconds of the exchange's clock, seconds of it until then, and seconds of the reader's. */
    day_ends_at: inSec === null ? null : ((today + 1) * DAY_MS) / 1_000,
    day_ends_in_sec: inSec,
    day_ends_in_wall_sec: inSec === null ? null : Math.round(inSec / speed),
    /** Null while the lock is open. */
    sentence:
      locked && inSec !== null
        ? lockInWords({ losses, gains, evictedLosses }, limit, { inSec, speed, byOperator }, currency)
        : null
  }
}

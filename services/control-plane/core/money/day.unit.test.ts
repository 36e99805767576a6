import { describe, expect, it } from "vitest"
import { Quote } from "../../../../shared/core/decimal/decimal.ts"
import { utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { governor, START_MS } from "../../testing/examples.ts"
import { dayView, dayWith, NO_DAY } from "./day.ts"

const TODAY = utcDayOf(START_MS)
const cycle = (net: string, evicted = false) => ({ net: Quote.parse(net), evicted })
const clock = { nowMs: START_MS, speed: 1, currency: "USD" }

describe("the day", () => {
  it("adds losses and gains apart, and says which losses are of evictions", () => {
    const day = [cycle("-2"), cycle("0.75"), cycle("-1.05", true)].reduce((sum, of) => dayWith(sum, TODAY, of), NO_DAY)
    expect(day).toEqual({
      utcDay: TODAY,
      losses: Quote.parse("3.05"),
      gains: Quote.parse("0.75"),
      evictedLosses: Quote.parse("1.05")
    })
  })

  it("begins anew with the next, and a cycle of a day that is over does not count", () => {
    const today = dayWith(NO_DAY, TODAY, cycle("-2"))
    expect(dayWith(today, TODAY + 1, cycle("1"))).toMatchObject({ losses: 0n, gains: Quote.parse("1") })
    expect(dayWith(today, TODAY - 1, cycle("-5"))).toBe(today)
  })

  it("shows how much is left of the limit, and when it ends by both clocks", () => {
    expect(dayView(NO_DAY, governor, { ...clock, speed: 120 })).toMatchObject({
      utc_day: "2026-11-20",
      losses: "0.41",
      limit: "3",
      left: "2.59",
      locked: false,
      day_ends_in_sec: 36_000,
      day_ends_in_wall_sec: 300,
      sentence: null
    })
    expect(dayView(NO_DAY, { ...governor, daily_loss_limit: "0" }, clock)).toMatchObject({ limit: null, left: null })
  })

  it("says of a closed lock what counts, when it opens in the reader's time, what opens it sooner, and who goes on", () => {
    const day = dayWith(dayWith(NO_DAY, TODAY, cycle("0.75")), TODAY, cycle("-1", true))
    const because = { rule: "daily_loss_lock", numbers: {}, sentence: "The day's loss." } as const
    const locked = {
      ...governor,
      daily_loss_lock_active: true,
      daily_realized_loss_utc: "3.05",
      operator_needed: because
    }
    expect(dayView(day, locked, { ...clock, speed: 120 }).sentence).toBe(
      "The day's losing cycles come to 3.05 USD (1.00 of it booked for evicted recoveries), the limit is 3.00 USD; " +
        "gains of 0.75 USD do not count against them (net -2.30 USD). The lock opens at 00:00 UTC of the exchange's clock, " +
        "in 10 h of it (5 min of yours), or at once when the limit (set_daily_loss_limit) is raised above 3.05 USD or " +
        "switched off; then somebody must resume."
    )
    expect(dayView(day, { ...locked, operator_needed: null }, clock).sentence).toContain("in 10 h, or")
  })
})

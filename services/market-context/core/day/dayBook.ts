/**
 * One UTC day's trades and what follows from them: profile, four-hour profiles, opening range, and how much of the day is there.
 * Trades come in any order and more than once. Pure; changed in place.
 */
import type { Price } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../../../shared/core/time/utcDay.ts"
import { CLOSES_MS, OPENS_MS, type OpeningRange } from "../openingRange.ts"
import { ProfileTally } from "../profile/tally.ts"
import { Stretches } from "./stretches.ts"
import { DayTape, type DayTrade } from "./tape.ts"

/** Length of the profiles within a day. */
export const PART_MS = 4 * 3_600_000

/** A day in the making. */
export class DayBook {
  /** Days since 1970-01-01. */
  readonly day: number
  readonly tally: ProfileTally
  /** From 00:00, 04:00, … on. */
  readonly parts: ReadonlyArray<ProfileTally>
  readonly tape = new DayTape()
  /** When all that traded is known to be here, Unix milliseconds. */
  readonly coverage = new Stretches()
  private high: Price | null = null
  private low: Price | null = null

  /** Throws a `RangeError` where the tick is not above 0. */
  constructor(day: number, tickSize: Price) {
    this.day = day
    this.tally = new ProfileTally(tickSize)
    this.parts = Array.from({ length: DAY_MS / PART_MS }, () => new ProfileTally(tickSize))
  }

  /** 00:00 of the day and of the next one, Unix milliseconds. */
  get fromMs(): number {
    return this.day * DAY_MS
  }
  get toMs(): number {
    return this.fromMs + DAY_MS
  }

  /** Takes in a trade of the day. False: it was there already. Throws a `RangeError` for a price that has no place here. */
  take(trade: DayTrade): boolean {
    const { timeMs, price, volume } = trade
    if (!this.tape.add(trade)) return false
    this.tally.add(price, volume)
    this.parts[Math.floor((timeMs - this.fromMs) / PART_MS)]?.add(price, volume)
    const sinceMidnight = timeMs - this.fromMs
    if (sinceMidnight >= OPENS_MS && sinceMidnight < CLOSES_MS) {
      if (this.high === null || price > this.high) this.high = price
      if (this.low === null || price < this.low) this.low = price
    }
    return true
  }

  /** The opening range so far, exact. */
  openingRange(
    nowMs: number
  ): Omit<OpeningRange, "high" | "low"> & { readonly high: Price | null; readonly low: Price | null } {
    return { high: this.high, low: this.low, complete: nowMs >= this.fromMs + CLOSES_MS }
  }
}

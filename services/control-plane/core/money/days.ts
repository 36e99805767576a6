/** What each UTC day came to: taken from the ledger as it moves, so that days add up to what the ledger says. Pure. */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import type { EventPlace } from "../../../../shared/actor/core/actor.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import type { LedgerState } from "../../../../shared/ledger/core/ledger.ts"
import { bookedAs, tallyOf, TRADED } from "../../../../shared/ledger/core/tally.ts"

/** Units of `Quote`, and counts. */
export interface Sums {
  readonly traded: bigint
  readonly evicted: bigint
  readonly corrected: bigint
  /** Of the nets above zero, and of those below as a loss. */
  readonly gains: bigint
  readonly losses: bigint
  readonly fees: bigint
  readonly cycles: number
  readonly winning: number
  readonly losing: number
}

/** Nothing was booked or paid. */
export const NO_SUMS: Sums = {
  traded: 0n,
  evicted: 0n,
  corrected: 0n,
  gains: 0n,
  losses: 0n,
  fees: 0n,
  cycles: 0,
  winning: 0,
  losing: 0
}

/** A day in which something was, by its number since 1970. */
export interface Day extends Sums {
  readonly utcDay: number
}

/** Days kept apart: a year and a month. */
export const MAX_DAYS = 400

/** See the top of this file. */
export interface DaySums {
  /** Oldest first, each once, at most `MAX_DAYS`. */
  readonly days: ReadonlyArray<Day>
  /** What earlier days came to; null: there were none. */
  readonly before: Sums | null
}

/** Before the first. */
export const NO_DAYS: DaySums = { days: [], before: null }

/** The two added up. */
export const added = (a: Sums, b: Sums): Sums => ({
  traded: a.traded + b.traded,
  evicted: a.evicted + b.evicted,
  corrected: a.corrected + b.corrected,
  gains: a.gains + b.gains,
  losses: a.losses + b.losses,
  fees: a.fees + b.fees,
  cycles: a.cycles + b.cycles,
  winning: a.winning + b.winning,
  losing: a.losing + b.losing
})

const withOldestMerged = ({ days, before }: DaySums): DaySums => {
  const [oldest, ...rest] = days
  if (days.length <= MAX_DAYS || oldest === undefined) return { days, before }
  const { utcDay: _day, ...sums } = oldest
  return { days: rest, before: added(before ?? NO_SUMS, sums) }
}

/** More of a day; what belongs to a day before those that are kept goes to `before`. */
export const withSums = (state: DaySums, utcDay: number, sums: Sums): DaySums => {
  const { days, before } = state
  const [oldest] = days
  if (before !== null && oldest !== undefined && utcDay < oldest.utcDay) return { days, before: added(before, sums) }
  const at = days.findIndex((day) => day.utcDay >= utcDay)
  const found = at < 0 ? undefined : days[at]
  if (found?.utcDay === utcDay) return { days: days.with(at, { utcDay, ...added(found, sums) }), before }
  const day: Day = { utcDay, ...sums }
  return withOldestMerged({ days: at < 0 ? [...days, day] : days.toSpliced(at, 0, day), before })
}

const change = (ledger: LedgerState, slot: SlotNumber) => {
  const tally = tallyOf(ledger.tallies, slot)
  return {
    traded: bookedAs(tally, TRADED).net,
    evicted: bookedAs(tally, ["evicted"]).net,
    corrected: bookedAs(tally, ["corrected"]).net,
    fees: tally.feesPaid
  }
}

/** The days after an event that brought the ledger from `before` to `after`. */
export const daysAfter = (
  state: DaySums,
  event: MarketEvent,
  { slot, timeMs }: EventPlace,
  { before, after }: { readonly before: LedgerState; readonly after: LedgerState }
): DaySums => {
  if (slot === null || before.tallies === after.tallies) return state
  const [was, is] = [change(before, slot), change(after, slot)]
  const net = event._tag === "CycleBooked" ? event.net : null
  // A correction is of a cycle that has been counted.
  const counts = event._tag === "CycleBooked" && event.kind !== "corrected"
  return withSums(state, utcDayOf(event._tag === "CycleBooked" ? event.exitMs : timeMs), {
    traded: is.traded - was.traded,
    evicted: is.evicted - was.evicted,
    corrected: is.corrected - was.corrected,
    gains: net !== null && net > 0n ? net : 0n,
    losses: net !== null && net < 0n ? -net : 0n,
    fees: is.fees - was.fees,
    cycles: counts ? 1 : 0,
    winning: counts && event.net > 0n ? 1 : 0,
    losing: counts && event.net < 0n ? 1 : 0
  })
}

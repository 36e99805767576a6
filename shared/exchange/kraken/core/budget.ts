/**
 * Kraken's two rate limits, kept here so that they are waited for and never run into: exceeding them again and again
 * locks the key out for a quarter of an hour. Pure: time is the exchange's, in Unix milliseconds, and given.
 */

/** The account's verification level, which sets its limits. */
export type Tier = "starter" | "intermediate" | "pro"

/** A counter that rises with every call and decays with time; a call that would lift it above the ceiling is refused. */
export interface Limit {
  readonly ceiling: number
  readonly decayPerSec: number
}

/** From Kraken's rate limit guides. `calls` is kept per key, `trading` per pair. */
export const LIMITS: Record<Tier, { readonly calls: Limit; readonly trading: Limit }> = {
  starter: { calls: { ceiling: 15, decayPerSec: 0.33 }, trading: { ceiling: 60, decayPerSec: 1 } },
  intermediate: { calls: { ceiling: 20, decayPerSec: 0.5 }, trading: { ceiling: 125, decayPerSec: 2.34 } },
  pro: { calls: { ceiling: 20, decayPerSec: 1 }, trading: { ceiling: 180, decayPerSec: 3.75 } }
}

/** Time in which every tier's counter, be it full, makes room for its dearest call (starter: a page of history, a young order's cancel). */
export const COUNTER_WAIT_MS = 10_000

/**
 * A rate limit's counter: `value` calls' worth of cost as of `atMs`, Unix milliseconds of the exchange's clock. Read it
 * through `decayed`.
 */
export interface Counter {
  readonly value: number
  readonly atMs: number
}

/** Nothing spent yet. */
export const emptyCounter: Counter = { value: 0, atMs: 0 }

/** The counter at `nowMs`. A clock that was moved back (its first synchronisation) brings no decay and no debt. */
export const decayed = (counter: Counter, limit: Limit, nowMs: number): Counter => {
  const elapsedSec = Math.max(0, nowMs - counter.atMs) / 1_000
  return { value: Math.max(0, counter.value - elapsedSec * limit.decayPerSec), atMs: nowMs }
}

/** Whether a call may go out now, or from when on (Unix milliseconds of the exchange's clock). */
export type Spent =
  | { readonly granted: true; readonly counter: Counter }
  | { readonly granted: false; readonly readyAtMs: number }

/** Spends `cost` now, or says when the counter will have room for it. */
export const spend = (counter: Counter, limit: Limit, cost: number, nowMs: number): Spent => {
  const { value } = decayed(counter, limit, nowMs)
  const excess = value + cost - limit.ceiling
  return excess <= 0
    ? { granted: true, counter: { value: value + cost, atMs: nowMs } }
    : { granted: false, readyAtMs: nowMs + Math.ceil((excess / limit.decayPerSec) * 1_000) }
}

/** After the exchange has refused a call: it counts more than we knew, so its counter is at the ceiling. */
export const exhausted = (limit: Limit, nowMs: number): Counter => ({ value: limit.ceiling, atMs: nowMs })

/** What an order costs on the trading counter. */
export const ADD_ORDER_COST = 1

/** `[belowSec, cost]`: what cancelling an order younger than that costs; an older one is cancelled for nothing. */
const CANCEL_COSTS = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1]
] as const

/** What a cancel costs on the trading counter; an order of unknown age (null) is taken for a new one. */
export const cancelCost = (ageMs: number | null): number => {
  const ageSec = Math.max(0, ageMs ?? 0) / 1_000
  return CANCEL_COSTS.find(([belowSec]) => ageSec < belowSec)?.[1] ?? 0
}

/** What an amendment costs by its order's age, above its fixed cost of 1. */
const AMEND_COSTS = [
  [5, 3],
  [10, 2],
  [15, 1]
] as const

/** What an amendment costs on the trading counter; the age counts from the last amendment on. */
export const amendCost = (ageMs: number | null): number => {
  const ageSec = Math.max(0, ageMs ?? 0) / 1_000
  return 1 + (AMEND_COSTS.find(([belowSec]) => ageSec < belowSec)?.[1] ?? 0)
}

/** Kraken's two rate limits and its ceiling of open orders, by tier. Pure: simulated time is handed in. */

/** The account's verification level, which sets its limits. */
export type Tier = "starter" | "intermediate" | "pro"

/** A counter that rises with every call and falls with time; a call that would lift it above the ceiling is refused. */
export interface Limit {
  readonly ceiling: number
  readonly decayPerSec: number
}

/** Source: Kraken's rate limit guides. `calls` is kept per key, `trading` and `openOrders` per pair. */
export const TIERS: Record<Tier, { readonly calls: Limit; readonly trading: Limit; readonly openOrders: number }> = {
  starter: { calls: { ceiling: 15, decayPerSec: 0.33 }, trading: { ceiling: 60, decayPerSec: 1 }, openOrders: 60 },
  intermediate: {
    calls: { ceiling: 20, decayPerSec: 0.5 },
    trading: { ceiling: 125, decayPerSec: 2.34 },
    openOrders: 80
  },
  pro: { calls: { ceiling: 20, decayPerSec: 1 }, trading: { ceiling: 180, decayPerSec: 3.75 }, openOrders: 225 }
}

/** A counter's value as of `atMs`, Unix milliseconds of simulated time. */
export interface Counter {
  readonly value: number
  readonly atMs: number
}

/** Nothing spent yet. */
export const emptyCounter: Counter = { value: 0, atMs: 0 }

/** What is left of the counter's value at `nowMs`, not below 0. */
export const decayed = (counter: Counter, limit: Limit, nowMs: number): number =>
  Math.max(0, counter.value - (Math.max(0, nowMs - counter.atMs) / 1_000) * limit.decayPerSec)

/** The counter after spending `cost`, or null when that would pass the ceiling: then nothing is charged. */
export const spend = (counter: Counter, limit: Limit, cost: number, nowMs: number): Counter | null => {
  const value = decayed(counter, limit, nowMs) + cost
  return value > limit.ceiling ? null : { value, atMs: nowMs }
}

/** What an action on an order younger than `belowSec` costs on top. */
type Penalties = ReadonlyArray<readonly [belowSec: number, cost: number]>
const CANCEL: Penalties = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1]
]
const AMEND: Penalties = [
  [5, 3],
  [10, 2],
  [15, 1]
]

const penalty = (table: Penalties, ageMs: number): number =>
  table.find(([belowSec]) => ageMs < belowSec * 1_000)?.[1] ?? 0

/** What placing one order costs on the trading counter. */
export const ADD_COST = 1
/** A batch of n costs half of its orders, rounded up. */
export const batchAddCost = (orders: number): number => Math.ceil(orders / 2)
/** What a cancel costs on the trading counter by the order's age; nothing from five minutes on. */
export const cancelCost = (ageMs: number): number => penalty(CANCEL, ageMs)
/** Without an age: the fixed part, charged also when the request turns out to be wrong. */
export const amendCost = (ageMs: number | null): number => 1 + (ageMs === null ? 0 : penalty(AMEND, ageMs))

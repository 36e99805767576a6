/**
 * Until when an actor has nothing to say: whoever plays hours of prices to it may leave out those that change nothing but what it
 * knows of price and time, and tell it the last of them before the next thing that happens. Pure.
 */
import type { MarketEvent } from "../../events/event.ts"

/**
 * While nothing but prices and clock facts comes, of times before `untilMs` and prices within `low` and `high`, both included, the
 * actor answers nothing and keeps all but price and time. Never wider than that is true; it may be narrower.
 */
export interface Quiet {
  /** Unix milliseconds of the exchange's clock. */
  readonly untilMs: number
  /** Quote currency per base unit, as the nearest double. */
  readonly low: number
  readonly high: number
}

/** Nothing is quiet: every fact has to be folded. */
export const NOT_QUIET: Quiet = { untilMs: Number.NEGATIVE_INFINITY, low: 0, high: 0 }
/** Prices and time alone change nothing, ever. */
export const ALWAYS_QUIET: Quiet = { untilMs: Number.POSITIVE_INFINITY, low: 0, high: Number.POSITIVE_INFINITY }

/** Quiet until a time, at any price. */
export const quietUntil = (untilMs: number): Quiet => ({ untilMs, low: 0, high: Number.POSITIVE_INFINITY })

/**
 * Facts, by tag, that an actor never answers, that only replace the last of their kind, and that no `Quiet` of it depends on: whoever
 * hands them over may keep the newest of each until the actor hears something else.
 */
export type Deferrable = ReadonlySet<MarketEvent["_tag"]>

/** Every fact is handed over as it comes. */
export const NOTHING_DEFERRED: Deferrable = new Set()

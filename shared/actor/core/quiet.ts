/**
 * Until when an actor has nothing to say: whoever plays hours of prices to it may leave out those that change nothing but what it
 * knows of price and time, and tell it the last of them before the next thing that happens. Pure.
 */
import { Price } from "../../core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../events/event.ts"

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

/** Prices and clock facts that some actors need not have folded, up to one of them: the last price, and the time. */
export interface Passed {
  /** Record of the newest. */
  readonly seq: number
  /** The largest time among them. */
  readonly nowMs: number
  /** Age of the last price as the newest tells it, seconds; null: it knows of none. */
  readonly priceAgeSec: number | null
  /** The last price; null: none yet. */
  readonly price: {
    /** Its record. */
    readonly seq: number
    /** The nearest double. */
    readonly last: number
    /** The largest time up to it. */
    readonly nowMs: number
  } | null
}

/** What has passed once this fact has, too. */
export const withPassed = (
  before: Passed | null,
  event: EventOf<"PriceObserved" | "ClockTicked">,
  { seq, timeMs }: { readonly seq: number; readonly timeMs: number }
): Passed => {
  const nowMs = Math.max(before?.nowMs ?? 0, timeMs)
  if (event._tag === "ClockTicked") return { seq, nowMs, priceAgeSec: event.priceAgeSec, price: before?.price ?? null }
  return { seq, nowMs, priceAgeSec: 0, price: { seq, last: Price.toNumber(event.last), nowMs } }
}

/** How an actor that hears every price and clock fact is kept from folding those that leave it as it is. */
export interface Quietness<State> {
  /** How long it stays quiet from here on. A time that has come already is none: its now is the largest time it has heard. */
  readonly of: (state: State) => Quiet
  /** The state after record `fromSeq`, as folding each of the facts behind that record would have left it. */
  readonly passed: (state: State, passed: Passed, fromSeq: number) => State
}

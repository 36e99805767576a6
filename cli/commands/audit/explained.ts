/** Whether opening balances, our trades and what a person knows of explain what the account holds. Pure. */
import type { MarketEvent } from "../../../shared/events/event.ts"
import { balanceOf, type LedgerState } from "../../../shared/ledger/core/ledger.ts"

/** Base and quote, in the ledger's units. */
export interface Money {
  readonly base: bigint
  readonly quote: bigint
}

/**
 * What our trades had come to at moments around the newest balances. Balances and fills come one after the other, so balances may be
 * older than the last fills of the journal, or newer: whichever of these moments they belong to explains them.
 */
export interface Moments {
  /** After each transaction between the last two readings of the balances. */
  readonly before: ReadonlyArray<Money>
  /** At the last reading, and after each transaction since. */
  readonly since: ReadonlyArray<Money>
}

/** Before the first record. */
export const NO_MOMENTS: Moments = { before: [], since: [] }

/** Balances are read within seconds of a fill: so many transactions in between are more than the exchange takes of us. */
const MOMENTS_KEPT = 512

/** Kraken lists dollars with four decimals: opening and present balance are each half of this off at most, 1e-4 USD. */
const ROUNDING = 1_000_000n

/** The moments after an event that the ledger has just posted. */
export const momentsAfter = (moments: Moments, event: MarketEvent, ledger: LedgerState, moved: boolean): Moments => {
  if (!moved && event._tag !== "BalancesObserved") return moments
  const now = { base: balanceOf(ledger, "exchange", "base"), quote: balanceOf(ledger, "exchange", "quote") }
  if (event._tag === "BalancesObserved") return { before: moments.since, since: [now] }
  return { ...moments, since: [...moments.since, now].slice(-MOMENTS_KEPT) }
}

/** What nothing explains; null: the account's balances have never been seen. Less than the exchange's rounding is nothing. */
export const strayOf = ({ opening, observed }: LedgerState, moments: Moments, known: Money): Money | null => {
  const latest = moments.since.at(-1)
  if (opening === null || observed === null || latest === undefined) return null
  const without = (traded: Money): Money => ({
    base: observed.base.total - opening.base.total - traded.base - known.base,
    quote: observed.quote.total - opening.quote.total - traded.quote - known.quote
  })
  const isNothing = ({ base, quote }: Money): boolean => base === 0n && quote >= -ROUNDING && quote <= ROUNDING
  // Of moments that differ by the fills between them, the one that leaves least is the one that the account was seen at.
  const least = [...moments.before, ...moments.since]
    .map(without)
    .reduce((found, stray) => (leavesLess(stray, found) ? stray : found), without(latest))
  return isNothing(least) ? { base: 0n, quote: 0n } : least
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

/** A fill moves both currencies, money from outside mostly one: less of the base currency comes first. */
const leavesLess = (one: Money, other: Money): boolean =>
  size(one.base) === size(other.base) ? size(one.quote) < size(other.quote) : size(one.base) < size(other.base)

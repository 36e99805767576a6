/** Whether balances that the exchange lists are older than the fills that the journal has: its lists lag. Pure. */
import type { EventOf } from "../../../shared/events/event.ts"
import { takenBy } from "../../../shared/core/baseFee.ts"
import type { Side } from "../../../shared/core/trading.ts"
import type { Movement, Sums } from "./state.ts"

/** Movements since the balances were last written that are kept: balances are read within seconds of a fill. */
export const MOVEMENTS_KEPT = 64

/** What executions of this side move. */
export const movementOf = (side: Side, sums: Sums): Movement => {
  const { volume, cost } = sums
  const fee = takenBy(sums)
  return side === "buy"
    ? { base: volume - fee.base, quote: -cost - fee.quote }
    : { base: -volume - fee.base, quote: cost - fee.quote }
}

/** Kraken lists dollars with four decimals: so much less or more is rounding, 1e-4 USD. */
const ROUNDING = 1_000_000n

const near = (a: bigint, b: bigint, within: bigint): boolean => (a > b ? a - b : b - a) <= within

type Balances = EventOf<"BalancesObserved">

/**
 * True when what is listed is what the account held before the newest of these movements, and not what it holds after all of them.
 * Whatever else it is, a deposit or somebody else's trade, is news.
 */
export const isBehindFills = (known: Balances, moved: ReadonlyArray<Movement>, seen: Balances): boolean => {
  let [base, quote]: [bigint, bigint] = [known.base.total, known.quote.total]
  const fits = (): boolean => seen.base.total === base && near(seen.quote.total, quote, ROUNDING)
  let behind = fits()
  for (const [index, movement] of moved.entries()) {
    base += movement.base
    quote += movement.quote
    if (index === moved.length - 1) return behind && !fits()
    behind = behind || fits()
  }
  return false
}

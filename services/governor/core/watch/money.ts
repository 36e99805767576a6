/** Money that no trade of ours explains: deposits, withdrawals, trades by hand or of another program. Told once it has settled. */
import { takenBy } from "../../../../shared/core/baseFee.ts"
import { minus, plus, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { Amounts } from "../../../../shared/market/core/binding.ts"
import { type Draft, notice } from "../draft.ts"
import type { GovernorState } from "../state.ts"
import { tradedSoFar } from "./audit.ts"
import { baseFeesSoFar } from "./baseFees.ts"

/** Balances and fills come one after the other, and lists lag a minute: what differs for longer, without a fill, has another cause. */
const SETTLED_AFTER_MS = 60_000
/**
 * Where exchange time passes faster than the wall's, as on paper: what comes over a wire, or is asked for again, takes its time on the
 * wall. Milliseconds of that.
 */
const SETTLED_ON_WALL_MS = 10_000

/** How fast time passes from here on; of a process that does not tell the time nothing is learnt. */
export const notePace = (draft: Draft, speed: number | undefined): void => {
  if (speed === undefined) return
  if (speed === 1) delete draft.state.pace
  else draft.state.pace = speed
}

const settledAfterMs = ({ pace = 1 }: GovernorState): number => Math.max(SETTLED_AFTER_MS, pace * SETTLED_ON_WALL_MS)

/** What the account would hold had we never traded. */
const withoutTrades = (state: GovernorState): Amounts | null => {
  const { balances } = state.market
  if (balances === null) return null
  const { bought, sold, paid, received, fees } = tradedSoFar(state)
  const taken = takenBy({ fee: fees, ...baseFeesSoFar(state) })
  return {
    base: plus(plus(minus(balances.base.total, bought), sold), taken.base as Volume),
    quote: plus(plus(minus(balances.quote.total, received), paid), taken.quote as Quote)
  }
}

const same = (a: Amounts, b: Amounts): boolean => a.base === b.base && a.quote === b.quote

/** Whether `watchMoney` has nothing left to notice or to tell. */
export const moneySettled = (state: GovernorState): boolean => {
  const now = withoutTrades(state)
  return now === null || (state.money !== undefined && same(now, state.money.seen) && same(now, state.money.told))
}

/** Once a loop. */
export const watchMoney = (draft: Draft): void => {
  const { state } = draft
  const now = withoutTrades(state)
  if (now === null) return
  const { nowMs, money = { told: now, seen: now, sinceMs: nowMs } } = state
  if (!same(now, money.seen)) {
    state.money = { ...money, seen: now, sinceMs: nowMs }
    return
  }
  state.money = money
  const settledMs = settledAfterMs(state)
  if (same(now, money.told) || nowMs - money.sinceMs < settledMs) return
  if (nowMs - state.audit.lastTradeMs < settledMs) return
  state.money = { ...money, told: now }
  notice(draft, "info", "money_moved", {
    base: Volume.format(minus(now.base, money.told.base)),
    quote: Quote.format(minus(now.quote, money.told.quote))
  })
}

/**
 * Until when prices and time alone leave the governor as it is, and what is left of them when something else comes. A loop of its own
 * begins meanwhile every half minute: all that a quiet one leaves behind is a sample of the price. Pure.
 */
import { NOT_QUIET, type Quiet, quietUntil } from "../../../../shared/actor/core/quiet.ts"
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS, utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import { roomOf } from "../entries/capacity.ts"
import { settledByMs } from "../entries/funds.ts"
import { waitsOn } from "../entries/scheduler.ts"
import { leadingCause } from "../mode/mode.ts"
import { waitingOf, waitingPricesOf } from "../orderTable.ts"
import { isConfigured, rulesOf } from "../rules.ts"
import { targetFor } from "../slots/profitTarget.ts"
import { hasStarted } from "../mode/startup.ts"
import type { GovernorState } from "../state.ts"
import { moneySettled } from "../watch/money.ts"

/**
 * How long the governor stays quiet (`Quiet`) between the beginnings of its loops, as long as the price stays fresh, or, where the
 * market stands still because it is old (`standsByOldPrice`), none comes. Under the newest rules.
 */
export const governorQuiet = (state: GovernorState): Quiet => {
  const { mode, scheduler, funds, loss, capacity, nowMs } = state
  if (!isConfigured(state) || !hasStarted(state)) return NOT_QUIET
  if (funds.queue.length > 0 || funds.allotted !== null) return NOT_QUIET
  const waits = scheduler.queue.length > 0 || waitingOf(state).length > 0
  if (waits && !waitsOn({ state, rules: rulesOf(state) })) return NOT_QUIET
  if (capacity.exchange !== null || state.refusals !== undefined || mode.violations.length > 0) return NOT_QUIET
  if (state.backfill !== null || state.advisor.retrain !== null) return NOT_QUIET
  if (waitsForFacts(mode) || (state.tooSmall !== undefined && state.orders.length === 0)) return NOT_QUIET
  const midnightMs = (Math.max(loss.utcDay, utcDayOf(nowMs)) + 1) * DAY_MS
  const untilMs = Math.min(midnightMs, modeDueMs(state), bandDueMs(state))
  return waits ? { ...unpassed(state), untilMs: Math.min(untilMs, settledByMs(state)) } : quietUntil(untilMs)
}

/** Whether something stands against running that only a fact ends which is no price. */
const waitsForFacts = (mode: GovernorState["mode"]): boolean => {
  if (leadingCause(mode) === null) return false
  const { daily_loss_lock: _locked, stale_price: _stale, ...causes } = mode.causes
  return leadingCause({ causes }) !== null
}

/** Prices at which the market passes no entry that waits for the next loop: by a unit at least. */
const unpassed = (state: GovernorState): Pick<Quiet, "low" | "high"> => {
  const { highestBuy, lowestSell } = waitingPricesOf(state)
  return {
    low: highestBuy === null ? 0 : Price.toNumber((highestBuy + 1n) as Price),
    high: lowestSell === null ? Number.POSITIVE_INFINITY : Price.toNumber((lowestSell - 1n) as Price)
  }
}

/** Whether the market stands still because its price is old: then the next price is news, and more time without one is not. */
export const standsByOldPrice = ({ mode }: GovernorState): boolean => mode.causes.stale_price !== undefined

/** When a pause whose cause has gone ends by itself. */
const modeDueMs = (state: GovernorState): number => {
  const { mode } = state
  const passes = mode.mode === "PAUSED" && mode.operatorNeeded === null && leadingCause(mode) === null
  return passes ? mode.clearSinceMs + rulesOf(state).autoResumeAfterSec * 1_000 : Number.POSITIVE_INFINITY
}

/** When the oldest order that was cut short counts no more. */
const bandDueMs = ({ capacity, nowMs }: GovernorState): number =>
  Math.min(Number.POSITIVE_INFINITY, ...capacity.partialCancels.map((atMs) => atMs + DAY_MS).filter((ms) => ms > nowMs))

/** Whether the beginning of a loop leaves a quiet governor quiet but for its sample, as long as the target stays as it is. */
export const loopsQuietly = (state: GovernorState): boolean => {
  const rules = rulesOf(state)
  return (
    state.scheduler.queue.length === 0 &&
    state.sizing.targetLayers === 0 &&
    state.sizing.told !== null &&
    moneySettled(state) &&
    roomOf(state, rules).utilisationPct <= rules.autoSoftCloseCapacityPct
  )
}

/** Whether the target that follows from this median move is the one in force; null: there are too few samples for a move. */
export const keepsTarget = (state: GovernorState, medianPct: number | null): boolean => {
  const rules = rulesOf(state)
  const wanted = !rules.volatilityProfit || medianPct === null ? null : targetFor({ state, rules }, medianPct)
  return wanted === state.targets.runtimeProfitPct
}

/** Whether samples are looked at for a target. */
export const followsVolatility = (state: GovernorState): boolean => rulesOf(state).volatilityProfit

/** The last price, the clock facts since it, and the loops that have begun: all that passed in a quiet time. */
export interface Passed {
  readonly price: Price
  readonly priceNumber: number
  readonly priceSeq: number
  readonly priceAtMs: number
  /** Of the last clock fact; null: none since that price. */
  readonly tick: { readonly timeMs: number; readonly priceAgeSec: number | null } | null
  readonly loop: number
  /** With one for each loop that has begun; null: none has. */
  readonly samples: ReadonlyArray<number> | null
}

/** The state after a quiet time, as folding each of its facts would have left it. */
export const passedQuietly = (state: GovernorState, passed: Passed): GovernorState => {
  const { price, priceNumber, priceSeq, priceAtMs, tick, loop, samples } = passed
  const toldAtMs = tick?.timeMs ?? priceAtMs
  const heard = { priceAgeSec: tick === null ? 0 : tick.priceAgeSec }
  const next = {
    ...state,
    nowMs: Math.max(state.nowMs, toldAtMs),
    market: { ...state.market, price, priceNumber, priceSeq, priceAtMs, heard, toldAtMs }
  }
  if (samples === null) return next
  return {
    ...next,
    scheduler: { ...state.scheduler, loop, grantedInLoop: 0 },
    targets: { ...state.targets, samples, sampledLoop: loop }
  }
}

/**
 * Two slots never spend the same dollar. What is free is what the exchange says less what our own live orders bind, requested
 * ones included, and less what is owed to exits for which no order stands. A slot that lacks orders asks, and is told what it may plan
 * with; the next one is told only after its answer.
 */
import type { SlotNumber } from "../../../../shared/core/ids/kinds.ts"
import { minus, plus, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { type Amounts, boundBy, type Lack, lackOf, owedOf } from "../../../../shared/market/core/binding.ts"
import { reason } from "../../../../shared/core/rules/rules.ts"
import type { Draft } from "../draft.ts"
import { makerFeePct } from "../market.ts"
import { ofTable, remaining, waitingOf } from "../orderTable.ts"
import type { GovernorState, TrackedOrder } from "../state.ts"

/** A slot answers within a second; one that is down must not keep the others waiting. Exchange time. */
export const ANSWER_WITHIN_MS = 10_000

/** The gateway reads the balances within seconds of a fill; what is still missing after so long is missing. Exchange time. */
const SETTLES_WITHIN_MS = 30_000

let lastFee = { feePct: 0, e12: Quote.zero }

/** A percentage with at most 10 decimals, at the quote scale: percent · 1e10 = fraction · 1e12. The last one is kept. */
const feeE12 = (feePct: number): Quote => {
  if (lastFee.feePct !== feePct) lastFee = { feePct, e12: Quote.fromNumber(feePct) }
  return lastFee.e12
}

const feePctOf = ({ market }: GovernorState): number => makerFeePct(market) ?? 0

/** What the order still wants, as an order of its own. */
const rest = (order: TrackedOrder) => ({ side: order.side, price: order.price, volume: remaining(order) })

/** As a refusal says it; `owed` is left out where nothing is. */
type Shortage = Lack & { readonly owed?: string }

/** What an entry would bind. */
export const needOf = (state: GovernorState, order: TrackedOrder): Amounts =>
  boundBy(rest(order), feeE12(feePctOf(state)))

const NOTHING: Amounts = { base: Volume.zero, quote: Quote.zero }
const add = (a: Amounts, b: Amounts): Amounts => ({ base: plus(a.base, b.base), quote: plus(a.quote, b.quote) })
const subtract = (a: Amounts, b: Amounts): Amounts => ({
  base: minus(a.base, b.base),
  quote: minus(a.quote, b.quote)
})

const bindAlike = (one: TrackedOrder, other: TrackedOrder): boolean =>
  one.side === other.side && one.price === other.price && one.volume === other.volume && one.filled === other.filled

/** What all orders of a table bind, by the fee it was reckoned with: fees change rarely, so one is kept. */
const boundByAll = ofTable(
  (): { feePct: number; bound: Amounts } => ({ feePct: Number.NaN, bound: NOTHING }),
  ({ feePct, bound }, gone, come) => {
    if (Number.isNaN(feePct) || (gone !== null && come !== null && bindAlike(gone, come))) return { feePct, bound }
    const fee = feeE12(feePct)
    const less = gone === null ? bound : subtract(bound, boundBy(rest(gone), fee))
    return { feePct, bound: come === null ? less : add(less, boundBy(rest(come), fee)) }
  }
)

const boundAt = (orders: GovernorState["orders"], feePct: number): Amounts => {
  const known = boundByAll(orders)
  if (known.feePct !== feePct) {
    const fee = feeE12(feePct)
    known.feePct = feePct
    known.bound = orders.reduce((sum, order) => add(sum, boundBy(rest(order), fee)), NOTHING)
  }
  return known.bound
}

let lastOwed: { readonly owed: GovernorState["owed"]; readonly feePct: number; readonly amounts: Amounts } | null = null

/** What exits need for which no order stands: a purchase at the most it can cost. Of the last list, which is replaced and never changed. */
export const owedToExits = (state: GovernorState): Amounts => {
  const { owed } = state
  if (owed === undefined || owed.length === 0) return NOTHING
  const feePct = feePctOf(state)
  if (lastOwed?.owed !== owed || lastOwed.feePct !== feePct) {
    const fee = feeE12(feePct)
    const amounts = owed.reduce(
      (sum, { tradeId, price, volume }) =>
        add(sum, boundBy({ side: tradeId === "A" ? "buy" : "sell", price, volume }, fee)),
      NOTHING
    )
    lastOwed = { owed, feePct, amounts }
  }
  return lastOwed.amounts
}

/**
 * Free of holds and of promises; null before the balances are known. Where the exchange holds more than our orders explain, its
 * own figure counts: somebody else has orders there too.
 */
export const freeFunds = (state: GovernorState): Amounts | null =>
  state.market.balances === null
    ? null
    : {
        base: freeBase(state, state.market.balances, Volume.zero),
        quote: freeQuote(state, state.market.balances, Quote.zero)
      }

type Balances = NonNullable<GovernorState["market"]["balances"]>

/** DOGE that is free when so much of what our orders bind is left out. */
const freeBase = (state: GovernorState, { base }: Balances, leftOut: Volume): Volume => {
  const { base: bound } = boundAt(state.orders, feePctOf(state))
  const there = base.total - state.market.spentBase - owedToExits(state).base
  return atLeastZero(there - larger(base.hold, bound - leftOut)) as Volume
}

/** USD, likewise. */
const freeQuote = (state: GovernorState, { quote }: Balances, leftOut: Quote): Quote => {
  const { quote: bound } = boundAt(state.orders, feePctOf(state))
  const there = quote.total - state.market.spentQuote - owedToExits(state).quote
  return atLeastZero(there - larger(quote.hold, bound - leftOut)) as Quote
}

/** A fill has moved money and the exchange has not yet said what there is now: less seems free than is. */
export const unsettled = ({ market, audit, nowMs }: GovernorState): boolean =>
  (market.spentBase > 0n || market.spentQuote > 0n) && nowMs - audit.lastTradeMs < SETTLES_WITHIN_MS

/** When a state that is `unsettled` ceases to be by time alone; Infinity: it is settled. */
export const settledByMs = (state: GovernorState): number =>
  unsettled(state) ? state.audit.lastTradeMs + SETTLES_WITHIN_MS : Number.POSITIVE_INFINITY

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n)

/** What the free funds lack to cover what an entry of the table binds, and what is owed to exits meanwhile; null: they cover it. */
export const shortage = (state: GovernorState, order: TrackedOrder): Shortage | null => {
  const lacks = lackOfFree(state, order)
  return lacks === null ? null : { ...lacks, ...owedOf(order.side, owedToExits(state)) }
}

const lackOfFree = (state: GovernorState, order: TrackedOrder): Lack | null => {
  const { balances } = state.market
  const needs = needOf(state, order)
  if (balances === null) return lackOf(order.side, needs, NOTHING)
  // An order binds one currency, and every entry that waits is looked at after every price.
  const free =
    order.side === "sell"
      ? { base: freeBase(state, balances, needs.base), quote: Quote.zero }
      : { base: Volume.zero, quote: freeQuote(state, balances, needs.quote) }
  return lackOf(order.side, needs, free)
}

/** The most that one entry of those that wait binds, by the fee it was reckoned with; found anew when the one that does leaves. */
const mostWaiting = ofTable(
  (): { feePct: number; most: Amounts } => ({ feePct: Number.NaN, most: NOTHING }),
  ({ feePct, most }, gone, come) => {
    if (gone?.stage !== "deferred" && come?.stage !== "deferred") return { feePct, most }
    if (Number.isNaN(feePct) || gone?.stage === "deferred") return undefined
    return { feePct, most: come === null ? most : largest(most, boundBy(rest(come), feeE12(feePct))) }
  }
)

const largest = (a: Amounts, b: Amounts): Amounts => ({
  base: larger(a.base, b.base) as Volume,
  quote: larger(a.quote, b.quote) as Quote
})

/**
 * Whether every entry that waits is covered, so that `shortage` holds for none: it is where all that is bound is there, and what the
 * exchange holds leaves room for the largest.
 */
export const coversWaiting = (state: GovernorState): boolean => {
  const { balances, spentBase, spentQuote } = state.market
  if (balances === null) return false
  const feePct = feePctOf(state)
  const known = mostWaiting(state.orders)
  if (known.feePct !== feePct) {
    known.feePct = feePct
    known.most = waitingOf(state).reduce((most, { order }) => largest(most, needOf(state, order)), NOTHING)
  }
  const { most } = known
  const bound = boundAt(state.orders, feePct)
  const owed = owedToExits(state)
  const base = balances.base.total - spentBase - owed.base
  const quote = balances.quote.total - spentQuote - owed.quote
  return (
    (most.base === 0n || (bound.base <= base && most.base <= base - balances.base.hold)) &&
    (most.quote === 0n || (bound.quote <= quote && most.quote <= quote - balances.quote.hold))
  )
}

/** What an account without open orders would have free at most: for the question whether any slot could ever start. */
export const ownFunds = ({ market: { balances } }: GovernorState): Amounts | null =>
  balances === null
    ? null
    : {
        base: minus(balances.base.total, balances.base.hold),
        quote: minus(balances.quote.total, balances.quote.hold)
      }

/** A slot that trades asks; it stands in the queue once. */
export const askForFunds = (draft: Draft, slot: SlotNumber, what: EventOf<"FundsWanted">["what"]): void => {
  if (!draft.state.slots.slots.some((known) => known.slot === slot && known.state === "active")) return
  const { funds } = draft.state
  if (funds.allotted?.slot === slot) draft.state.funds = { ...funds, allotted: null }
  if (funds.queue.some((waiting) => waiting.slot === slot)) return
  draft.state.funds = { ...draft.state.funds, queue: [...funds.queue, { slot, what }] }
}

/** The slot has answered its allotment. */
export const noteAnswer = (draft: Draft, slot: SlotNumber): void => {
  const { funds } = draft.state
  if (funds.allotted?.slot === slot) draft.state.funds = { ...funds, allotted: null }
}

/** A slot that is gone asks for nothing. */
export const forgetWish = (draft: Draft, slot: SlotNumber): void => {
  const { funds } = draft.state
  draft.state.funds = {
    queue: funds.queue.filter((waiting) => waiting.slot !== slot),
    allotted: funds.allotted?.slot === slot ? null : funds.allotted
  }
}

/** Tells the next slot in the queue, when nobody's answer is awaited and what is free is known. */
export const allotNext = (draft: Draft): void => {
  const { nowMs } = draft.state
  const { allotted } = draft.state.funds
  if (allotted !== null && nowMs - allotted.atMs < ANSWER_WITHIN_MS) return
  if (unsettled(draft.state)) return
  const [next, ...queue] = draft.state.funds.queue
  const free = freeFunds(draft.state)
  if (next === undefined || free === null) {
    if (allotted !== null) draft.state.funds = { ...draft.state.funds, allotted: null }
    return
  }
  draft.state.funds = { queue, allotted: { ...next, atMs: nowMs } }
  const owed = owedToExits(draft.state)
  draft.outputs.push({
    _tag: "FundsAllotted",
    slot: next.slot,
    base: free.base,
    quote: free.quote,
    ...(owed === NOTHING ? {} : { owed }),
    reason: reason("free_and_unreserved", { wantedBy: next.what, slotsWaiting: queue.length })
  })
}

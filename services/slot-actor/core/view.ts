/**
 * A slot for people and for `/api/status`, under the reference's field names. Money, prices and volumes are decimal
 * text; times are Unix seconds; ratios, counts and the market price are numbers.
 */
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { sentenceOf } from "../../../shared/core/rules/sentence.ts"
import { profitPct } from "./money/pricing.ts"
import type { Wanted } from "../../../shared/events/families/slot.ts"
import { phaseInWords, stillHolds } from "./explain/present.ts"
import { phaseOf, type Recovery, type Refusal, type SlotOrder, type SlotState } from "./state.ts"

const seconds = (ms: number): number => ms / 1000
/** The state keeps 0 for a time that never was. */
const untilOrNull = (ms: number): number | null => (ms === 0 ? null : seconds(ms))
const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : seconds(ms))

const orderView = (order: SlotOrder) => ({
  local_id: order.localId,
  side: order.side,
  role: order.role,
  price: Price.format(order.price),
  volume: Volume.format(order.volume),
  filled_volume: Volume.format(order.filled),
  trade_id: order.tradeId,
  cycle: order.cycle,
  status: order.stage,
  txid: order.txid,
  placed_at: seconds(order.placedAtMs),
  retry_at: order.stage === "waiting" ? seconds(order.retryAtMs) : null,
  entry_price: order.position === null ? null : Price.format(order.position.price),
  entry_fee: order.position === null ? null : Quote.format(order.position.fee),
  entry_filled_at: order.position === null ? null : seconds(order.position.filledAtMs)
})

const recoveryView = (recovery: Recovery) => ({
  ...orderView(recovery.order),
  recovery_id: recovery.recoveryId,
  orphaned_at: seconds(recovery.orphanedAtMs),
  /** The rule that orphaned it, and the same as a sentence. */
  reason: recovery.why.rule,
  sentence: sentenceOf(recovery.why),
  /** It is to be moved next to the market, and has not been yet. */
  move_pending: recovery.softClose !== "no"
})

/** Those that hold now; one that was written once and is over is not shown. */
const refusalsView = <Shown>(state: SlotState, show: (refusal: Refusal) => Shown): Readonly<Record<string, Shown>> =>
  Object.fromEntries(
    Object.entries(state.book.refusals).flatMap(([what, refusal]) =>
      refusal === null || !stillHolds(state, what as Wanted, refusal) ? [] : [[what, show(refusal)]]
    )
  )

/** Everything a control plane shows of one slot; `slotId` is its number. */
export const slotView = (slotId: number, state: SlotState) => {
  const { book, marketPrice, facts, terms } = state
  const { A, B } = book.trades
  return {
    slot_id: slotId,
    /** `active`, `retiring` or `none`: whether the slot trades, settles its orders and goes, or does not belong to the market. */
    state: facts.life,
    /** What it has asked funds for and has not been told: `bootstrap`, `repair` or null. */
    wish: book.wish,
    phase: phaseOf(book.orders),
    /** The phase in words, by the orders that stand. */
    phase_in_words: phaseInWords(state),
    market_price: marketPrice,
    now: seconds(state.nowMs),
    last_price_update_at: secondsOrNull(state.priceAtMs),
    price_age_sec: state.priceAgeSec,
    orders: book.orders.map(orderView),
    recovery_orders: book.recoveries.map(recoveryView),
    /** Orders whose cancel has no answer yet. */
    pending_cancels: book.pendingCancels.map(({ order }) => order.localId),
    cycle_a: A.cycle,
    cycle_b: B.cycle,
    total_profit: Quote.format(book.totalProfit),
    total_fees: Quote.format(book.totalFees),
    today_realized_loss: Quote.format(book.realizedLoss),
    /** Days since 1970; null before the first cycle. */
    day_realized_loss: {
      utc_day: book.dayLoss.utcDay === 0 ? null : book.dayLoss.utcDay,
      loss: Quote.format(book.dayLoss.loss)
    },
    total_round_trips: book.roundTrips,
    s2_entered_at: secondsOrNull(book.s2EnteredAtMs),
    consecutive_losses_a: A.consecutiveLosses,
    consecutive_losses_b: B.consecutiveLosses,
    cooldown_until_a: untilOrNull(A.cooldownUntilMs),
    cooldown_until_b: untilOrNull(B.cooldownUntilMs),
    long_only: book.onlySide === "long",
    short_only: book.onlySide === "short",
    consecutive_refreshes_a: A.consecutiveRefreshes,
    consecutive_refreshes_b: B.consecutiveRefreshes,
    last_refresh_direction_a: A.lastRefreshDirection,
    last_refresh_direction_b: B.lastRefreshDirection,
    refresh_cooldown_until_a: untilOrNull(A.refreshCooldownUntilMs),
    refresh_cooldown_until_b: untilOrNull(B.refreshCooldownUntilMs),
    profit_pct_runtime: terms === null ? book.profitPctRuntime : profitPct(book, terms),
    /** Newest last. */
    last_cycles: book.lastCycles.map((cycle) => ({
      trade_id: cycle.tradeId,
      cycle: cycle.cycle,
      entry_price: Price.format(cycle.entryPrice),
      exit_price: Price.format(cycle.exitPrice),
      volume: Volume.format(cycle.volume),
      gross_profit: Quote.format(cycle.gross),
      fees: Quote.format(cycle.fees),
      net_profit: Quote.format(cycle.net),
      entry_time: seconds(cycle.entryMs),
      exit_time: seconds(cycle.exitMs),
      from_recovery: cycle.fromRecovery,
      kind: cycle.kind
    })),
    /** Why each wish that was refused is not done, as a sentence. */
    refusals: refusalsView(state, ({ reason }) => sentenceOf(reason)),
    /** The same as rule and numbers. */
    refused_by: refusalsView(state, ({ reason: { rule, numbers } }) => ({ rule, numbers })),
    /** Since when, Unix seconds; null where the journal kept no time of it. */
    refused_since: refusalsView(state, ({ sinceMs }) => secondsOrNull(sinceMs ?? null)),
    residual: { A: residualView(book.residual.A), B: residualView(book.residual.B) },
    halted: book.halted
  }
}

/** What `/api/status` and the page are given of a slot. */
export type SlotView = ReturnType<typeof slotView>

const residualView = ({ volume, cost, fee }: SlotState["book"]["residual"]["A"]) => ({
  volume: Volume.format(volume),
  cost: Quote.format(cost),
  fee: Quote.format(fee)
})

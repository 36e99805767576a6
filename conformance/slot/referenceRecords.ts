/** A slot's outputs and state in the shape of the reference cases (docs/trading-contract.md §15): doubles and seconds. */
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../shared/events/event.ts"
import { checkInvariants } from "../../services/slot-actor/core/invariants.ts"
import { phaseOf, type SlotOrder, type SlotState } from "../../services/slot-actor/core/state.ts"

const MS = 1000

/** A JSON object. */
export type Fields = Record<string, unknown>

/** Our outputs as the reference's actions. */
export const actionsOf = (outputs: ReadonlyArray<MarketEvent>, before: SlotState): Array<Fields> =>
  outputs.flatMap((output): Array<Fields> => {
    switch (output._tag) {
      case "OrderRequested":
        return [
          {
            type: "PlaceOrderAction",
            local_id: output.localId,
            side: output.side,
            role: output.role,
            price: Price.toNumber(output.price),
            volume: Volume.toNumber(output.volume),
            trade_id: output.tradeId,
            cycle: output.cycle,
            post_only: output.postOnly,
            reason: output.reason.rule
          }
        ]
      case "CancelRequested": {
        const { recoveryId, localId } = output
        const order =
          recoveryId === null
            ? before.book.orders.find((candidate) => candidate.localId === localId)
            : before.book.recoveries.find((candidate) => candidate.recoveryId === recoveryId)?.order
        const txid = order?.txid ?? ""
        if (recoveryId !== null && txid === "") return []
        const local_id = recoveryId === null ? localId : -recoveryId
        return [{ type: "CancelOrderAction", local_id, txid, reason: output.reason.rule }]
      }
      case "ExitOrphaned":
        return [
          {
            type: "OrphanOrderAction",
            local_id: output.localId,
            recovery_id: output.recoveryId,
            reason: output.reason.rule
          }
        ]
      case "CycleBooked":
        return [
          {
            type: "BookCycleAction",
            trade_id: output.tradeId,
            cycle: output.cycle,
            net_profit: Quote.toNumber(output.net),
            gross_profit: Quote.toNumber(output.gross),
            fees: Quote.toNumber(output.fees),
            from_recovery: output.fromRecovery
          }
        ]
      default:
        return []
    }
  })

/** A booked cycle as the reference's record of it. */
export const cycleRecord = (cycle: EventOf<"CycleBooked">): Fields => ({
  trade_id: cycle.tradeId,
  cycle: cycle.cycle,
  entry_price: Price.toNumber(cycle.entryPrice),
  exit_price: Price.toNumber(cycle.exitPrice),
  volume: Volume.toNumber(cycle.volume),
  gross_profit: Quote.toNumber(cycle.gross),
  fees: Quote.toNumber(cycle.fees),
  net_profit: Quote.toNumber(cycle.net),
  entry_time: cycle.entryMs / MS,
  exit_time: cycle.exitMs / MS,
  from_recovery: cycle.fromRecovery
})

/** What an order and a recovery have in common. */
const orderFields = ({ side, price, volume, tradeId, cycle, txid, position }: SlotOrder): Fields => ({
  side,
  price: Price.toNumber(price),
  volume: Volume.toNumber(volume),
  trade_id: tradeId,
  cycle,
  txid: txid ?? "",
  entry_price: position === null ? 0 : Price.toNumber(position.price),
  entry_fee: position === null ? 0 : Quote.toNumber(position.fee),
  entry_filled_at: position === null ? 0 : position.filledAtMs / MS
})

/** The whole state as the reference's; the cycle count and last cycle are kept by the caller, the violations are a number. */
export const stateRecord = (state: SlotState, cycles: number, lastCycle: unknown): Fields => {
  const { book } = state
  const { A, B } = book.trades
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / MS)
  return {
    market_price: state.marketPrice,
    now: state.nowMs / MS,
    orders: book.orders.map((order) => ({
      ...orderFields(order),
      local_id: order.localId,
      role: order.role,
      placed_at: order.placedAtMs / MS
    })),
    recovery_orders: book.recoveries.map((recovery) => ({
      ...orderFields(recovery.order),
      recovery_id: recovery.recoveryId,
      orphaned_at: recovery.orphanedAtMs / MS,
      reason: recovery.why.rule
    })),
    cycle_a: A.cycle,
    cycle_b: B.cycle,
    next_order_id: book.nextOrderId,
    next_recovery_id: book.nextRecoveryId,
    total_profit: Quote.toNumber(book.totalProfit),
    total_fees: Quote.toNumber(book.totalFees),
    today_realized_loss: Quote.toNumber(book.realizedLoss),
    total_round_trips: book.roundTrips,
    s2_entered_at: seconds(book.s2EnteredAtMs),
    last_price_update_at: seconds(state.priceAtMs),
    consecutive_losses_a: A.consecutiveLosses,
    consecutive_losses_b: B.consecutiveLosses,
    cooldown_until_a: A.cooldownUntilMs / MS,
    cooldown_until_b: B.cooldownUntilMs / MS,
    long_only: book.onlySide === "long",
    short_only: book.onlySide === "short",
    consecutive_refreshes_a: A.consecutiveRefreshes,
    consecutive_refreshes_b: B.consecutiveRefreshes,
    last_refresh_direction_a: A.lastRefreshDirection,
    last_refresh_direction_b: B.lastRefreshDirection,
    refresh_cooldown_until_a: A.refreshCooldownUntilMs / MS,
    refresh_cooldown_until_b: B.refreshCooldownUntilMs / MS,
    profit_pct_runtime: book.profitPctRuntime,
    completed_cycle_count: cycles,
    last_cycle: lastCycle,
    phase: phaseOf(book.orders),
    violations: checkInvariants(book).length
  }
}

/** What a cycle earned, in exact money, and what its outcome does to the trade. (docs/trading-contract.md §3.) */
import { divideHalfEven, minus, plus, Price, Quote, type Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { LocalId } from "../../../../shared/core/ids/kinds.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { utcDayOf } from "../../../../shared/core/time/utcDay.ts"
import type { CycleKind, StandIn } from "../../../../shared/events/families/slot.ts"
import type { Reason } from "../../../../shared/events/reason.ts"
import type { Draft } from "../draft.ts"
import { type Execution, type ExitOrder, LAST_CYCLES, type TradeId } from "../state.ts"

/** The amount's share `part / whole`, rounded halves to even; the caller keeps the rest, so shares always add up. */
export const shareOf = (amount: Quote, part: Volume, whole: Volume): Quote =>
  part === whole ? amount : (divideHalfEven(amount * part, whole) as Quote)

/** cost / volume, at the price scale; of no volume, no price: a fact that says so must not stop a market. */
export const averagePrice = (cost: Quote, volume: Volume): Price =>
  volume === 0n ? Price.zero : (divideHalfEven(cost * 100_000_000n, volume) as Price)

/** Trade A gave DOGE at entry and gets it back at exit; trade B the other way round. */
export const grossOf = (tradeId: TradeId, entryCost: Quote, exitCost: Quote): Quote =>
  tradeId === "A" ? minus(entryCost, exitCost) : minus(exitCost, entryCost)

/** Closes the position: this execution filled the rest of it, earlier exit orders what was closed before. Returns the net. */
export const bookCycle = (
  draft: Draft,
  order: ExitOrder,
  exit: Execution,
  how: {
    readonly kind: CycleKind
    readonly entryMs: number
    readonly fromRecovery: boolean
    readonly standIn: StandIn | null
    readonly reason: Reason
  }
): Quote => {
  const { book, nowMs } = draft
  const { position, tradeId } = order
  const volume = plus(position.closedVolume, order.volume)
  const exitCost = plus(position.closedCost, exit.cost)
  const gross = grossOf(tradeId, position.cost, exitCost)
  const fees = plus(position.fee, plus(position.closedFee, exit.fee))
  const net = minus(gross, fees)
  book.totalProfit = plus(book.totalProfit, net)
  book.totalFees = plus(book.totalFees, exit.fee)
  book.roundTrips += 1
  addLoss(draft, net)
  keepCycle(draft, order.localId, {
    _tag: "CycleBooked",
    kind: how.kind,
    tradeId,
    cycle: order.cycle,
    entryPrice: position.price,
    exitPrice: position.closedVolume === 0n ? exit.price : averagePrice(exitCost, volume),
    volume,
    gross,
    fees,
    net,
    entryMs: how.entryMs,
    exitMs: nowMs,
    fromRecovery: how.fromRecovery,
    standIn: how.standIn,
    reason: how.reason
  })
  return net
}

/** Writes the cycle down, of this exit, and keeps it in the tail for people. */
export const keepCycle = (draft: Draft, localId: LocalId, booked: EventOf<"CycleBooked">): void => {
  const { totalProfit } = draft.book
  const cycle = draft.variants.tellsOthers ? { ...booked, totalProfit, localId } : booked
  draft.outputs.push(cycle)
  draft.book.lastCycles = [...draft.book.lastCycles.slice(1 - LAST_CYCLES), cycle]
}

/** Adds a negative net to the realised losses, of all time and of the UTC day; a profit adds nothing. */
export const addLoss = (draft: Draft, net: Quote): void => {
  if (net >= 0n) return
  const { book, nowMs } = draft
  const utcDay = utcDayOf(nowMs)
  book.realizedLoss = minus(book.realizedLoss, net)
  book.dayLoss = { utcDay, loss: minus(book.dayLoss.utcDay === utcDay ? book.dayLoss.loss : Quote.zero, net) }
}

/** After any cycle: the base re-entry cooldown, and a longer one after enough losses in a row. */
export const countOutcome = (draft: Draft, tradeId: TradeId, net: Quote): void => {
  const { terms, nowMs } = draft
  const trade = draft.book.trades[tradeId]
  startReentryCooldown(draft, tradeId)
  trade.consecutiveLosses = net < 0n ? trade.consecutiveLosses + 1 : 0
  if (trade.consecutiveLosses >= terms.lossCooldownStart) {
    trade.cooldownUntilMs = Math.max(trade.cooldownUntilMs, nowMs + terms.lossCooldownMs)
  }
}

/** Keeps new entries of the trade back for the base cooldown; never shortens a longer one. */
export const startReentryCooldown = (draft: Draft, tradeId: TradeId): void => {
  const { terms, nowMs } = draft
  const trade = draft.book.trades[tradeId]
  if (terms.reentryCooldownMs > 0) {
    trade.cooldownUntilMs = Math.max(trade.cooldownUntilMs, nowMs + terms.reentryCooldownMs)
  }
}

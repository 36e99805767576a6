/** What booked cycles come to in figures: one reckoning for whoever judges a market by its cycles (backtest, fork, twin). Pure. */
import { Quote } from "../../core/decimal/decimal.ts"
import type { EventOf } from "../../events/event.ts"
import type { CycleKind } from "../../events/families/slot.ts"
import { TRADED } from "./tally.ts"

const TRADED_KINDS: ReadonlySet<CycleKind> = new Set(TRADED)

const netOf = (cycles: ReadonlyArray<Pick<EventOf<"CycleBooked">, "net">>): string =>
  Quote.format(cycles.reduce((sum, { net }) => (sum + net) as Quote, Quote.zero))

/**
 * Round trips and what was won. A cycle counts once its exit was traded (`TRADED`): an eviction is booked at the market's price without a
 * trade, and a correction is of a cycle that has been counted, so neither is won or lost. Won: net above 0 after the fees of both sides.
 * Amounts are exact decimal text in the quote currency; null: nothing was traded, so no rate.
 */
export const cycleFigures = (booked: ReadonlyArray<Pick<EventOf<"CycleBooked">, "kind" | "net">>) => {
  const traded = booked.filter(({ kind }) => TRADED_KINDS.has(kind))
  const won = traded.filter(({ net }) => net > 0n).length
  return {
    cycles: traded.length,
    win_rate_pct: traded.length === 0 ? null : (won / traded.length) * 100,
    profit_traded: netOf(traded),
    /** Recoveries given up at the market's price, and what their later fills have corrected of that. */
    booked_at_market: netOf(booked.filter(({ kind }) => !TRADED_KINDS.has(kind))),
    recoveries_evicted: booked.filter(({ kind }) => kind === "evicted").length
  }
}

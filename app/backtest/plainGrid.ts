/**
 * A plain grid to compare with: each slot buys once the price has fallen by the entry's distance below its reference, sells that at the
 * profit target, and begins anew from there. No sizing, no governor, no recovery: what is bought waits for ever. On the same trades,
 * with the same money and fee; filled once the market trades at or beyond the price. Of a candle it sees open, both extremes and close.
 */
import type { Playable } from "../../services/exchange-sim/core/market/rows.ts"
import type { SlotRules } from "../../shared/events/families/control.ts"
import { type Terms, termsOf } from "../inProcess/market.ts"
import { type Price, Price as Prices, Quote, Volume } from "../../shared/core/decimal/decimal.ts"

/** Money in the quote currency, volumes in the base currency, percent as 0.25 for 0.25 %. */
export interface PlainGridOptions {
  readonly slots: number
  readonly orderSize: number
  readonly entryPct: number
  readonly profitPct: number
  readonly feePct: number
  readonly base: number
  readonly quote: number
}

interface Rung {
  /** Where it buys; while it has bought, where it sells. */
  price: number
  /** Base currency bought and not sold; 0: it waits to buy. */
  volume: number
}

/** The grid's account after each trade of the market. */
export class PlainGrid {
  private readonly options: PlainGridOptions
  private rungs: ReadonlyArray<Rung> | null = null
  private base: number
  private quote: number
  cycles = 0

  constructor(options: PlainGridOptions) {
    this.options = options
    this.base = options.base
    this.quote = options.quote
  }

  /** The market has traded at this price. */
  trade(price: number): void {
    const { slots, entryPct, profitPct, feePct, orderSize } = this.options
    // One rung below the other, so that slots do not all do the same.
    this.rungs ??= Array.from({ length: slots }, (_, n) => ({
      price: price * (1 - (entryPct * (n + 1)) / 100),
      volume: 0
    }))
    const fee = feePct / 100
    for (const rung of this.rungs) {
      if (rung.volume === 0 && price <= rung.price && this.quote >= orderSize * (1 + fee)) {
        rung.volume = orderSize / rung.price
        this.base += rung.volume
        this.quote -= orderSize * (1 + fee)
        rung.price *= 1 + profitPct / 100
      } else if (rung.volume > 0 && price >= rung.price) {
        this.base -= rung.volume
        this.quote += rung.volume * rung.price * (1 - fee)
        rung.volume = 0
        rung.price *= 1 - entryPct / 100
        this.cycles++
      } else if (rung.volume === 0) {
        // The entry follows a market that runs away from it, as a refreshed entry does.
        rung.price = Math.max(rung.price, price * (1 - (2 * entryPct) / 100))
      }
    }
  }

  value(price: number): number {
    return this.base * price + this.quote
  }
}

/** What is played, and with what. */
interface Played {
  readonly recording: Playable
  readonly way: "likely" | "low-first" | "high-first"
  readonly fromMs: number
  readonly slots: number
  readonly slotRules: SlotRules
  readonly terms?: Terms
  readonly base: Volume
  readonly quote: Quote
}

/** The grid's worth at each point of a curve, after everything that had traded before it. */
export const plainGridAt = (
  played: Played,
  curve: ReadonlyArray<{ readonly timeMs: number; readonly price: number }>
): ReadonlyArray<number> => {
  const { slots, slotRules, base, quote } = played
  const grid = new PlainGrid({
    slots,
    orderSize: Quote.toNumber(slotRules.orderSize),
    entryPct: slotRules.entryPct,
    profitPct: slotRules.profitPct,
    feePct: termsOf(played).makerFeePct,
    base: Volume.toNumber(base),
    quote: Quote.toNumber(quote)
  })
  const steps = pricesOf(played)
  let step = steps.next()
  return curve.map(({ timeMs, price }) => {
    for (; step.done !== true && step.value.timeMs < timeMs; step = steps.next()) grid.trade(step.value.price)
    return grid.value(price)
  })
}

/** The prices that the grid sees; of a candle all four at its beginning. */
function* pricesOf({
  recording,
  way,
  fromMs
}: Played): Generator<{ readonly timeMs: number; readonly price: number }, undefined> {
  const number = (price: Price): number => Prices.toNumber(price)
  if (recording.kind === "trades") {
    for (let at = 0, row = recording.rows.at(0); row !== undefined; row = recording.rows.at(++at))
      if (row.timeMs >= fromMs) yield { timeMs: row.timeMs, price: number(row.price) }
    return
  }
  const { rows } = recording
  for (let at = 0, row = rows.at(0); row !== undefined; row = rows.at(++at)) {
    const { timeMs, open, high, low, close, volume } = row
    if (timeMs < fromMs || volume === 0n) continue
    const lowFirst = way === "likely" ? close >= open : way === "low-first"
    for (const price of lowFirst ? [open, low, high, close] : [open, high, low, close])
      yield { timeMs, price: number(price) }
  }
}

/**
 * A plain grid to compare with: each slot buys once the price has fallen by the entry's distance below its reference, sells that at the
 * profit target, and begins anew from there. No sizing, no governor, no recovery: what is bought waits for ever. On the same trades,
 * with the same money and fee; filled once the market trades at or beyond the price.
 */

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

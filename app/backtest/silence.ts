/**
 * A market in which nothing trades for a while is no market that is gone: its exchange says its last price to whoever asks. The running
 * market asks once the price is half as old as one may be (`services/market-feed`), so in a hole of a recording it goes on; and so does
 * a backtest.
 */
import type { MarketTrade } from "../../services/exchange-sim/core/market/process.ts"
import type { Path } from "../../services/exchange-sim/core/market/recorded.ts"
import type { Volume } from "../../shared/core/decimal/decimal.ts"
import type { GovernorRules } from "../../shared/events/families/control.ts"

/** From when on, how often the clock speaks, and from which age on a price is stale. */
interface SilenceOptions {
  readonly fromMs: number
  readonly clockMs: number
  readonly governorRules: Pick<GovernorRules, "stalePriceMaxAgeSec">
}

/** When the price is asked for. */
export class Silence {
  /** When the last trade was, or its price was last asked for; null: none yet. */
  private lastMs: number | null = null
  private last: (() => MarketTrade) | null = null
  private readonly fromMs: number
  private readonly clockMs: number
  private readonly askAfterMs: number

  constructor({ fromMs, clockMs, governorRules }: SilenceOptions) {
    this.fromMs = fromMs
    this.clockMs = clockMs
    this.askAfterMs = (governorRules.stalePriceMaxAgeSec * 1_000) / 2
  }

  /** Whether the trades on this way follow each other so slowly that the price is asked for between them. */
  within({ intervalMs, length }: Path): boolean {
    return length > 0 && intervalMs / length > this.askAfterMs
  }

  /** A trade: made only where its price is asked for. */
  note(timeMs: number, trade: () => MarketTrade): void {
    this.lastMs = timeMs
    this.last = trade
  }

  /** Whether the price is asked for before that time. */
  breaksBefore(untilMs: number): boolean {
    return this.lastMs !== null && this.askedAfter(this.lastMs) < untilMs
  }

  private askedAfter(tradeMs: number): number {
    const sinceMs = tradeMs + this.askAfterMs - this.fromMs
    return this.fromMs + (Math.floor(sinceMs / this.clockMs) + 1) * this.clockMs
  }

  /** The answers before `untilMs`, as trades of nothing at the last price, each right before the clock fact of its time. */
  *before(untilMs: number): Generator<MarketTrade, undefined> {
    while (this.lastMs !== null && this.last !== null && this.breaksBefore(untilMs)) {
      const timeMs = this.askedAfter(this.lastMs)
      const asked = { ...this.last(), timeMs, volume: 0n as Volume }
      this.note(timeMs, () => asked)
      yield asked
    }
  }
}

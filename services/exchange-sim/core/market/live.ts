/** A market that is happening: trades come from outside, in order, and are kept for a while like those of any other. */
import type { MarketProcess, MarketTrade, ProcessState, Step } from "./process.ts"

/** About eight busy days of DOGE/USD at Kraken; then the oldest are forgotten, and can no longer be asked for. */
const MAX_TRADES = 500_000

export class LiveMarket implements MarketProcess {
  /** [number of trades taken so far] */
  readonly initial: ProcessState = [0]
  private trades: Array<MarketTrade> = []
  private forgotten = 0

  /** Takes in a trade; one that is older than the newest is moved up to it, as the tape only goes forward. */
  push(trade: MarketTrade): void {
    const newestMs = this.trades.at(-1)?.timeMs ?? 0
    this.trades.push(trade.timeMs < newestMs ? { ...trade, timeMs: newestMs } : trade)
    if (this.trades.length <= MAX_TRADES) return
    const half = MAX_TRADES / 2
    this.trades = this.trades.slice(half)
    this.forgotten += half
  }

  step([taken = 0]: ProcessState): Step | null {
    const trade = this.trades[taken - this.forgotten]
    if (trade === undefined) return null
    return { fromMs: trade.timeMs, untilMs: trade.timeMs, trades: [trade], next: [taken + 1] }
  }
}

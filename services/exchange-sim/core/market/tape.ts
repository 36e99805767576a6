/**
 * The tape: the market up to now. It runs a process forward, keeps the last days of it as one-minute candles, and makes
 * older trades again when someone asks for them, instead of keeping them all.
 */
import { type Candle, withTrade } from "./candles.ts"
import { type MarketProcess, type MarketTrade, MINUTE_MS, type ProcessState, type Step } from "./process.ts"

/**
 * How much of the past is kept: 720 candles of 15 minutes are seven and a half days. Longer intervals get the candles
 * that fit.
 */
export const TAPE_KEEPS_MS = 8 * 86_400_000

/** A place from which the tape can be run again. */
export interface TapeStart {
  readonly state: ProcessState
  /** Number of the first trade from there on. */
  readonly tradeId: number
}

/** A trade with its number, counted from 1 at the market's beginning. */
export interface NumberedTrade extends MarketTrade {
  readonly tradeId: number
}

interface Block extends TapeStart {
  readonly fromMs: number
  readonly tradeCount: number
}

/** The market's past up to the last `advance`. Changed in place. */
export class Tape {
  private readonly process: MarketProcess
  private readonly blocks: Array<Block> = []
  private readonly minutes: Array<Candle> = []
  private state: ProcessState
  private step: Step | null
  /** Place of the next trade in `step`. */
  private place = 0
  private nextTradeId: number
  /** The newest trade so far. */
  last: NumberedTrade | null = null

  constructor(process: MarketProcess, start: TapeStart = { state: process.initial, tradeId: 1 }) {
    this.process = process
    this.state = start.state
    this.nextTradeId = start.tradeId
    this.step = process.step(start.state)
  }

  /** When it next has something to say: its next trade, or the end of a stretch in which nothing trades any more. Null: not known. */
  get nextMs(): number | null {
    if (this.step === null) return null
    return this.step.trades[this.place]?.timeMs ?? this.step.untilMs
  }

  /** Moves the tape to `nowMs` and returns what traded since it last moved, up to and including that instant. */
  advance(nowMs: number): ReadonlyArray<NumberedTrade> {
    const trades: Array<NumberedTrade> = []
    // A live market may have more to say than when it was last asked.
    this.step ??= this.process.step(this.state)
    while (this.step !== null && this.step.fromMs <= nowMs) {
      this.take(this.step, nowMs, trades)
      if (this.place < this.step.trades.length || this.step.untilMs > nowMs) break
      this.close(this.step)
    }
    this.forget(nowMs - TAPE_KEEPS_MS)
    return trades
  }

  private take(step: Step, nowMs: number, into: Array<NumberedTrade>): void {
    for (let trade = step.trades[this.place]; trade !== undefined; trade = step.trades[this.place]) {
      if (trade.timeMs > nowMs) return
      this.place++
      this.last = { ...trade, tradeId: this.nextTradeId++ }
      into.push(this.last)
      const minuteMs = trade.timeMs - (trade.timeMs % MINUTE_MS)
      const newest = this.minutes.at(-1)
      if (newest?.timeMs === minuteMs) this.minutes[this.minutes.length - 1] = withTrade(newest, minuteMs, trade)
      else this.minutes.push(withTrade(null, minuteMs, trade))
    }
  }

  private close(step: Step): void {
    const tradeCount = step.trades.length
    const tradeId = this.nextTradeId - tradeCount
    this.blocks.push({ fromMs: step.fromMs, state: this.state, tradeId, tradeCount })
    this.state = step.next
    this.step = this.process.step(step.next)
    this.place = 0
  }

  private forget(beforeMs: number): void {
    const oldBlocks = this.blocks.findIndex(({ fromMs }) => fromMs >= beforeMs)
    if (oldBlocks > 0) this.blocks.splice(0, oldBlocks)
    const oldMinutes = this.minutes.findIndex(({ timeMs }) => timeMs >= beforeMs)
    if (oldMinutes > 0) this.minutes.splice(0, oldMinutes)
  }

  /** One-minute candles with trades in them, oldest first, the forming one last. */
  get candles(): ReadonlyArray<Candle> {
    return this.minutes
  }

  /** Where a new tape must start to know all that this one knows. */
  get start(): TapeStart {
    const [oldest] = this.blocks
    return oldest === undefined
      ? { state: this.state, tradeId: this.nextTradeId - this.place }
      : { state: oldest.state, tradeId: oldest.tradeId }
  }

  /** At most `count` trades later than `afterMs`, oldest first, from as far back as the tape goes. */
  tradesAfter(afterMs: number, count: number): ReadonlyArray<NumberedTrade> {
    const found: Array<NumberedTrade> = []
    for (let i = this.blockAt(afterMs); i <= this.blocks.length && found.length < count; i++) {
      for (const trade of this.tradesOf(i)) {
        if (trade.timeMs > afterMs && found.length < count) found.push(trade)
      }
    }
    return found
  }

  /** The newest `count` trades, oldest first. */
  newest(count: number): ReadonlyArray<NumberedTrade> {
    const found: Array<ReadonlyArray<NumberedTrade>> = []
    for (let i = this.blocks.length, missing = count; i >= 0 && missing > 0; i--) {
      const trades = this.tradesOf(i).slice(-missing)
      found.push(trades)
      missing -= trades.length
    }
    return found.reverse().flat()
  }

  /** Trades of the block at a place; the place after the last one is the block that is being played. */
  private tradesOf(place: number): ReadonlyArray<NumberedTrade> {
    const block = this.blocks[place]
    const played = block === undefined ? (this.step?.trades.slice(0, this.place) ?? []) : this.again(block)
    const firstId = block?.tradeId ?? this.nextTradeId - this.place
    return played.map((trade, i) => ({ ...trade, tradeId: firstId + i }))
  }

  private again(block: Block): ReadonlyArray<MarketTrade> {
    return block.tradeCount === 0 ? [] : (this.process.step(block.state)?.trades ?? [])
  }

  /** The last block that begins at or before a time, else the first. */
  private blockAt(timeMs: number): number {
    let [low, high] = [0, this.blocks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.blocks[middle]?.fromMs ?? 0) <= timeMs) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}

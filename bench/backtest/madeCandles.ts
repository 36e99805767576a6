/** Made markets to play: one-minute candles of a random walk, made as they are asked for, so that none of them need be kept. */
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import type { BacktestOptions } from "../../app/backtest/run.ts"
import { readSettings } from "../../app/settings.ts"
import type { CandleRow, Sequence } from "../../services/exchange-sim/core/market/rows.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"

export const SEED = 7
const START_MS = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000
const VOLUME = Volume.parse("60000")
/** Rows that are kept, so that a player may look at the next one before it is done with this. */
const KEPT = 4

/** The settings under which all of them are played: five slots, every rule at its default. */
export const ENV = { SLOTS: "5", MIN_VOLUME: "2", SIM_BASE: "5000", SIM_QUOTE: "1000" }

const at = (value: number): Price => Price.fromNumber(value, 6)

/** A walk of so many minutes; `movePct`: what a minute moves by, one deviation. To be read from the first row to the last. */
export class MadeCandles implements Sequence<CandleRow> {
  readonly length: number
  private readonly movePct: number
  private readonly kept: Array<CandleRow | undefined> = []
  private made = 0
  private state = SEED
  private price = 0.2

  constructor(minutes: number, movePct: number) {
    this.length = minutes
    this.movePct = movePct
  }

  readonly at = (place: number): CandleRow | undefined => {
    if (place >= this.length) return undefined
    if (place < this.made - KEPT) throw new Error(`row ${place} has been made and forgotten`)
    while (this.made <= place) this.kept[this.made % KEPT] = this.make(this.made++)
    return this.kept[place % KEPT]
  }

  private make(minute: number): CandleRow {
    const { movePct, price: open } = this
    // Drawn back to where it began, so that a long walk stays among prices that DOGE has had.
    const close = open * (1 + (movePct / 100) * this.bell() + 0.0002 * Math.log(0.2 / open))
    const high = at(Math.max(open, close) * (1 + (movePct / 200) * this.uniform()))
    const low = at(Math.min(open, close) * (1 - (movePct / 200) * this.uniform()))
    this.price = close
    return { timeMs: START_MS + minute * MINUTE_MS, open: at(open), high, low, close: at(close), volume: VOLUME }
  }

  private uniform(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return this.state / 2 ** 32
  }

  /** Twelve uniforms make a bell near enough for a market. */
  private bell(): number {
    let sum = -6
    for (let n = 0; n < 12; n++) sum += this.uniform()
    return sum
  }
}

/** The same, all in memory: making them is no part of what is timed. */
export const walk = (minutes: number, movePct: number): ReadonlyArray<CandleRow> => {
  const candles = new MadeCandles(minutes, movePct)
  return Array.from({ length: minutes }, (_, minute) => candles.at(minute)).filter((row) => row !== undefined)
}

/** A backtest of all of them. */
export const optionsFor = (rows: Sequence<CandleRow>): BacktestOptions => {
  const { settings } = readSettings(ENV)
  const recording = { kind: "candles", rows, intervalMs: MINUTE_MS } as const
  const untilMs = START_MS + rows.length * MINUTE_MS
  return { ...backtestOptionsOf(settings), recording, way: "likely", fromMs: START_MS, untilMs }
}

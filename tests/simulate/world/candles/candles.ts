/**
 * The candles of a simulated exchange: its own trades, minute by minute, after half a day that is made up. What its public API says of
 * them, and the truth that the market's candles are held to.
 */
import {
  aggregate,
  type Candle as MinuteCandle,
  withTrade
} from "../../../../services/exchange-sim/core/market/candles.ts"
import { MINUTE_MS, type MarketTrade } from "../../../../services/exchange-sim/core/market/process.ts"
import { isRefusal } from "../../../../services/exchange-sim/core/engine/desk.ts"
import { candlePage } from "../../../../services/exchange-sim/rest/public.ts"
import type { Formats } from "../../../../services/exchange-sim/rest/render.ts"
import type { Candle } from "../../../../shared/candles/core/candle.ts"
import { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { nearlyNormal, randomNumbers } from "../../../../shared/core/random.ts"

/** Minutes that are made up before the first trade: what one page of Kraken's holds. */
export const HISTORY_MINUTES = 720

/** Where the market begins: a whole minute, Unix milliseconds, and the price that the made-up past ends with. */
export interface MarketBeginning {
  readonly timeMs: number
  readonly price: Price
}

/** What one exchange has traded. Times are the exchange's. */
export class SimulatedCandles {
  private readonly formats: Formats
  /** Those without trades are left out; oldest first. */
  private readonly minutes: Array<MinuteCandle> = []

  /** The same seed makes up the same past. */
  constructor(formats: Formats, beginning: MarketBeginning, seed: number) {
    this.formats = formats
    for (const trade of pastBefore(beginning, formats.priceDecimals, seed)) this.take(trade)
  }

  /** One trade more; none comes before an earlier one. */
  take(trade: MarketTrade): void {
    const minuteMs = trade.timeMs - (trade.timeMs % MINUTE_MS)
    const newest = this.minutes.at(-1)
    if (newest?.timeMs === minuteMs) this.minutes[this.minutes.length - 1] = withTrade(newest, minuteMs, trade)
    else this.minutes.push(withTrade(null, minuteMs, trade))
  }

  /** What `OHLC` answers to this query, as Kraken writes it: the newest 720 bars at most, the last of them still forming. */
  page(query: URLSearchParams, nowMs: number): string {
    const answer = candlePage(this.formats, this.minutes, nowMs, Object.fromEntries(query))
    return JSON.stringify(isRefusal(answer) ? refusalText(answer.error) : { error: [], result: answer })
  }

  /** Of the newest `most` intervals those with trades in them, as the stream of bars says them; the forming one is the last. */
  newest(intervalMin: number, nowMs: number, most: number): ReadonlyArray<Candle> {
    const bars = aggregate(this.minutes, intervalMin * MINUTE_MS, nowMs, most)
    return bars.filter(({ count }) => count > 0).map(candleOf)
  }

  /** The truth: every closed candle of an interval since the beginning of the made-up past, flat ones too; oldest first. */
  closed(intervalMin: number, nowMs: number): ReadonlyArray<Candle> {
    return aggregate(this.minutes, intervalMin * MINUTE_MS, nowMs, Infinity)
      .slice(0, -1)
      .map(candleOf)
  }
}

/** A refusal as Kraken's REST writes it. */
export const refusalText = (words: string): object => ({ error: [words] })

const candleOf = ({ timeMs, open, high, low, close, volume, count }: MinuteCandle): Candle => ({
  ...{ timeSec: timeMs / 1_000, open, high, low, close, volume },
  trades: count
})

/** Trades of a minute at the most, the deviation of a minute, its drift while it has one, and how often that turns. */
const PAST = { trades: 5, sigma: 0.001, drift: 0.0006, turns: 0.02, silent: 0.1 }

/** A walk that rises, falls and idles in turns, so that a model has something to tell apart; some minutes are silent. */
const pastBefore = (
  { timeMs, price }: MarketBeginning,
  priceDecimals: number,
  seed: number
): ReadonlyArray<MarketTrade> => {
  const random = randomNumbers(seed)
  const walk: Array<{ readonly timeMs: number; readonly at: number; readonly rises: boolean }> = []
  let at = 1
  let drift = 0
  for (let minute = 0; minute < HISTORY_MINUTES; minute++) {
    if (random() < PAST.turns) drift = (Math.floor(random() * 3) - 1) * PAST.drift
    const isEnd = minute === 0 || minute === HISTORY_MINUTES - 1
    const count = random() < PAST.silent && !isEnd ? 0 : 1 + Math.floor(random() * PAST.trades)
    const beganMs = timeMs - (HISTORY_MINUTES - minute) * MINUTE_MS
    for (let i = 0; i < count; i++) {
      const move = (drift + PAST.sigma * nearlyNormal(random)) / count
      at *= 1 + move
      walk.push({ timeMs: beganMs + Math.floor(((i + random()) / count) * MINUTE_MS), at, rises: move >= 0 })
    }
  }
  const end = Price.toNumber(price) / at
  return walk.map((step, place) => ({
    timeMs: step.timeMs,
    price: place === walk.length - 1 ? price : Price.fromNumber(step.at * end, priceDecimals),
    volume: Volume.fromNumber(1 + Math.floor(random() * 400_000) / 1_000),
    takerSide: step.rises ? "buy" : "sell"
  }))
}

/** Candles from trades, and longer candles from shorter ones. */
import type { Price, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketTrade } from "./process.ts"

/** One candle, possibly still forming. */
export interface Candle {
  /** Start, Unix milliseconds, a multiple of the interval. */
  readonly timeMs: number
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  readonly volume: Volume
  /** Sum of price × volume, scaled by 10^18; over `volume` it is the average price. */
  readonly turnover: bigint
  readonly count: number
}

/** Volume-weighted average price; 0 when nothing traded. */
export const vwap = ({ turnover, volume }: Pick<Candle, "turnover" | "volume">): Price =>
  (volume === 0n ? 0n : turnover / volume) as Price

/** A candle in which nothing trades: flat at the price before. */
export const flat = (timeMs: number, price: Price): Candle => ({
  timeMs,
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 0n as Volume,
  turnover: 0n,
  count: 0
})

/** The candle of one trade. */
const single = (timeMs: number, { price, volume }: MarketTrade): Candle => ({
  ...flat(timeMs, price),
  volume,
  turnover: price * volume,
  count: 1
})

/** `later` after `earlier`, as one candle that starts with `earlier`. */
const join = (earlier: Candle, later: Candle): Candle =>
  later.count === 0
    ? earlier
    : earlier.count === 0
      ? { ...later, timeMs: earlier.timeMs }
      : {
          timeMs: earlier.timeMs,
          open: earlier.open,
          high: later.high > earlier.high ? later.high : earlier.high,
          low: later.low < earlier.low ? later.low : earlier.low,
          close: later.close,
          volume: (earlier.volume + later.volume) as Volume,
          turnover: earlier.turnover + later.turnover,
          count: earlier.count + later.count
        }

/** Candles in a row as one; undefined of none. */
export const summary = (candles: ReadonlyArray<Candle>): Candle | undefined => {
  const [first, ...later] = candles
  return first === undefined ? undefined : later.reduce(join, first)
}

/** The candle that starts at `timeMs` with one more trade in it; null is a candle without trades so far. */
export const withTrade = (candle: Candle | null, timeMs: number, trade: MarketTrade): Candle =>
  candle === null ? single(timeMs, trade) : join(candle, single(timeMs, trade))

/**
 * The newest `most` candles of an interval, oldest first, up to and including the one that holds `nowMs`, which is still
 * forming. Intervals without trades are flat at the close before them. `minutes` are one-minute candles, oldest first,
 * those without trades left out; nothing is shown before the first of them.
 */
export const aggregate = (
  minutes: ReadonlyArray<Candle>,
  intervalMs: number,
  nowMs: number,
  most: number
): ReadonlyArray<Candle> => {
  const floor = (ms: number) => ms - (ms % intervalMs)
  const [first] = minutes
  if (first === undefined) return []
  const lastMs = floor(nowMs)
  const fromMs = Math.max(floor(first.timeMs), lastMs - (most - 1) * intervalMs)
  const candles: Array<Candle> = []
  let place = firstAt(minutes, fromMs)
  let close = minutes[place - 1]?.close ?? first.open
  for (let timeMs = fromMs; timeMs <= lastMs; timeMs += intervalMs) {
    let candle: Candle | null = null
    for (let next = minutes[place]; next !== undefined && next.timeMs < timeMs + intervalMs; next = minutes[++place]) {
      candle = candle === null ? { ...next, timeMs } : join(candle, next)
    }
    const shown: Candle = candle ?? flat(timeMs, close)
    close = shown.close
    candles.push(shown)
  }
  return candles
}

/** Place of the first candle at or after a time. */
const firstAt = (minutes: ReadonlyArray<Candle>, timeMs: number): number => {
  let [low, high] = [0, minutes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((minutes[middle]?.timeMs ?? 0) < timeMs) low = middle + 1
    else high = middle
  }
  return low
}

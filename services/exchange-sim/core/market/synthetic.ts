/**
 * A made-up DOGE/USD: regimes of different drift and volatility, quiet minutes, silences, jumps. One step is one minute.
 *
 * Its volatility is several times that of the real coin in a quiet year, so that a grid of 0.2 % and 1 % completes cycles
 * within minutes of market time; a weak pull towards the start price keeps it in DOGE's range for months.
 */
import { Price, roundVolume, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type MarketProcess, type MarketTrade, MINUTE_MS, type ProcessState, type Step } from "./process.ts"
import { hash2, nearlyNormal, randomNumbers } from "../../../../shared/core/random.ts"

/** What the market follows from: equal options give equal trades. */
export interface SyntheticOptions {
  /** Whole number, 0 to 2^32 − 1. */
  readonly seed: number
  /** Where the market begins, Unix milliseconds, on a full minute. */
  readonly fromMs: number
  readonly priceDecimals: number
  readonly volumeDecimals: number
}

/** Quote currency per base unit. */
const START_PRICE = 0.15

interface Regime {
  /** Mean and deviation of a minute's return. */
  readonly drift: number
  readonly sigma: number
}
const BEAR: Regime = { drift: -0.00012, sigma: 0.0034 }
const RANGE: Regime = { drift: 0, sigma: 0.0026 }
const BULL: Regime = { drift: 0.00012, sigma: 0.0032 }
const REGIMES = [BEAR, RANGE, BULL] as const
/** The chance of a minute to begin another regime: they last an hour and a half on average. */
const SWITCH = 1 / 90
/** Share of the distance to the start price that a minute takes back: half of it in some 23 hours. */
const PULL = 0.0005
const QUIET = 0.08
/** Once in a day and a half the market says nothing for 5 to 15 minutes. */
const SILENCE = 1 / 2_160
/** Once in half a day it jumps by 1.5 to 3.5 %. */
const JUMP = 1 / 720

/** [minutes since the beginning, price, regime, minutes of silence left] */
type State = readonly [minute: number, price: number, regime: number, silentFor: number]

/** A market without end: `step` never gives null. */
export const syntheticMarket = (options: SyntheticOptions): MarketProcess => ({
  initial: [0, START_PRICE, 1, 0] satisfies State,
  step: (state) => minuteOf(options, state as State)
})

const minuteOf = (options: SyntheticOptions, [minute, price, regime, silentFor]: State): Step => {
  const random = randomNumbers(hash2(options.seed, minute))
  const fromMs = options.fromMs + minute * MINUTE_MS
  const untilMs = fromMs + MINUTE_MS
  const nextRegime = random() < SWITCH ? Math.floor(random() * REGIMES.length) : regime
  const silence = silentFor > 0 ? silentFor - 1 : random() < SILENCE ? 5 + Math.floor(random() * 11) : 0
  if (silence > 0 || random() < QUIET) {
    return { fromMs, untilMs, trades: [], next: [minute + 1, price, nextRegime, silence] satisfies ProcessState }
  }
  const { drift, sigma } = REGIMES[nextRegime] ?? RANGE
  const jump = random() < JUMP ? (random() < 0.5 ? -1 : 1) * (0.015 + 0.02 * random()) : 0
  const count = 3 + Math.floor(random() * 14)
  const jumpsAt = jump === 0 ? -1 : Math.floor(random() * count)
  const pull = PULL * (1 - price / START_PRICE)
  const stepSigma = sigma / Math.sqrt(count)
  const trades: Array<MarketTrade> = []
  let at = price
  for (let i = 0; i < count; i++) {
    const move = (drift + pull) / count + stepSigma * nearlyNormal(random) + (i === jumpsAt ? jump : 0)
    at *= 1 + move
    trades.push({
      timeMs: fromMs + Math.floor(((i + random()) / count) * MINUTE_MS),
      price: Price.fromNumber(at, options.priceDecimals),
      volume: roundVolume(Volume.fromNumber(tradeSize(random)), options.volumeDecimals),
      takerSide: move >= 0 ? "buy" : "sell"
    })
  }
  return { fromMs, untilMs, trades, next: [minute + 1, at, nextRegime, 0] satisfies ProcessState }
}

/** In base units: one trade in six is a crumb of 1 to 15, the others 20 to 20,000 with few large ones. */
const tradeSize = (random: () => number): number => {
  const size = random() < 1 / 6 ? 1 + 14 * random() : 20 / (0.001 + random())
  return Math.round(size * 1_000) / 1_000
}

/**
 * A made-up DOGE/USD: regimes of different drift and volatility, quiet minutes, silences, jumps. One step is one minute.
 *
 * It is made to be watched, not to foretell anything. Its price swings several times as much as the real coin's in a quiet year, so
 * that a grid of 0.2 % and 1 % completes a cycle every few minutes of market time; and it swings about a fair value that wanders
 * slowly, as in a calm market, so that most exits which are left behind are reached again and a day's losses stay below the daily
 * limit (`tests/simulation/demonstration.unit.test.ts`). A weak pull of the fair value towards the start price keeps it in DOGE's range for months.
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
  /** What a minute adds to the fair value, as a share. */
  readonly drift: number
  /** Deviation of a minute's return of the price. */
  readonly sigma: number
}
const BEAR: Regime = { drift: -0.000036, sigma: 0.0044 }
const RANGE: Regime = { drift: 0, sigma: 0.0034 }
const BULL: Regime = { drift: 0.000036, sigma: 0.0042 }
const REGIMES = [BEAR, RANGE, BULL] as const
/** The chance of a minute to begin another regime: they last an hour and a half on average. */
const SWITCH = 1 / 90
/** Deviation of a minute's return of the fair value. */
const WANDER = 0.0003
/** Share of the distance to the start price that a minute takes back of the fair value: half of it in some 23 hours. */
const PULL = 0.0005
/** Share of the distance to the fair value that a minute takes back of the price: half of it in some nine minutes. */
const RETURN = 0.08
const QUIET = 0.08
/** Once in a day and a half the market says nothing for 5 to 15 minutes. */
const SILENCE = 1 / 2_160
/** Once a day it jumps by 0.75 to 1.75 %. */
const JUMP = 1 / 1_440

/**
 * [minutes since the beginning, price, regime, minutes of silence left, fair value]. The last is missing in a state that was kept by
 * an exchange of an earlier release: then the fair value is the price.
 */
type State = readonly [minute: number, price: number, regime: number, silentFor: number, fair?: number]

/** A market without end: `step` never gives null. */
export const syntheticMarket = (options: SyntheticOptions): MarketProcess => ({
  initial: [0, START_PRICE, 1, 0, START_PRICE] satisfies State,
  step: (state) => minuteOf(options, state as State)
})

const minuteOf = (options: SyntheticOptions, [minute, price, regime, silentFor, fairBefore = price]: State): Step => {
  const random = randomNumbers(hash2(options.seed, minute))
  const fromMs = options.fromMs + minute * MINUTE_MS
  const untilMs = fromMs + MINUTE_MS
  const nextRegime = random() < SWITCH ? Math.floor(random() * REGIMES.length) : regime
  const { drift, sigma } = REGIMES[nextRegime] ?? RANGE
  const wander = drift + PULL * (1 - fairBefore / START_PRICE) + WANDER * nearlyNormal(random)
  const fair = fairBefore * (1 + wander)
  const silence = silentFor > 0 ? silentFor - 1 : random() < SILENCE ? 5 + Math.floor(random() * 11) : 0
  if (silence > 0 || random() < QUIET) {
    return { fromMs, untilMs, trades: [], next: [minute + 1, price, nextRegime, silence, fair] satisfies ProcessState }
  }
  const jump = random() < JUMP ? (random() < 0.5 ? -1 : 1) * (0.0075 + 0.01 * random()) : 0
  const count = 3 + Math.floor(random() * 14)
  const jumpsAt = jump === 0 ? -1 : Math.floor(random() * count)
  const stepSigma = sigma / Math.sqrt(count)
  const trades: Array<MarketTrade> = []
  let at = price
  for (let i = 0; i < count; i++) {
    const move = (RETURN * (fair / at - 1)) / count + stepSigma * nearlyNormal(random) + (i === jumpsAt ? jump : 0)
    at *= 1 + move
    trades.push({
      timeMs: fromMs + Math.floor(((i + random()) / count) * MINUTE_MS),
      price: Price.fromNumber(at, options.priceDecimals),
      volume: roundVolume(Volume.fromNumber(tradeSize(random)), options.volumeDecimals),
      takerSide: move >= 0 ? "buy" : "sell"
    })
  }
  return { fromMs, untilMs, trades, next: [minute + 1, at, nextRegime, 0, fair] satisfies ProcessState }
}

/** In base units: one trade in six is a crumb of 1 to 15, the others 20 to 20,000 with few large ones. */
const tradeSize = (random: () => number): number => {
  const size = random() < 1 / 6 ? 1 + 14 * random() : 20 / (0.001 + random())
  return Math.round(size * 1_000) / 1_000
}

/**
 * Messages of Kraken's WebSocket channel `ohlc` as one listener heard them on two connections: of each connection first the
 * newest bars of every pair, then the forming bar again at its trades. Bars have no end of their own, a stretch without trades
 * has no bar, and between the connections nothing is heard. In the exchange's form; the trades are made up.
 */
import { nearlyNormal, randomNumbers } from "../../shared/core/random.ts"

const START_MS = Date.UTC(2024, 2, 1, 6)
const MINUTE_MS = 60_000
const BAR_MS = 5 * MINUTE_MS
/** The snapshot of a connection holds this many of the newest bars that had trades. */
const SNAPSHOT_BARS = 10
/** Trades that come sooner than this after one another are told in one message. */
const TOGETHER_MS = 400

interface Pair {
  readonly symbol: string
  readonly price: number
  /** Deviation of the price from one trade to the next. */
  readonly sigma: number
  readonly decimals: number
  readonly meanVolume: number
  readonly meanGapMs: number
  /** No trade from the first of these milliseconds since the start up to the second. */
  readonly silence: readonly [fromMs: number, untilMs: number]
}
const PAIRS: ReadonlyArray<Pair> = [
  {
    symbol: "BTC/USD",
    price: 62_000,
    sigma: 0.0001,
    decimals: 1,
    meanVolume: 0.05,
    meanGapMs: 9_000,
    silence: [0, 0]
  },
  {
    symbol: "DOGE/USD",
    price: 0.4,
    sigma: 0.0006,
    decimals: 7,
    meanVolume: 6_000,
    meanGapMs: 4_000,
    silence: [62 * MINUTE_MS, 71 * MINUTE_MS]
  }
]
/** Milliseconds since the start; the first is cut in the middle of a bar. */
const CONNECTIONS = [
  { fromMs: 41 * MINUTE_MS + 37_974, untilMs: 48 * MINUTE_MS + 40_000 },
  { fromMs: 54 * MINUTE_MS + 45_490, untilMs: 76 * MINUTE_MS + 10_000 }
]

/** A bar as it stood after a trade. */
interface Message {
  readonly symbol: string
  readonly atMs: number
  readonly beginMs: number
  readonly figures: ReadonlyArray<number>
}

/** As CSV: `message_timestamp,symbol,interval_begin,interval_end,open,high,low,close,volume,vwap,trades`. */
export const madeMessages = (seed: number): string => {
  const states = PAIRS.map((pair, at) => barsOf(pair, seed + at))
  const heard = CONNECTIONS.flatMap(({ fromMs, untilMs }) => {
    const updates = states.flatMap((some) => some.filter(({ atMs }) => atMs > fromMs && atMs <= untilMs))
    return [...states.flatMap((some) => snapshot(some, fromMs)), ...updates.toSorted((a, b) => a.atMs - b.atMs)]
  })
  const header = "message_timestamp,symbol,interval_begin,interval_end,open,high,low,close,volume,vwap,trades"
  return `${[header, ...heard.map(lineOf)].join("\n")}\n`
}

/** The last state of each of the newest bars, told at `fromMs`. */
const snapshot = (states: ReadonlyArray<Message>, fromMs: number): ReadonlyArray<Message> => {
  const last = new Map(states.flatMap((one) => (one.atMs <= fromMs ? [[one.beginMs, one] as const] : [])))
  return [...last.values()].slice(-SNAPSHOT_BARS).map((one) => ({ ...one, atMs: fromMs }))
}

/** Every state of every bar that is told. */
const barsOf = (pair: Pair, seed: number): ReadonlyArray<Message> => {
  const random = randomNumbers(seed)
  const { symbol, decimals } = pair
  const told: Array<Message> = []
  const endMs = Math.max(...CONNECTIONS.map(({ untilMs }) => untilMs))
  let price = pair.price
  let bar = { beginMs: -1, open: 0, high: 0, low: 0, volume: 0, turnover: 0, trades: 0 }
  let lastMs = 0
  for (let atMs = 0; atMs < endMs; atMs += Math.ceil(pair.meanGapMs * 2 * random())) {
    price *= 1 + pair.sigma * nearlyNormal(random)
    const traded = Number(price.toFixed(decimals))
    const volume = Number((pair.meanVolume * 2 * random() * random() + 1e-8).toFixed(8))
    if (atMs >= pair.silence[0] && atMs < pair.silence[1]) continue
    const beginMs = atMs - (atMs % BAR_MS)
    if (beginMs !== bar.beginMs)
      bar = { beginMs, open: traded, high: traded, low: traded, volume: 0, turnover: 0, trades: 0 }
    bar = {
      ...bar,
      high: Math.max(bar.high, traded),
      low: Math.min(bar.low, traded),
      volume: bar.volume + volume,
      turnover: bar.turnover + volume * traded,
      trades: bar.trades + 1
    }
    if (told.at(-1)?.beginMs === beginMs && atMs - lastMs < TOGETHER_MS) told.pop()
    lastMs = atMs
    const sums = [Number(bar.volume.toFixed(8)), Number((bar.turnover / bar.volume).toFixed(decimals)), bar.trades]
    told.push({ symbol, atMs, beginMs, figures: [bar.open, bar.high, bar.low, traded, ...sums] })
  }
  return told
}

const lineOf = ({ symbol, atMs, beginMs, figures }: Message): string => {
  const [told, begin, end] = [atMs, beginMs, beginMs + BAR_MS].map((ms) => new Date(START_MS + ms).toISOString())
  const times = [told?.replace("Z", "000000Z"), symbol, begin?.replace("Z", "000000Z"), end?.replace("Z", "000Z")]
  return [...times, ...figures].join(",")
}

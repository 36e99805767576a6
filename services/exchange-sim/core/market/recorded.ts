/** A market that happened: the rows of a recording, played again. Holes of the recording stay holes: nothing trades in them. */
import { Price, PRICE_DECIMALS, roundPrice, type Volume } from "../../../../shared/core/decimal/decimal.ts"
import { type MarketPrint, type MarketProcess, type MarketTrade, MINUTE_MS, type Step } from "./process.ts"
import { Spacing } from "../../../../shared/candles/core/file/spacing.ts"
import type { CandleRow, Playable, Sequence, TradeRow } from "./rows.ts"

/** Trades made of one minute of a candle (its open, and three on each leg), and the most made of any candle. */
const TRADES_PER_MINUTE = 10
const MAX_TRADES_PER_CANDLE = 241

/** Throws an Error when the recording is too short to tell how long its candles are. */
export const recordedMarket = (recording: Playable, priceDecimals: number, way: Way = "likely"): MarketProcess =>
  recording.kind === "candles"
    ? candleMarket(recording.rows, recording.intervalMs ?? intervalOf(recording.rows), priceDecimals, way)
    : tradeMarket(recording.rows, priceDecimals)

/** Which way through a candle: its low first, its high first, or what a candle most likely did. */
export type Way = "likely" | "low-first" | "high-first"

/** First moment of a recording, Unix milliseconds. */
export const recordingStart = ({ rows }: Playable): number => rows.at(0)?.timeMs ?? 0

/** The moment after which a recording has nothing more to say, Unix milliseconds: its last candle is over, or the minute of its last trade. */
export const recordingEnd = (recording: Playable): number => {
  const { rows } = recording
  const lastMs = rows.at(Math.max(0, rows.length - 1))?.timeMs ?? 0
  if (recording.kind === "trades") return lastMs - (lastMs % MINUTE_MS) + MINUTE_MS
  return lastMs + (recording.intervalMs ?? intervalOf(recording.rows))
}

const candleMarket = (
  rows: Sequence<CandleRow>,
  intervalMs: number,
  priceDecimals: number,
  way: Way
): MarketProcess => ({
  initial: [0],
  step: ([index = 0]) => {
    const row = rows.at(index)
    if (row === undefined) return null
    const lastsMs = lastingMs(row, rows.at(index + 1), intervalMs)
    const trades = path(row, lastsMs, priceDecimals, way)
    return { fromMs: row.timeMs, untilMs: row.timeMs + lastsMs, trades, next: [index + 1] }
  }
})

/** How long a candle lasts, milliseconds, with the one after it. */
export const lastingMs = (row: CandleRow, next: CandleRow | undefined, intervalMs: number): number =>
  // A day on which summer time begins has 23 hours: the next one begins before 24 are over.
  Math.min(intervalMs, (next?.timeMs ?? Number.POSITIVE_INFINITY) - row.timeMs)

/** Length of a recording's candles, milliseconds. */
export const intervalOf = (rows: Sequence<CandleRow>): number => {
  const spacing = new Spacing()
  for (let place = 0; place < rows.length; place++) spacing.add(rows.at(place)?.timeMs ?? 0)
  const { commonestMs } = spacing
  if (commonestMs === null) throw new Error("a recording of candles needs two rows at different times")
  return commonestMs
}

/**
 * The way through a candle: a rising one goes open → low → high → close, a falling one open → high → low → close, which
 * is what a candle most likely did. Open, high, low and close are met exactly; the volume is spread evenly.
 */
export const path = (
  row: CandleRow,
  intervalMs: number,
  priceDecimals: number,
  way: Way = "likely"
): ReadonlyArray<MarketTrade> => {
  const through = pathThrough(row, intervalMs, priceDecimals, way)
  return Array.from({ length: through.length }, (_, at) => tradeAt(through, at))
}

/** A way through one candle, of which each trade can be made by itself: `tradeAt`. */
export interface Path {
  readonly row: CandleRow
  readonly intervalMs: number
  readonly priceDecimals: number
  /** Units of `Price` between two prices of the pair. */
  readonly tick: number
  readonly lowFirst: boolean
  /** Trades; 0 where nothing trades. */
  readonly length: number
  /** The row's prices in units of `Price`. */
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Whether doubles hold those, and whatever is reckoned of them, exactly: all but absurd prices. */
  readonly inDoubles: boolean
}

/** Up to this, prices and their products on a way are whole numbers that a double holds exactly. */
const EXACT_UP_TO = Number.MAX_SAFE_INTEGER / MAX_TRADES_PER_CANDLE

/** Units of `Price` in one, and in the last digit of a price of so many decimals. */
const ONE = 10 ** PRICE_DECIMALS
const TICKS: ReadonlyArray<number> = Array.from(
  { length: PRICE_DECIMALS + 1 },
  (_, decimals) => 10 ** (PRICE_DECIMALS - decimals)
)

/** As `path`, with no trade made yet. */
export const pathThrough = (row: CandleRow, intervalMs: number, priceDecimals: number, way: Way): Path => {
  const [open, high, low, close] = [Number(row.open), Number(row.high), Number(row.low), Number(row.close)]
  const lowFirst = way === "likely" ? row.close >= row.open : way === "low-first"
  const wanted = Math.min(MAX_TRADES_PER_CANDLE, Math.max(1, intervalMs / MINUTE_MS) * TRADES_PER_MINUTE)
  const legSteps = Math.max(1, Math.floor((wanted - 1) / 3))
  const length = row.volume === 0n ? 0 : 3 * legSteps + 1
  const inDoubles = high < EXACT_UP_TO
  const tick = TICKS[priceDecimals] ?? 1
  return { row, intervalMs, priceDecimals, tick, lowFirst, length, open, high, low, close, inDoubles }
}

/** When trade `at` of the way is, Unix milliseconds. */
export const timeAt = ({ row, intervalMs, length }: Path, at: number): number =>
  row.timeMs + Math.floor((at * intervalMs) / length)

/** At which price trade `at` of the way is; `at` is at least 0 and below `length`. */
export const priceAt = (through: Path, at: number): Price =>
  through.inDoubles
    ? (BigInt(unitsAt(through, at)) as Price)
    : wayAt(through.row, through, at, (from, to, step, steps) =>
        roundPrice((from + ((to - from) * BigInt(step)) / BigInt(steps)) as Price, through.priceDecimals)
      )

/** The same as the nearest double. */
export const priceNumberAt = (through: Path, at: number): number =>
  through.inDoubles ? unitsAt(through, at) / ONE : Price.toNumber(priceAt(through, at))

/**
 * Prices that the whole way lies within, as the nearest doubles: its extremes, and half a tick beyond, since it is rounded. Null where
 * doubles do not hold them.
 */
export const boundsOf = ({
  low,
  high,
  tick,
  inDoubles
}: Path): { readonly low: number; readonly high: number } | null =>
  inDoubles ? { low: (low - tick / 2) / ONE, high: (high + tick / 2) / ONE } : null

/** The price in units of `Price`, reckoned as `priceAt` does without doubles. */
const unitsAt = (through: Path, at: number): number =>
  wayAt(through, through, at, (from, to, step, steps) => {
    const between = from + Math.trunc(((to - from) * step) / steps)
    const { tick } = through
    const whole = Math.floor(between / tick)
    const twice = 2 * (between - whole * tick)
    return (twice > tick || (twice === tick && whole % 2 === 1) ? whole + 1 : whole) * tick
  })

/** A step on the leg that trade `at` is on. */
const wayAt = <A, B>(
  { open, high, low, close }: Readonly<Record<"open" | "high" | "low" | "close", A>>,
  { lowFirst, length }: Path,
  at: number,
  between: (from: A, to: A, step: number, steps: number) => B
): B => {
  const steps = (length - 1) / 3
  const leg = Math.max(0, Math.ceil(at / steps) - 1)
  const first = lowFirst ? low : high
  const second = lowFirst ? high : low
  const from = leg === 0 ? open : leg === 1 ? first : second
  const to = leg === 0 ? first : leg === 1 ? second : close
  return between(from, to, at - leg * steps, steps)
}

/** Trade `at` of the way. */
export const tradeAt = (through: Path, at: number): MarketTrade => {
  const { row, length } = through
  const share = row.volume / BigInt(length)
  return { ...printAt(through, at), volume: (at === 0 ? row.volume - share * BigInt(length - 1) : share) as Volume }
}

/** What trade `at` of the way leaves behind where it reaches nobody. */
export const printAt = (through: Path, at: number): MarketPrint => ({
  timeMs: timeAt(through, at),
  price: priceAt(through, at),
  takerSide: risesAt(through, at) ? "buy" : "sell"
})

/** Whether the price of trade `at` is no lower than the one before it. */
const risesAt = (through: Path, at: number): boolean => {
  if (!through.inDoubles) return priceAt(through, at) >= (at === 0 ? through.row.open : priceAt(through, at - 1))
  return unitsAt(through, at) >= (at === 0 ? through.open : unitsAt(through, at - 1))
}

const tradeMarket = (rows: Sequence<TradeRow>, priceDecimals: number): MarketProcess => ({
  initial: [0],
  step: ([index = 0]) => minuteOfTrades(rows, index, priceDecimals)
})

/** All rows of the minute in which row `index` stands; a taker side that is not recorded follows the tick rule. */
const minuteOfTrades = (rows: Sequence<TradeRow>, index: number, priceDecimals: number): Step | null => {
  const first = rows.at(index)
  if (first === undefined) return null
  const fromMs = first.timeMs - (first.timeMs % MINUTE_MS)
  const untilMs = fromMs + MINUTE_MS
  const trades: Array<MarketTrade> = []
  let next = index
  let before = index > 0 ? (rows.at(index - 1)?.price ?? first.price) : first.price
  for (let row = rows.at(next); row !== undefined && row.timeMs < untilMs; row = rows.at(++next)) {
    const { timeMs, volume } = row
    const takerSide = row.takerSide ?? (row.price >= before ? "buy" : "sell")
    before = row.price
    if (volume > 0n) trades.push({ timeMs, price: roundPrice(row.price, priceDecimals), volume, takerSide })
  }
  return { fromMs, untilMs, trades, next: [next] }
}

/** Candles as typed columns: ready to compute with, and as they lie in a file. Pure. */
import type { Price, Volume } from "../../core/decimal/decimal.ts"
import type { Candle } from "./candle.ts"

/** Values that are not negative. */
export interface ValueColumn {
  readonly low: BigUint64Array
  /** What lies above 64 bits; null where no value does, which is all but large volumes of coins worth nothing. */
  readonly high: Uint32Array | null
}

/** The values of a candle that are exact decimals, in the order of their columns. */
export const VALUE_NAMES = ["open", "high", "low", "close", "volume"] as const
type ValueName = (typeof VALUE_NAMES)[number]

/** Candles by place, oldest first. */
export interface CandleColumns {
  readonly length: number
  /** Starts, Unix seconds. */
  readonly timeSec: Float64Array
  /** `Price`s, and a `Volume`. */
  readonly values: Readonly<Record<ValueName, ValueColumn>>
  readonly trades: Uint32Array
}

const HIGH_AT = 64n
const MOST_UINT32 = 0xffff_ffffn
const mapped = <A>(of: (name: ValueName) => A): Record<ValueName, A> => ({
  open: of("open"),
  high: of("high"),
  low: of("low"),
  close: of("close"),
  volume: of("volume")
})

/** Columns of candles that stand in order of time. Throws a `RangeError` for a value that a column cannot hold. */
export const columnsOf = (candles: ReadonlyArray<Candle>): CandleColumns => ({
  length: candles.length,
  timeSec: Float64Array.from(candles, ({ timeSec }) => timeSec),
  values: mapped((name) => {
    const high = Uint32Array.from(candles, (candle) => aboveOf(candle, name))
    return {
      low: BigUint64Array.from(candles, (candle) => candle[name]),
      high: high.some((above) => above !== 0) ? high : null
    }
  }),
  trades: Uint32Array.from(candles, (candle) => tradesOf(candle))
})

const unfit = ({ timeSec }: Candle, name: keyof Candle, value: number | bigint): RangeError =>
  new RangeError(`${name} ${value} of the candle at ${timeSec} does not fit into a column`)

const aboveOf = (candle: Candle, name: ValueName): number => {
  const above = candle[name] >> HIGH_AT
  if (above < 0n || above > MOST_UINT32) throw unfit(candle, name, candle[name])
  return Number(above)
}

const tradesOf = (candle: Candle): number => {
  const { trades } = candle
  if (trades >>> 0 !== trades) throw unfit(candle, "trades", trades)
  return trades
}

/** The candles from one place up to another, on the same memory. */
export const sliceOf = (columns: CandleColumns, from: number, until: number): CandleColumns => ({
  length: until - from,
  timeSec: columns.timeSec.subarray(from, until),
  values: mapped((name) => {
    const { low, high } = columns.values[name]
    return { low: low.subarray(from, until), high: high?.subarray(from, until) ?? null }
  }),
  trades: columns.trades.subarray(from, until)
})

/** One candle; `place` is at least 0 and below `length`. */
export const candleAt = ({ timeSec, values, trades }: CandleColumns, place: number): Candle => ({
  timeSec: timeSec[place] ?? 0,
  open: valueAt(values.open, place) as Price,
  high: valueAt(values.high, place) as Price,
  low: valueAt(values.low, place) as Price,
  close: valueAt(values.close, place) as Price,
  volume: valueAt(values.volume, place) as Volume,
  trades: trades[place] ?? 0
})

const valueAt = ({ low, high }: ValueColumn, place: number): bigint => {
  const above = high?.[place] ?? 0
  return above === 0 ? (low[place] ?? 0n) : (low[place] ?? 0n) + (BigInt(above) << HIGH_AT)
}

/** How candles lie in memory one column after the other: what of them is known beforehand. */
export interface Layout {
  readonly length: number
  /** Columns that have a part above 64 bits. */
  readonly wide: ReadonlyArray<ValueName>
}

/** The layout of several parts as one. */
export const layoutOf = (parts: ReadonlyArray<CandleColumns>): Layout => ({
  length: parts.reduce((sum, { length }) => sum + length, 0),
  wide: VALUE_NAMES.filter((name) => parts.some(({ values }) => values[name].high !== null))
})

/** Every column begins at a whole multiple of the largest element. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** Bytes that candles take. */
export const bytesOf = ({ length, wide }: Layout): number =>
  8 * length * (1 + VALUE_NAMES.length) + aligned(4 * length) * (1 + wide.length)

/** Columns over memory that holds them, `at` a multiple of 8. */
export const columnsOver = (memory: ArrayBufferLike, at: number, { length, wide }: Layout): CandleColumns => {
  let next = at
  const place = (bytes: number): number => {
    const here = next
    next += aligned(bytes)
    return here
  }
  return {
    length,
    timeSec: new Float64Array(memory, place(8 * length), length),
    values: mapped((name) => ({
      low: new BigUint64Array(memory, place(8 * length), length),
      high: wide.includes(name) ? new Uint32Array(memory, place(4 * length), length) : null
    })),
    trades: new Uint32Array(memory, place(4 * length), length)
  }
}

/** Puts parts one behind the other into columns of their layout. */
export const fill = (into: CandleColumns, parts: ReadonlyArray<CandleColumns>): void => {
  let at = 0
  for (const { length, timeSec, values, trades } of parts) {
    into.timeSec.set(timeSec, at)
    into.trades.set(trades, at)
    for (const name of VALUE_NAMES) {
      into.values[name].low.set(values[name].low, at)
      const { high } = values[name]
      if (high !== null) into.values[name].high?.set(high, at)
    }
    at += length
  }
}

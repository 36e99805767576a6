/** A candle, and the lengths of time candles have. Pure. */
import type { Price, Volume } from "../../core/decimal/decimal.ts"

/** Whose market candles are of: one that people trade at, or the simulated one of a paper market. They are never mixed. */
export const CANDLE_VENUES = ["real", "simulated"] as const
/** One of `CANDLE_VENUES`. */
export type CandleVenue = (typeof CANDLE_VENUES)[number]

/** The figures of one bar, whoever made it. */
export interface Bar {
  readonly open: Price
  readonly high: Price
  readonly low: Price
  readonly close: Price
  /** In the base currency; 0 where nothing traded. */
  readonly volume: Volume
}

/** One closed bar of a symbol: what traded from `timeSec` until `timeSec` plus the interval. */
export interface Candle extends Bar {
  /** Start, Unix seconds. */
  readonly timeSec: number
  readonly trades: number
}

/** Minutes, with the names people give them. A month has no fixed length, so there is none. */
const TIMEFRAMES = [
  ["1m", 1],
  ["5m", 5],
  ["15m", 15],
  ["30m", 30],
  ["1h", 60],
  ["4h", 240],
  ["12h", 720],
  ["1d", 1_440],
  ["1w", 10_080],
  ["15d", 21_600]
] as const

/** A text is no timeframe; says which there are. */
export class UnknownTimeframe extends Error {
  readonly _tag = "UnknownTimeframe"
  override readonly name = "UnknownTimeframe"
}

/** Minutes of `1m`, `15m`, `1h`, `4h`, `1d`, …; also of the older spelling `d1`, `h4`, `m15`. Throws `UnknownTimeframe`. */
export const timeframeMinutes = (text: string): number => {
  const name = text.trim().toLowerCase()
  const turned = name.replace(/^([a-z])(\d+)$/, "$2$1")
  const found = TIMEFRAMES.find(([known]) => known === turned)
  if (found !== undefined) return found[1]
  throw new UnknownTimeframe(
    `timeframe "${text}" is not known; use one of ${TIMEFRAMES.map(([known]) => known).join(", ")}`
  )
}

/** Minutes of a list with commas or spaces between, each once. Throws `UnknownTimeframe`. */
export const timeframesOf = (list: string): ReadonlyArray<number> => [
  ...new Set(
    list
      .split(/[,\s]+/)
      .filter((name) => name !== "")
      .map((name) => timeframeMinutes(name))
  )
]

/** `1m`, `1h`, …; an interval without a name in minutes, such as `7m`. */
export const timeframeName = (intervalMin: number): string =>
  TIMEFRAMES.find(([, minutes]) => minutes === intervalMin)?.[0] ?? `${intervalMin}m`

/** Seconds of one interval. */
export const intervalSec = (intervalMin: number): number => intervalMin * 60

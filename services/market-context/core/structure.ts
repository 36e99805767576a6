/**
 * Market structure on closed candles (docs/trading-contract.md §13): order blocks, fair value gaps, breaks of structure. These
 * words have no standard; the contract's wording is the rule. Candles are oldest first; indexes count from 0. Each
 * finding is known at the close of the last candle it needs, never earlier.
 */
import { median } from "simple-statistics"

/** One closed candle, in the quote currency. */
export interface StructureCandle {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}

/** Windows, in candles, and the factor of the rules below. */
export interface StructureSettings {
  /** Newest candles searched for an order block. */
  readonly orderBlockLookback: number
  /** A displacement candle's range over the median range. */
  readonly displacementFactor: number
  /** Candles the median range is taken of. */
  readonly medianWindow: number
  /**
   * Which ones: those up to the displacement, itself among them, so that a block is known at its close and never changes; or the
   * newest of all, as the contract words it, by which a block may appear late or vanish.
   */
  readonly medianOf: "displacement" | "newest"
  /** Newest candles that may break the structure … */
  readonly breakCandles: number
  /** … of the rest of this many newest candles. */
  readonly breakWindow: number
}

/** The contract's figures. */
export const DEFAULT_STRUCTURE: StructureSettings = {
  orderBlockLookback: 20,
  displacementFactor: 1.5,
  medianWindow: 20,
  medianOf: "displacement",
  breakCandles: 3,
  breakWindow: 10
}

/** Which way a finding points. */
export type Direction = "bullish" | "bearish"

/** The last opposite candle before a displacement; its whole range is the zone. */
export interface OrderBlock {
  readonly type: Direction
  /** Place of the candle. */
  readonly index: number
  /** Place of the displacement: the block is known at its close. */
  readonly knownAt: number
  readonly low: number
  readonly high: number
}

/**
 * The newest order block of a direction, or null: going back from the newest candle, the first displacement (its range
 * at least the factor times the median range) whose close passes the extreme of the last opposite candle before it.
 *
 * With `medianOf: "displacement"` what a displacement makes depends on no later candle, and on none further back than
 * `orderBlockLookback` and `medianWindow` before it: a caller that gives that many more than are searched sees the same as one that gives all.
 * A block goes when its displacement is no longer among the newest, or a newer one has come.
 */
export const orderBlock = (
  candles: ReadonlyArray<StructureCandle>,
  type: Direction,
  settings: StructureSettings
): OrderBlock | null => {
  const oldest = Math.max(0, candles.length - settings.orderBlockLookback)
  for (let at = candles.length - 1; at > oldest; at--) {
    const known = settings.medianOf === "newest" ? candles : candles.slice(0, at + 1)
    const block = blockBehind(known, at, type, settings)
    if (block !== null) return block
  }
  return null
}

/** The block that the candle at `at` makes by displacing, if it does, given what is known. */
const blockBehind = (
  known: ReadonlyArray<StructureCandle>,
  at: number,
  type: Direction,
  { orderBlockLookback, displacementFactor, medianWindow }: StructureSettings
): OrderBlock | null => {
  const candle = known[at]!
  const wide = displacementFactor * medianRange(known, medianWindow)
  if (direction(candle) !== type || candle.high - candle.low < wide) return null
  const index = lastOpposite(known, at - 1, Math.max(0, known.length - orderBlockLookback), type)
  if (index === null) return null
  const { high, low } = known[index]!
  return (type === "bullish" ? candle.close > high : candle.close < low)
    ? { type, index, knownAt: at, low, high }
    : null
}

const direction = ({ open, close }: StructureCandle): Direction | "flat" =>
  close > open ? "bullish" : close < open ? "bearish" : "flat"

const lastOpposite = (
  candles: ReadonlyArray<StructureCandle>,
  from: number,
  oldest: number,
  type: Direction
): number | null => {
  const opposite = type === "bullish" ? "bearish" : "bullish"
  for (let at = from; at >= oldest; at--) if (direction(candles[at]!) === opposite) return at
  return null
}

/** The median of the last `window` ranges; NaN, wider than which nothing is, without a candle. */
const medianRange = (candles: ReadonlyArray<StructureCandle>, window: number): number => {
  const ranges = candles.slice(-window).map(({ high, low }) => high - low)
  return ranges.length === 0 ? Number.NaN : median(ranges)
}

/** The space that three candles left between the first and the third. */
export interface FairValueGap {
  readonly type: Direction
  /** Of the second of the three candles; the gap is known one candle later. */
  readonly middleIndex: number
  readonly bottom: number
  readonly top: number
  /** Of the middle candle's close. */
  readonly sizePercent: number
  /** The first later candle with a wick in the gap, which spends it; null while it is open. */
  readonly reenteredAt: number | null
}

/** Every gap of any size, oldest first; the caller applies the minimum size. */
export const fairValueGaps = (candles: ReadonlyArray<StructureCandle>): ReadonlyArray<FairValueGap> =>
  candles.flatMap((third, index) => {
    const [first, middle] = [candles[index - 2], candles[index - 1]]
    if (first === undefined || middle === undefined) return []
    if (third.low > first.high) return [gap("bullish", candles, index - 1, first.high, third.low)]
    if (third.high < first.low) return [gap("bearish", candles, index - 1, third.high, first.low)]
    return []
  })

const gap = (
  type: Direction,
  candles: ReadonlyArray<StructureCandle>,
  middleIndex: number,
  bottom: number,
  top: number
): FairValueGap => {
  const touches = ({ low, high }: StructureCandle): boolean => (type === "bullish" ? low <= top : high >= bottom)
  const reentry = candles.findIndex((candle, index) => index > middleIndex + 1 && touches(candle))
  return {
    type,
    middleIndex,
    bottom,
    top,
    sizePercent: ((top - bottom) / candles[middleIndex]!.close) * 100,
    reenteredAt: reentry < 0 ? null : reentry
  }
}

/** Whether the newest candles went beyond all of the window before them, on either side; false with too few candles. */
export const breakOfStructure = (
  candles: ReadonlyArray<StructureCandle>,
  { breakCandles, breakWindow }: StructureSettings
): { readonly bullish: boolean; readonly bearish: boolean } => {
  if (candles.length < breakWindow) return { bullish: false, bearish: false }
  const window = candles.slice(-breakWindow)
  const before = window.slice(0, -breakCandles)
  const newest = window.slice(-breakCandles)
  if (before.length === 0) return { bullish: false, bearish: false }
  const highest = (some: ReadonlyArray<StructureCandle>) => Math.max(...some.map(({ high }) => high))
  const lowest = (some: ReadonlyArray<StructureCandle>) => Math.min(...some.map(({ low }) => low))
  return { bullish: highest(newest) > highest(before), bearish: lowest(newest) < lowest(before) }
}

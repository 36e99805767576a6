/**
 * What the market context says of the traded pair, each on a subject of its own below `context`: levels, opening range, first
 * touches, structure. Written only when something of it has changed; one that is said again counts from then on. The rest of the
 * watched pairs stands in the store alone.
 */
import { Schema } from "effect"
import { BIASES, LEVEL_SOURCES, STRUCTURE_REGIMES, WATCHED_LEVELS } from "../../core/marketContext.ts"
import { PriceText, VolumeText } from "../../schema/decimalText.ts"

/** `2026-10-14`, UTC. */
const Day = Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\d$/))
const Direction = Schema.Literals(["bullish", "bearish"])
/** `PRECISE`, or `IMPRECISE` with what is missing, for people. */
const Precision = Schema.NonEmptyString
/** Whose trades are counted: `kraken`, or another source and its own symbol, such as `binance DOGEUSDT`. */
const TradesOf = Schema.NonEmptyString

/** The key levels of a day: of a finished one, or of today so far. Figures are null where nothing was traded. */
export const LevelsObserved = Schema.TaggedStruct("LevelsObserved", {
  day: Day,
  finished: Schema.Boolean,
  poc: Schema.NullOr(PriceText),
  vah: Schema.NullOr(PriceText),
  val: Schema.NullOr(PriceText),
  vwap: Schema.NullOr(PriceText),
  high: Schema.NullOr(PriceText),
  low: Schema.NullOr(PriceText),
  /** Of base currency. */
  volume: VolumeText,
  tradesOf: TradesOf,
  source: Schema.Literals(LEVEL_SOURCES),
  precision: Precision
})

/** The opening range of a day, once its window is over; null: nothing was traded in it. */
export const OpeningRangeObserved = Schema.TaggedStruct("OpeningRangeObserved", {
  day: Day,
  high: Schema.NullOr(PriceText),
  low: Schema.NullOr(PriceText),
  tradesOf: TradesOf,
  precision: Precision
})

/** The first trade of the day at a level, or on its other side. */
export const LevelTouched = Schema.TaggedStruct("LevelTouched", {
  day: Day,
  level: Schema.Literals(WATCHED_LEVELS),
  levelPrice: PriceText,
  /** Of the trade. */
  price: PriceText,
  /** Unix milliseconds of the exchange. */
  atMs: Schema.Finite,
  tradeId: Schema.Int,
  /** Whence the price came. */
  from: Schema.Literals(["above", "below", "at"]),
  /** Of the level, and of there being no touch before. */
  precision: Precision
})

/** Whether the levels of today, and of the day before where it is wanted, are whole; also the first word of a process. */
export const PrecisionObserved = Schema.TaggedStruct("PrecisionObserved", {
  precise: Schema.Boolean,
  precision: Precision,
  tradesOf: TradesOf
})

/** The pair's structure on a timeframe is another than was said last, or had not been said; with what was looked at. */
export const StructureObserved = Schema.TaggedStruct("StructureObserved", {
  intervalMin: Schema.Int,
  /** Start of the newest candle, Unix seconds; null: there is none. */
  atSec: Schema.NullOr(Schema.Int),
  regime: Schema.Literals(STRUCTURE_REGIMES),
  /** For people. */
  why: Schema.NonEmptyString,
  candles: Schema.Int,
  /** Null before it is defined. */
  adx: Schema.NullOr(Schema.Finite),
  brokenUp: Schema.Boolean,
  brokenDown: Schema.Boolean,
  /** Blocks and the newest open gaps; times are starts of candles, Unix seconds. */
  zones: Schema.Array(
    Schema.Struct({
      kind: Schema.Literals(["order_block", "fair_value_gap"]),
      type: Direction,
      atSec: Schema.Int,
      knownAtSec: Schema.Int,
      low: Schema.Finite,
      high: Schema.Finite
    })
  )
})

/** On which side of its average of 200 days the pair is, where that is new. */
export const BiasObserved = Schema.TaggedStruct("BiasObserved", {
  bias: Schema.Literals(BIASES),
  /** Of the newest day; null without one. */
  close: Schema.NullOr(Schema.Finite),
  /** Null with too few days. */
  average: Schema.NullOr(Schema.Finite),
  neutralZoneBps: Schema.Finite
})

/** Anything the market context says. */
export const ContextEvent = Schema.Union([
  LevelsObserved,
  OpeningRangeObserved,
  LevelTouched,
  PrecisionObserved,
  StructureObserved,
  BiasObserved
])

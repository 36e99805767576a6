/**
 * A structure regime with its evidence (docs/trading-contract.md §13): which block, which gap, which numbers were compared. Pure;
 * closed candles, oldest first. Nothing that comes later changes what an earlier stretch was.
 */
import { directionalMovement } from "../../../../shared/core/indicators/directional.ts"
import type { Bias, StructureRegime } from "../../../../shared/core/marketContext.ts"
import { emaFromAverage } from "../../../../shared/core/indicators/movingAverage.ts"
import {
  breakOfStructure,
  DEFAULT_STRUCTURE,
  type Direction,
  type FairValueGap,
  fairValueGaps,
  orderBlock,
  type StructureCandle
} from "../structure.ts"

/** A closed candle and when it began, Unix seconds. */
export interface TimedCandle extends StructureCandle {
  readonly timeSec: number
}

/** What may be set. */
export interface RegimeSettings {
  /** Smallest gap that counts, percent of the middle candle's close. */
  readonly minGapPercent: number
  /** Around the long average no side is taken: basis points of it. */
  readonly neutralZoneBps: number
}

/** A zone that makes a market tight. */
export interface Zone {
  readonly kind: "order_block" | "fair_value_gap"
  readonly type: Direction
  /** Start of the block, or of the gap's middle candle, Unix seconds. */
  readonly at_sec: number
  /** Start of the candle at whose close it is known: the displacement, or the gap's third. */
  readonly known_at_sec: number
  readonly low: number
  readonly high: number
}

/** What was looked at, and what it was compared with. */
export interface Evidence {
  readonly candles: number
  readonly candles_needed: number
  /** The newest order block of each direction, then the open gaps, newest first, the first few. */
  readonly zones: ReadonlyArray<Zone>
  readonly open_gaps: number
  readonly min_gap_percent: number
  readonly break_of_structure: { readonly bullish: boolean; readonly bearish: boolean }
  /** Null before it is defined. */
  readonly adx: number | null
  readonly adx_trend_from: number
}

/** A regime and why. `at_sec`: start of the newest candle, Unix seconds; null without one. */
export interface Assessment {
  readonly regime: StructureRegime
  /** In one line, for people. */
  readonly why: string
  readonly at_sec: number | null
  readonly evidence: Evidence
}

/** From here on a movement is a trend. */
const ADX_TREND = 25
/** ADX is defined from the 28th candle on, and everything else is by then. */
const CANDLES_NEEDED = 28
const AVERAGE_DAYS = 200
/** Gaps that are named one by one. */
const MAX_GAPS = 3

/** Candles of a series that are ever looked at: enough for the longest average. */
export const CANDLES_READ = 250

const DIRECTIONS: ReadonlyArray<Direction> = ["bullish", "bearish"]

/** The regime of a stretch. */
export const assess = (candles: ReadonlyArray<TimedCandle>, { minGapPercent }: RegimeSettings): Assessment => {
  const at_sec = candles.at(-1)?.timeSec ?? null
  const timeOf = (index: number): number => candles[index]?.timeSec ?? 0
  const whenOf = (index: number, knownAt: number) => ({ at_sec: timeOf(index), known_at_sec: timeOf(knownAt) })
  const blocks = DIRECTIONS.flatMap((type): ReadonlyArray<Zone> => {
    const block = orderBlock(candles, type, DEFAULT_STRUCTURE)
    return block === null
      ? []
      : [{ kind: "order_block", type, ...whenOf(block.index, block.knownAt), low: block.low, high: block.high }]
  })
  const gaps = fairValueGaps(candles)
    .filter(({ reenteredAt, sizePercent }) => reenteredAt === null && sizePercent >= minGapPercent)
    .toReversed()
  const gapZone = ({ type, middleIndex, bottom, top }: FairValueGap): Zone => ({
    kind: "fair_value_gap",
    type,
    ...whenOf(middleIndex, middleIndex + 1),
    low: bottom,
    high: top
  })
  const { adx } = directionalMovement({
    highs: Float64Array.from(candles, ({ high }) => high),
    lows: Float64Array.from(candles, ({ low }) => low),
    closes: Float64Array.from(candles, ({ close }) => close)
  })
  const newest = adx.at(-1) ?? Number.NaN
  const evidence: Evidence = {
    candles: candles.length,
    candles_needed: CANDLES_NEEDED,
    zones: [...blocks, ...gaps.slice(0, MAX_GAPS).map(gapZone)],
    open_gaps: gaps.length,
    min_gap_percent: minGapPercent,
    break_of_structure: breakOfStructure(candles, DEFAULT_STRUCTURE),
    adx: Number.isNaN(newest) ? null : newest,
    adx_trend_from: ADX_TREND
  }
  return { ...verdict(evidence), at_sec, evidence }
}

/** The first line that holds. */
const verdict = ({ candles, zones, break_of_structure: breaks, adx }: Evidence): Pick<Assessment, "regime" | "why"> => {
  if (candles < CANDLES_NEEDED) return { regime: "no_data", why: `${candles} candles of ${CANDLES_NEEDED}` }
  const [zone] = zones
  if (zone !== undefined) {
    const what = zone.kind === "order_block" ? "order block" : "open fair value gap"
    return { regime: "tight_smc", why: `${zone.type} ${what} ${zone.low} to ${zone.high}` }
  }
  const strength = adx === null ? "not defined" : adx.toFixed(1)
  if (breaks.bullish || breaks.bearish) {
    return { regime: "wide_structure", why: `structure broken ${breaks.bullish ? "upwards" : "downwards"}` }
  }
  if (adx !== null && adx >= ADX_TREND) return { regime: "wide_structure", why: `ADX ${strength} ≥ ${ADX_TREND}` }
  return { regime: "consolidation", why: `no block, no open gap, no break; ADX ${strength} < ${ADX_TREND}` }
}

/** A pair's bias and what was compared; `average` is null where the daily candles are too few. */
export interface BiasVerdict {
  readonly bias: Bias
  /** Of the newest day; null without one. */
  readonly close: number | null
  readonly average: number | null
  readonly average_days: number
  readonly days: number
  readonly neutral_zone_bps: number
}

/** A pair's bias by its daily candles, oldest first. */
export const biasOf = (closes: ReadonlyArray<number>, { neutralZoneBps }: RegimeSettings): BiasVerdict => {
  const close = closes.at(-1) ?? null
  const average = emaFromAverage(Float64Array.from(closes), AVERAGE_DAYS).at(-1) ?? Number.NaN
  const compared = { close, average_days: AVERAGE_DAYS, days: closes.length, neutral_zone_bps: neutralZoneBps }
  if (close === null || Number.isNaN(average)) return { bias: "unknown", average: null, ...compared }
  const zone = (average * neutralZoneBps) / 10_000
  const bias = close > average + zone ? "bullish" : close < average - zone ? "bearish" : "neutral"
  return { bias, average, ...compared }
}

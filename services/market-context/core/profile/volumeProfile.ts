/**
 * Key levels from where the volume was (docs/trading-contract.md §12). Exact decimals decide every bin and every comparison; binary
 * doubles put 0.3 into the bin below 0.3. Pure.
 */
import { type Price, Price as Prices, type Volume, Volume as Volumes } from "../../../../shared/core/decimal/decimal.ts"
import { type ProfileLevel, ProfileTally } from "./tally.ts"
import { compareByVolume, type ValueAreaRule, valueAreaOf } from "./valueArea.ts"

/** One trade. A size that is not positive is ignored. */
export interface SizedTrade {
  readonly price: Price
  readonly volume: Volume
}

/** Volume by price, and the levels taken from it. */
export interface VolumeProfile {
  /** Point of control: the lower edge of the bin of most volume, the lowest of equals. */
  readonly pointOfControl: Price
  /** Value area: its highest and lowest level. */
  readonly valueAreaHigh: Price
  readonly valueAreaLow: Price
  /** Σ price · volume / Σ volume over the true prices, as the nearest double. */
  readonly volumeWeightedPrice: number
  readonly high: Price
  readonly low: Price
  readonly totalVolume: Volume
  /** Every level with volume, by rising price. */
  readonly levels: ReadonlyArray<ProfileLevel>
  /** The levels of the value area, by rising price. */
  readonly valueArea: ReadonlyArray<ProfileLevel>
}

/** How a value area is made. */
export interface ValueAreaSettings {
  readonly rule: ValueAreaRule
  /** Share of the volume, above 0 and up to 100. */
  readonly percent: number
}

/** Share of the volume that makes a value area. */
export const VALUE_AREA_PERCENT = 70
/** Percentages are compared at this many units per percent. */
const PERCENT_UNITS = 1_000_000
/** Digits a scaled quotient keeps beyond the price scale before it becomes a double. */
const QUOTIENT_SCALE = 10n ** 10n

/** The profile of the trades, each counted once by the caller, by the seed's value area; null where nothing of positive size was traded. */
export const volumeProfile = (
  trades: ReadonlyArray<SizedTrade>,
  tickSize: Price,
  valueAreaPercent = VALUE_AREA_PERCENT
): VolumeProfile | null => {
  const tally = new ProfileTally(tickSize)
  for (const { price, volume } of trades) tally.add(price, volume)
  return profileOf(tally, { rule: "by-volume", percent: valueAreaPercent })
}

/** The levels of a tally; null before its first trade. Throws a `RangeError` where the percentage is out of its range. */
export const profileOf = (tally: ProfileTally, { rule, percent }: ValueAreaSettings): VolumeProfile | null => {
  if (!(percent > 0 && percent <= 100)) {
    throw new RangeError(`valueAreaPercent must be above 0 and up to 100, is ${percent}`)
  }
  const sums = tally.sums()
  if (sums === null) return null
  const levels = tally.levels()
  const total = levels.reduce((sum, { volume }) => sum + volume, 0n)
  const wanted = total * BigInt(Math.round(percent * PERCENT_UNITS))
  const isEnough = (volume: bigint): boolean => volume * BigInt(100 * PERCENT_UNITS) >= wanted
  const pointOfControl = placeOfMost(levels)
  const valueArea = valueAreaOf(rule, { levels, pointOfControl, tickSize: tally.tickSize, isEnough })
  return {
    pointOfControl: levels[pointOfControl]!.price,
    valueAreaHigh: valueArea.at(-1)!.price,
    valueAreaLow: valueArea[0]!.price,
    volumeWeightedPrice: Prices.toNumber(((sums.weighted * QUOTIENT_SCALE) / total) as Price) / Number(QUOTIENT_SCALE),
    high: sums.high,
    low: sums.low,
    totalVolume: total as Volume,
    levels,
    valueArea
  }
}

/** Share of all volume that lies in the value area, 0 to 1. */
export const valueAreaShare = ({ valueArea, totalVolume }: VolumeProfile): number =>
  Volumes.toNumber(valueArea.reduce((sum, { volume }) => sum + volume, 0n) as Volume) / Volumes.toNumber(totalVolume)

const placeOfMost = (levels: ReadonlyArray<ProfileLevel>): number => {
  let most = 0
  for (const [place, level] of levels.entries()) if (compareByVolume(level, levels[most]!) < 0) most = place
  return most
}

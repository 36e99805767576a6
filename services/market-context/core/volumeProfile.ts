/**
 * Key levels of a day from its trades (docs/trading-contract.md §12): where the volume was. Exact decimals decide every bin and
 * every comparison; binary doubles put 0.3 into the bin below 0.3.
 */
import { type Price, Price as Prices, type Volume, Volume as Volumes } from "../../../shared/core/decimal/decimal.ts"

/** One trade. A size that is not positive is ignored. */
export interface SizedTrade {
  readonly price: Price
  readonly volume: Volume
}

/** All volume traded from `price` (included) up to one tick above it. */
export interface ProfileLevel {
  readonly price: Price
  readonly volume: Volume
}

export interface VolumeProfile {
  /** Point of control: the lower edge of the bin of most volume, the lowest of equals. */
  readonly pointOfControl: Price
  /** Value area: the highest and lowest level taken in falling order of volume until the share was reached. It may have holes. */
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

/** Share of the volume that makes a value area. */
export const VALUE_AREA_PERCENT = 70
/** Percentages are compared at this many units per percent. */
const PERCENT_UNITS = 1_000_000
/** Digits a scaled quotient keeps beyond the price scale before it becomes a double. */
const QUOTIENT_SCALE = 10n ** 10n

/**
 * The profile of the trades, each counted once by the caller; null where nothing of positive size was traded.
 * `tickSize` is `PROFILE_TICK_SIZE`, above 0; `valueAreaPercent` lies above 0 and up to 100.
 */
export const volumeProfile = (
  trades: ReadonlyArray<SizedTrade>,
  tickSize: Price,
  valueAreaPercent = VALUE_AREA_PERCENT
): VolumeProfile | null => {
  if (tickSize <= 0n) throw new RangeError(`tickSize must be above 0, is ${Prices.format(tickSize)}`)
  if (!(valueAreaPercent > 0 && valueAreaPercent <= 100)) {
    throw new RangeError(`valueAreaPercent must be above 0 and up to 100, is ${valueAreaPercent}`)
  }
  const counted = trades.filter(({ volume }) => volume > 0n)
  const [first] = counted
  if (first === undefined) return null
  const levels = levelsOf(counted, tickSize)
  let total = 0n
  let weighted = 0n
  let high = first.price
  let low = first.price
  for (const { price, volume } of counted) {
    total += volume
    weighted += price * volume
    if (price > high) high = price
    if (price < low) low = price
  }
  const byVolume = [...levels].sort((a, b) => compare(b.volume, a.volume) || compare(a.price, b.price))
  const wanted = total * BigInt(Math.round(valueAreaPercent * PERCENT_UNITS))
  const taken: Array<ProfileLevel> = []
  let running = 0n
  for (const level of byVolume) {
    if (running * BigInt(100 * PERCENT_UNITS) >= wanted) break
    taken.push(level)
    running += level.volume
  }
  const valueArea = taken.toSorted((a, b) => compare(a.price, b.price))
  return {
    pointOfControl: byVolume[0]!.price,
    valueAreaHigh: valueArea.at(-1)!.price,
    valueAreaLow: valueArea[0]!.price,
    volumeWeightedPrice: Prices.toNumber(((weighted * QUOTIENT_SCALE) / total) as Price) / Number(QUOTIENT_SCALE),
    high,
    low,
    totalVolume: total as Volume,
    levels,
    valueArea
  }
}

/** Share of all volume that lies in the value area, 0 to 1. */
export const valueAreaShare = ({ valueArea, totalVolume }: VolumeProfile): number =>
  Volumes.toNumber(valueArea.reduce((sum, { volume }) => sum + volume, 0n) as Volume) / Volumes.toNumber(totalVolume)

const levelsOf = (trades: ReadonlyArray<SizedTrade>, tickSize: Price): ReadonlyArray<ProfileLevel> => {
  const volumes = new Map<bigint, bigint>()
  for (const { price, volume } of trades) {
    const bin = floorDivide(price, tickSize)
    volumes.set(bin, (volumes.get(bin) ?? 0n) + volume)
  }
  return [...volumes]
    .sort(([a], [b]) => compare(a, b))
    .map(([bin, volume]) => ({ price: (bin * tickSize) as Price, volume: volume as Volume }))
}

const floorDivide = (value: bigint, by: bigint): bigint =>
  value < 0n && value % by !== 0n ? value / by - 1n : value / by

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

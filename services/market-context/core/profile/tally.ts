/**
 * A profile in the making: trades counted one by one, in any order, in constant time each. All sums are exact; what would not fit a
 * double goes through a bigint. Pure; changed in place.
 */
import { type Price, Price as Prices, type Volume } from "../../../../shared/core/decimal/decimal.ts"
import { UNITS_PER_WHOLE, VolumeMap } from "./volumeMap.ts"

const UNITS = BigInt(UNITS_PER_WHOLE)
/** Two numbers up to this add up exactly; a sum beyond it moves into the bigint. */
const SMALL = 2 ** 52
/** Of the units in a whole one: its square root. */
const HALF = 10_000

/** All volume traded from `price` (included) up to one tick above it. */
export interface ProfileLevel {
  readonly price: Price
  readonly volume: Volume
}

/** Sums that a tally can be made from again; `weighted` is Σ price · volume in units of both. */
export interface TallySums {
  readonly trades: number
  readonly weighted: bigint
  readonly high: Price
  readonly low: Price
}

/** Volume by price of one stretch of time. */
export class ProfileTally {
  readonly tickSize: Price
  private readonly tick: number
  private readonly volumes = new VolumeMap()
  /** Trades are weighted by their distance from the first price: small numbers, which doubles add up exactly. */
  private base = 0
  private wholes = 0
  private rests = 0
  private lead = 0
  private middle = 0
  private small = 0
  /** Whatever did not fit. */
  private wide = 0n
  private highest = Number.NEGATIVE_INFINITY
  private lowest = Number.POSITIVE_INFINITY
  private edges: { readonly high: Price; readonly low: Price } | null = null
  /** Trades counted. */
  trades = 0

  /** Throws a `RangeError` where the tick is not above 0. */
  constructor(tickSize: Price) {
    if (tickSize <= 0n) throw new RangeError(`tickSize must be above 0, is ${Prices.format(tickSize)}`)
    this.tickSize = tickSize
    this.tick = Number(tickSize)
  }

  /** Counts a trade; a size that is not positive is ignored. Throws a `RangeError` where the tick is too fine for the price. */
  add(price: Price, volume: Volume): void {
    if (volume <= 0n) return
    const units = Number(price)
    const whole = Number(volume / UNITS)
    const rest = Number(volume % UNITS)
    if (Number.isSafeInteger(units) && Number.isSafeInteger(this.tick)) return this.addUnits(units, whole, rest)
    this.trades++
    this.volumes.add(this.binOf(price), whole, rest)
    this.wide += price * volume
    this.widen(price, price)
  }

  /** The same for a price in units of its last digit and a volume as whole units and the rest in units of its last digit: all safe integers. */
  addUnits(price: number, whole: number, rest: number): void {
    if (this.base === 0) this.base = price
    this.trades++
    if (price > this.highest) this.highest = price
    if (price < this.lowest) this.lowest = price
    // The quotient of two safe integers never rounds up to the next one.
    this.volumes.add(Math.floor(price / this.tick), whole, rest)
    this.wholes += whole
    this.rests += rest
    const away = price - this.base
    // The rest in two halves: their products with a day's moves of price stay small.
    const upper = Math.floor(rest / HALF)
    const lead = away * whole
    const middle = away * upper
    const small = away * (rest - upper * HALF)
    if (Math.abs(lead) > SMALL || Math.abs(middle) > SMALL || Math.abs(small) > SMALL) {
      this.wide += BigInt(away) * (BigInt(whole) * UNITS + BigInt(rest))
      return
    }
    this.lead += lead
    this.middle += middle
    this.small += small
    if (Math.abs(this.lead) > SMALL || Math.abs(this.middle) > SMALL || Math.abs(this.small) > SMALL) this.spill()
  }

  /** Counts what another tally of the same tick, or a stored one, has counted. */
  include(levels: ReadonlyArray<ProfileLevel>, { trades, weighted, high, low }: TallySums): void {
    for (const { price, volume } of levels) {
      this.volumes.add(this.binOf(price), Number(volume / UNITS), Number(volume % UNITS))
    }
    this.trades += trades
    this.wide += weighted
    this.widen(high, low)
  }

  /** Every level with volume, by rising price. */
  levels(): ReadonlyArray<ProfileLevel> {
    return this.volumes
      .sorted()
      .map(({ bin, volume }) => ({ price: (BigInt(bin) * this.tickSize) as Price, volume: volume as Volume }))
  }

  /** The exact sums; null before the first trade. */
  sums(): TallySums | null {
    if (this.trades === 0) return null
    this.spill()
    const narrow = BigInt(this.wholes) * UNITS + BigInt(this.rests)
    if (this.highest >= this.lowest) this.widen(BigInt(this.highest) as Price, BigInt(this.lowest) as Price)
    const { high, low } = this.edges!
    return { trades: this.trades, weighted: this.wide + BigInt(this.base) * narrow, high, low }
  }

  private spill(): void {
    this.wide += BigInt(this.lead) * UNITS + BigInt(this.middle) * BigInt(HALF) + BigInt(this.small)
    this.lead = 0
    this.middle = 0
    this.small = 0
  }

  private binOf(price: Price): number {
    const bin = Number(floorDivide(price, this.tickSize))
    if (Number.isSafeInteger(bin)) return bin
    throw new RangeError(`tickSize ${Prices.format(this.tickSize)} is too fine for a price of ${Prices.format(price)}`)
  }

  private widen(high: Price, low: Price): void {
    const { edges } = this
    this.edges =
      edges === null
        ? { high, low }
        : { high: high > edges.high ? high : edges.high, low: low < edges.low ? low : edges.low }
  }
}

const floorDivide = (value: bigint, by: bigint): bigint =>
  value < 0n && value % by !== 0n ? value / by - 1n : value / by

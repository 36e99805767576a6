/** Key levels of a day as the store has them. */
import type { Price, Volume } from "../core/decimal/decimal.ts"

/** A row of `day_profiles`: the key levels of a whole UTC day. */
export interface DayProfileRow {
  /** The pair, `XDGUSD`. */
  readonly market: string
  /** `2026-11-13` */
  readonly day: string
  readonly high: Price
  readonly low: Price
  readonly pointOfControl: Price
  readonly valueAreaHigh: Price
  readonly valueAreaLow: Price
  /** As the nearest double. */
  readonly volumeWeightedPrice: number
  readonly totalVolume: Volume
}

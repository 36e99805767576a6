/** What an order takes of an account, and the least an exchange takes: one arithmetic for slots, governor and doctor. */
import {
  costCeiling,
  type Price,
  type Quote,
  Quote as Quotes,
  type Volume,
  Volume as Volumes,
  VOLUME_DECIMALS
} from "../../core/decimal/decimal.ts"
import type { Side } from "../../core/trading.ts"

/** An amount of each of the pair's two assets. */
export interface Amounts {
  readonly base: Volume
  readonly quote: Quote
}

/** An order as far as its price and size go. */
export interface Sized {
  readonly side: Side
  readonly price: Price
  readonly volume: Volume
}

/** One, as a fee in parts: a fee of 0.25 % is 2_500_000_000 of these. */
const WHOLE = 1_000_000_000_000n

/** price × volume of one, in units of the quote's scale: a price has as many decimals as a quote. */
const VOLUME_UNIT = 100_000_000n

/** What the order binds: its volume if it sells, its cost and the maker fee (of 1e12 parts) if it buys, rounded up. */
export const boundBy = ({ side, price, volume }: Sized, makerFeeE12: bigint): Amounts => {
  if (side === "sell") return { base: volume, quote: Quotes.zero }
  const cost = costCeiling(price, volume)
  return { base: Volumes.zero, quote: (cost + (cost * makerFeeE12 + WHOLE - 1n) / WHOLE) as Quote }
}

/** What funds lack of what an order binds, as the figures that were compared: so refusals say it. */
export type Lack = Readonly<Record<"needs" | "free", string> & Record<"currency", "DOGE" | "USD">>

/** What is kept for exits that are still to be placed, in the currency that an order of this side binds; nothing where nothing is. */
export const owedOf = (side: Side, owed: Amounts | undefined): { readonly owed?: string } => {
  const { base, quote } = owed ?? { base: Volumes.zero, quote: Quotes.zero }
  if (side === "sell") return base === 0n ? {} : { owed: Volumes.format(base) }
  return quote === 0n ? {} : { owed: Quotes.format(quote) }
}

/** Compares in the one currency that an order of this side binds; null: `free` covers it. */
export const lackOf = (side: Side, needs: Amounts, free: Amounts): Lack | null => {
  if (side === "sell") {
    if (free.base >= needs.base) return null
    return { needs: Volumes.format(needs.base), free: Volumes.format(free.base), currency: "DOGE" }
  }
  if (free.quote >= needs.quote) return null
  return { needs: Quotes.format(needs.quote), free: Quotes.format(free.quote), currency: "USD" }
}

/** The least that an exchange takes of the pair: both hold. */
export interface Limits {
  readonly minVolume: Volume
  readonly minCost: Quote
  /** Digits after the point that a volume may have, at most `VOLUME_DECIMALS`. */
  readonly volumeDecimals: number
}

/** The smallest volume, at the pair's decimals, that reaches least volume and least cost at this price; `price` must be above 0. */
export const leastVolume = (price: Price, { minVolume, minCost, volumeDecimals }: Limits): Volume => {
  const byCost = ceilingOf(minCost * VOLUME_UNIT, price)
  const step = 10n ** BigInt(VOLUME_DECIMALS - volumeDecimals)
  return (ceilingOf(byCost > minVolume ? byCost : minVolume, step) * step) as Volume
}

const ceilingOf = (value: bigint, divisor: bigint): bigint => (value + divisor - 1n) / divisor

/** Costs, fees and holds: the three places where the exchange rounds. */
import { divideHalfEven, type Price, type Quote, type Volume } from "../../../../shared/core/decimal/decimal.ts"

/** Kraken's `cost_decimals` for USD pairs. One unit of `Quote` is 1e-10, so the last digit of a cost is always 0. */
export const COST_DECIMALS = 9
const COST_UNIT = 10n
/** Price has 10 decimals and volume 8: their product has 18, of which 9 stay. */
const PRODUCT_TO_COST = 10n ** 9n
/** Fees are parts of 10^8: a percentage with up to six decimals is exact. */
const FEE_PARTS = 10n ** 8n

/** A percentage as parts of 10^8: 0.25 % is 250,000. */
export const feeParts = (pct: number): bigint => BigInt(Math.round(pct * 1_000_000))

/** price × volume, rounded once to nine decimals, halves to even. */
export const fillCost = (price: Price, volume: Volume): Quote =>
  (divideHalfEven(price * volume, PRODUCT_TO_COST) * COST_UNIT) as Quote

/** The percentage of a cost, rounded once to nine decimals, halves to even. */
export const fillFee = (cost: Quote, parts: bigint): Quote =>
  (divideHalfEven(cost * parts, FEE_PARTS * COST_UNIT) * COST_UNIT) as Quote

/** The percentage of a volume, rounded once to eight decimals, halves to even. */
export const baseFee = (volume: Volume, parts: bigint): Volume => divideHalfEven(volume * parts, FEE_PARTS) as Volume

/**
 * Kept back beyond cost and fee: each part fill may round cost and fee up by half a unit of the ninth decimal, so this
 * covers a thousand part fills of one order before a free balance could fall below zero.
 */
export const HOLD_RESERVE = 10_000n as Quote

const ceil = (value: bigint, divisor: bigint): bigint => (value + divisor - 1n) / divisor

/** What a buy of `volume` at `price` sets aside: cost and fee, both rounded up, and `HOLD_RESERVE`. */
export const buyHold = (price: Price, volume: Volume, parts: bigint): Quote => {
  if (volume === 0n) return 0n as Quote
  const cost = ceil(price * volume, PRODUCT_TO_COST) * COST_UNIT
  return (cost + ceil(cost * parts, FEE_PARTS) + HOLD_RESERVE) as Quote
}

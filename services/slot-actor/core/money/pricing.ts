/**
 * Where a slot wants its orders: strategy targets, computed in doubles in the contract's own order of operations and
 * then rounded once, halves to even on the exact binary value, to the pair's decimals. From there on a price or volume
 * is exact. Money is never computed here. (docs/trading-contract.md §2, §6.)
 */
import { Price, PRICE_DECIMALS, type Quote, Quote as Quotes, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { RANGES } from "../../../../shared/core/ranges.ts"
import type { OrderSizes } from "../draft.ts"
import type { Side, SlotBook } from "../state.ts"
import type { Terms } from "../terms.ts"

/** How many times farther from the market an entry stands after losses in a row; 1 without. */
export const lossBackoff = (consecutiveLosses: number, terms: Terms): number =>
  consecutiveLosses < terms.lossBackoffStart
    ? 1
    : Math.min(terms.lossBackoffMax, 1 + terms.lossBackoffFactor * (consecutiveLosses - terms.lossBackoffStart + 1))

/** Below the market for a buy, above it for a sell. */
export const entryPrice = (side: Side, market: number, consecutiveLosses: number, terms: Terms): Price => {
  const distance = terms.entryFraction * lossBackoff(consecutiveLosses, terms)
  return Price.fromNumber(side === "buy" ? market * (1 - distance) : market * (1 + distance), terms.priceDecimals)
}

/** The profit target in percent: the runtime's own, else the configured one. */
export const profitPct = (book: Pick<SlotBook, "profitPctRuntime">, terms: Terms): number =>
  book.profitPctRuntime > 0 ? book.profitPctRuntime : terms.profitPct

/** At least the profit away from the fill, and never nearer to the market than an entry would stand. */
export const exitPrice = (side: Side, fill: number, market: number, targetPct: number, terms: Terms): Price => {
  const profit = targetPct / 100
  const target =
    side === "sell"
      ? Math.max(fill * (1 + profit), market * (1 + terms.entryFraction))
      : Math.min(fill * (1 - profit), market * (1 - terms.entryFraction))
  return Price.fromNumber(target, terms.priceDecimals)
}

/** An entry's distance from the market, on the order's own side: as near as a waiting order may stand. */
export const nearestPrice = (side: Side, market: number, terms: Terms): Price =>
  Price.fromNumber(
    side === "sell" ? market * (1 + terms.entryFraction) : market * (1 - terms.entryFraction),
    terms.priceDecimals
  )

/** The price at which a lost exit is asked for again: its old one, or an entry's distance from the market if that is farther out. */
export const replacementPrice = (side: Side, old: Price, market: number, terms: Terms): Price => {
  const nearest = nearestPrice(side, market, terms)
  return side === "sell" ? (nearest > old ? nearest : old) : nearest < old ? nearest : old
}

/** Whatever the strategy wants is asked for. */
export const asWanted = (price: Price): Price => price

/** A target of nothing or less, as a profit above 100 % below a buy gives, is asked for at the least price there is. */
export const withinRange = (price: Price, { priceDecimals }: Terms): Price => {
  const tick = 10n ** BigInt(PRICE_DECIMALS - priceDecimals)
  const least = tick > LEAST_PRICE ? tick : LEAST_PRICE
  return (price < least ? least : price > MOST_PRICE ? MOST_PRICE : price) as Price
}
const [LEAST_PRICE, MOST_PRICE] = [Price.parse(RANGES.price.least), Price.parse(RANGES.price.most)]

/** Why no order of this size is possible. A size is never raised to fit. */
export type SizeRefusal = "price_out_of_range" | "no_size" | "below_min_cost" | "below_min_volume"

/** The volume of an order of `sizeUsd` at `price`, or the first limit it breaks. */
export const orderVolume = (sizeUsd: number, price: number, terms: Terms): Volume | SizeRefusal => {
  if (price <= 0) return "price_out_of_range"
  if (sizeUsd <= 0) return "no_size"
  if (sizeUsd < terms.minCostUsd) return "below_min_cost"
  const volume = Volume.fromNumber(sizeUsd / price, terms.volumeDecimals)
  const limit = belowMinimum(volume, price, terms)
  return limit ?? volume
}

/** The exchange's limit that an order of this volume breaks, or null. */
export const belowMinimum = (volume: Volume, price: number, terms: Terms): SizeRefusal | null => {
  const amount = Volume.toNumber(volume)
  if (amount <= 0 || amount < terms.minVolume) return "below_min_volume"
  return amount * price < terms.minCostUsd ? "below_min_cost" : null
}

/** Profits are reinvested, losses do not shrink an order. */
export const baseSizes = (totalProfit: Quote, terms: Terms): OrderSizes => {
  const usd = Math.max(terms.orderSizeUsd, terms.orderSizeUsd + Quotes.toNumber(totalProfit))
  return { A: usd, B: usd }
}

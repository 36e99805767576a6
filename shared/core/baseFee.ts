/**
 * Fees that the exchange took in the base currency although the quote currency is asked for (`fciq`). Every `fee` of ours is in the
 * quote currency; the part of it that was taken in DOGE stands beside it, so that profit counts its worth and the balances agree. Pure.
 */
import { costCeiling, type Price, type Quote, type Volume } from "./decimal/decimal.ts"

/** What was taken in the base currency, and what of `fee` stands for it: its worth at the price of the fill, rounded up. */
export interface BaseFee {
  readonly amount: Volume
  readonly worth: Quote
}

/** Whatever has a `fee`; nothing of it was taken in the base currency where this is absent. */
export interface WithBaseFee {
  readonly baseFee?: BaseFee
}

/** The worth of an amount at a price, rounded up: no profit is booked that a fee has eaten. */
export const worthAt: (price: Price, amount: Volume) => Quote = costCeiling

/** The same at the average price of what was traded, which is rounded down to the price's scale. `volume` is not nothing. */
export const worthAtAverage = (traded: { readonly cost: Quote; readonly volume: Volume }, amount: Volume): Quote =>
  worthAt(((traded.cost * VOLUME_UNIT) / traded.volume) as Price, amount)
/** One of the base currency in units of `Volume`. */
const VOLUME_UNIT = 100_000_000n

const orNone = (amount: bigint, worth: bigint): WithBaseFee =>
  amount === 0n && worth === 0n ? {} : { baseFee: { amount: amount as Volume, worth: worth as Quote } }

const amountOf = ({ baseFee }: WithBaseFee): bigint => baseFee?.amount ?? 0n
const worthOf = ({ baseFee }: WithBaseFee): bigint => baseFee?.worth ?? 0n

/** The field alone, to be spread into something that is made anew. */
export const baseFeeOf = (of: WithBaseFee): WithBaseFee => orNone(amountOf(of), worthOf(of))

/** Both together. */
export const plusBaseFee = (a: WithBaseFee, b: WithBaseFee): WithBaseFee =>
  orNone(amountOf(a) + amountOf(b), worthOf(a) + worthOf(b))

/** What `a` has beyond `b`; below zero where it has less. */
export const minusBaseFee = (a: WithBaseFee, b: WithBaseFee): WithBaseFee =>
  orNone(amountOf(a) - amountOf(b), worthOf(a) - worthOf(b))

/** What a fee took out of the account, each currency for itself. */
export const takenBy = (
  of: WithBaseFee & { readonly fee: bigint }
): { readonly base: bigint; readonly quote: bigint } => ({
  base: amountOf(of),
  quote: of.fee - worthOf(of)
})

/**
 * What a list without currencies says of a fee, where it is known to be in the base currency: the number is an amount of that, and
 * counts with its worth at `price`.
 */
export const inBaseCurrency = (fee: Quote, price: Price): Required<WithBaseFee> & { readonly fee: Quote } => {
  // Quote has 10 decimals, volume 8; no exchange names finer amounts than its currency has.
  const amount = (fee / 100n) as Volume
  const worth = worthAt(price, amount)
  return { fee: worth, baseFee: { amount, worth } }
}

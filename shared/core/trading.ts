/** The few words that every part of the market shares. */

/** Sides of an order. */
export const SIDES = ["buy", "sell"] as const
/** Buying or selling, seen from the account. */
export type Side = (typeof SIDES)[number]

/** The two trades of a slot: A sells first and buys back, B buys first and sells. */
export const TRADE_IDS = ["A", "B"] as const
/** Trade A sells first and buys back; trade B buys first and sells. */
export type TradeId = (typeof TRADE_IDS)[number]

/** How many open orders the account may still place: only `normal` leaves room for larger orders (docs/trading-contract.md §9). */
export const CAPACITY_BANDS = ["normal", "caution", "stop"] as const
/** How much room for open orders is left. */
export type CapacityBand = (typeof CAPACITY_BANDS)[number]

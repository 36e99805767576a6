/** How many orders may stand open, and how many of them whoever follows orders keeps in mind. */

/** Open orders per pair that Kraken allows at each verification tier (its documentation of the trading engine's limits). */
export const OPEN_ORDERS_OF_TIER = { starter: 60, intermediate: 80, pro: 225 } as const

/**
 * Orders followed at once, by whoever follows them: four times what the highest tier lets stand open, which leaves room for those on
 * their way there and for ends that went unheard.
 */
export const MAX_FOLLOWED_ORDERS = 4 * OPEN_ORDERS_OF_TIER.pro

/** Orders that a slot wants at the exchange at once; its recoveries come on top. */
const ORDERS_PER_SLOT = 2

/** Slots whose orders can all be followed: of more, some would be refused an entry for ever. */
export const MAX_FOLLOWED_SLOTS = Math.floor(MAX_FOLLOWED_ORDERS / ORDERS_PER_SLOT)

/** How old the last price is: by the feed's word alone, or carried on by the time that anybody tells. */
import type { GovernorVariants } from "../draft.ts"
import type { GovernorState } from "../state.ts"

/** By the feed's last word or, of a feed that has not heard a price since it started, by the clock since the price came. */
const lastTold = ({ market, nowMs }: GovernorState): number =>
  market.heard.priceAgeSec ?? (nowMs - market.priceAtMs) / 1_000

/** As the feed last said: a feed that says nothing leaves the price as fresh as it was. */
export const byFeedTime: GovernorVariants["priceAge"] = {
  toldAt: (market) => market,
  sec: lastTold,
  watchedAlways: false
}

/**
 * As the feed last said, and older by what has passed since on the exchange's clock, whoever says so. Whatever leads to an entry
 * tells the time, so a feed that stands still lets none go by an old price.
 */
export const byAnyTime: GovernorVariants["priceAge"] = {
  toldAt: (market, timeMs) => ({ ...market, toldAtMs: timeMs }),
  sec: (state) => {
    const { heard, toldAtMs } = state.market
    const told = lastTold(state)
    // Without a price of its own the feed's word is the clock's already; one that was kept without its time has none.
    return heard.priceAgeSec === null || toldAtMs === undefined ? told : told + (state.nowMs - toldAtMs) / 1_000
  },
  watchedAlways: true
}

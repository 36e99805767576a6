/**
 * The clock in which a market's silence is reckoned. Whoever is for people goes by the wall, also beside a market whose clock waits
 * (`waitingClock.ts`); what such a market has not lived through did not pass for its prices.
 */
import { type Clock, Context } from "effect"

/** The clock that the market of this process waits by; null: the wall's, as for everybody. */
export const MarketTime = Context.Reference<Clock.Clock | null>("kennel/pace/MarketTime", {
  defaultValue: () => null
})

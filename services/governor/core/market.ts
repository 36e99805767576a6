/** What the journal says of the market and the account, kept as the rules need it. */
import { takenBy } from "../../../shared/core/baseFee.ts"
import { plus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { dispatch, type Handlers } from "../../../shared/actor/core/handlers.ts"
import { accountHandlers } from "../../../shared/market/core/account.ts"
import type { Draft } from "./draft.ts"
import type { MarketSlice, TrackedOrder } from "./state.ts"

const account = accountHandlers<MarketSlice>()

/** Facts that only replace what was known. */
const HANDLERS: Handlers<MarketSlice, MarketSlice, "price" | "clock"> = {
  ...account,
  PriceObserved: (market, { last }, { seq, timeMs }) => ({
    ...market,
    price: last,
    priceNumber: Price.toNumber(last),
    priceSeq: seq,
    priceAtMs: timeMs,
    heard: { priceAgeSec: 0 }
  }),
  ClockTicked: (market, { _tag, ...heard }) => ({ ...market, heard }),
  BalancesObserved: (market, balances) => ({ ...market, balances, spentBase: Volume.zero, spentQuote: Quote.zero }),
  MarketConfigured: (market, { rules }) => ({ ...market, slotRules: rules }),
  EpochRaised: (market, event, place) => {
    const next = account.EpochRaised(market, event, place)
    return event.watchesOrders ? { ...next, gatewayStartSeq: place.seq } : next
  }
}

/** The market as it is known after this fact. */
export const learnMarket = dispatch(HANDLERS, (market) => market)

/**
 * A fill of ours since the balances were last seen: what it took is gone at once, what it brought counts when the exchange
 * says so. Both errors are on the safe side.
 */
export const noteSpending = (
  draft: Draft,
  order: Pick<TrackedOrder, "side">,
  fill: EventOf<"FillRecorded" | "LateFillRecorded">
): void => {
  const { market } = draft.state
  const sold = order.side === "sell" ? fill.volume : Volume.zero
  // The worth of what was taken in the base currency counts too: more than was spent, until the balances say so.
  const paid = order.side === "sell" ? fill.fee : plus(fill.cost, fill.fee)
  draft.state.market = {
    ...market,
    spentBase: plus(market.spentBase, plus(sold, takenBy(fill).base as Volume)),
    spentQuote: plus(market.spentQuote, paid)
  }
}

/** The maker fee in percent as really charged, else as configured; null before either is known. */
export const makerFeePct = ({ fees, slotRules }: MarketSlice): number | null =>
  fees?.makerPct ?? slotRules?.makerFeePct ?? null

/** The exchange's smallest order, else the configured one; null before either is known. */
export const minimums = ({
  constraints,
  slotRules
}: MarketSlice): { readonly minVolume: Volume; readonly minCost: Quote } | null => constraints ?? slotRules

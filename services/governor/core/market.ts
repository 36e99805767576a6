/** What the journal says of the market and the account, kept as the rules need it. */
import { plus, Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { handlesOrders } from "../../../shared/core/ids/services.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import type { EventPlace } from "../../../shared/actor/core/actor.ts"
import type { Books } from "./draft.ts"
import type { MarketSlice, TrackedOrder } from "./state.ts"

/** Facts that only replace what was known. */
export type MarketFact = EventOf<
  | "PriceObserved"
  | "ClockTicked"
  | "ConstraintsObserved"
  | "FeesObserved"
  | "BalancesObserved"
  | "AccountReconciled"
  | "EpochRaised"
>

/** The market as it is known after this fact. */
export const learnMarket = (market: MarketSlice, event: MarketFact, place: EventPlace): MarketSlice => {
  switch (event._tag) {
    case "PriceObserved":
      return {
        ...market,
        price: event.last,
        priceNumber: Price.toNumber(event.last),
        priceSeq: place.seq,
        priceAtMs: place.timeMs,
        heard: { priceAgeSec: 0 }
      }
    case "ClockTicked": {
      const { _tag, ...heard } = event
      return { ...market, heard }
    }
    case "ConstraintsObserved":
      return { ...market, constraints: event }
    case "FeesObserved":
      return { ...market, fees: event }
    case "BalancesObserved":
      return { ...market, balances: event, spentBase: Volume.zero, spentQuote: Quote.zero }
    case "AccountReconciled":
      return { ...market, reconciled: event }
    case "EpochRaised":
      return handlesOrders(event.service) ? { ...market, gatewayStartSeq: place.seq, reconciled: null } : market
  }
}

/**
 * A fill of ours since the balances were last seen: what it took is gone at once, what it brought counts when the exchange
 * says so. Both errors are on the safe side.
 */
export const noteSpending = (books: Books, order: TrackedOrder, fill: EventOf<"FillRecorded">): void => {
  const { market } = books.state
  books.state.market =
    order.side === "sell"
      ? { ...market, spentBase: plus(market.spentBase, fill.volume), spentQuote: plus(market.spentQuote, fill.fee) }
      : { ...market, spentQuote: plus(market.spentQuote, plus(fill.cost, fill.fee)) }
}

/** The maker fee in percent as really charged, else as configured; null before either is known. */
export const makerFeePct = ({ fees, slotRules }: MarketSlice): number | null =>
  fees?.makerPct ?? slotRules?.makerFeePct ?? null

/** The exchange's smallest order, else the configured one; null before either is known. */
export const minimums = ({
  constraints,
  slotRules
}: MarketSlice): { readonly minVolume: Volume; readonly minCost: Quote } | null => constraints ?? slotRules

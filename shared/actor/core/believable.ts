/**
 * Whether a fact of the market can be: a figure outside of the ranges (`shared/core/ranges.ts`) is refused at the edges, but older
 * builds wrote such facts, and another adapter may. From version 3 of the rules on they change nothing. Pure.
 */
import type { MarketEvent } from "../../events/event.ts"
import { badFeePct, badPrice, badQuote, badVolume } from "../../core/ranges.ts"

/** From this version of the rules on, an unbelievable fact changes nothing. */
const SINCE_RULES = 3

/** What is wrong with a fact under a version of the rules; null: it counts. */
export const unbelievable = (event: MarketEvent, rulesVersion: number): string | null =>
  rulesVersion < SINCE_RULES ? null : wrongWith(event)

const wrongWith = (event: MarketEvent): string | null => {
  switch (event._tag) {
    case "PriceObserved":
      return badPrice("last", event.last) ?? badPrice("bid", event.bid) ?? badPrice("ask", event.ask)
    case "ConstraintsObserved":
      return badVolume("minVolume", event.minVolume, "volumeOrNone") ?? badQuote("minCost", event.minCost, "cost")
    case "FeesObserved":
      return badFeePct("makerPct", event.makerPct) ?? badFeePct("takerPct", event.takerPct)
    case "BalancesObserved": {
      const { base, quote } = event
      return (
        badVolume("base.total", base.total, "balance") ??
        badVolume("base.hold", base.hold, "balance") ??
        badQuote("quote.total", quote.total, "balance") ??
        badQuote("quote.hold", quote.hold, "balance")
      )
    }
    default:
      return null
  }
}

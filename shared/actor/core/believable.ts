/**
 * Whether a fact of the market can be: a figure outside of the ranges (`shared/core/ranges.ts`) is refused at the edges, but older
 * builds wrote such facts, and another adapter may. From version 3 of the rules on they change nothing. Pure.
 */
import type { MarketEvent } from "../../events/event.ts"
import { badFeePct, badPrice, badQuote, badVolume } from "../../core/ranges.ts"

/** From this version of the rules on, an unbelievable fact changes nothing. */
const SINCE_RULES = 3

/**
 * How far an epoch may lie beyond the one in force. A start raises it by one; who finds a later one in an order's id at the exchange, because
 * the journal's end was lost, goes there in such steps. One word of any service may not use up all the epochs that client ids have room for.
 */
export const MAX_EPOCH_STEP = 1_000

/** What is in force where a fact stands, of what is asked here. */
interface Standing {
  readonly epoch: number
  readonly rulesVersion: number
}

/** What is wrong with a fact under what is in force; null: it counts. */
export const unbelievable = (event: MarketEvent, { epoch, rulesVersion }: Standing): string | null =>
  rulesVersion < SINCE_RULES ? null : wrongWith(event, epoch)

const wrongWith = (event: MarketEvent, epoch: number): string | null => {
  switch (event._tag) {
    case "EpochRaised":
      return event.epoch - epoch > MAX_EPOCH_STEP
        ? `epoch ${event.epoch} is more than ${MAX_EPOCH_STEP} beyond ${epoch}, the one in force`
        : null
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

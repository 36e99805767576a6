/**
 * Whether a fact of the market can be: a figure outside of the ranges (`shared/core/ranges.ts`) is refused at the edges, but older
 * builds wrote such facts, and another adapter may. From version 3 of the rules on they change nothing. Pure.
 */
import type { MarketEvent } from "../../events/event.ts"
import { badFeePct, badPrice, badQuote, badVolume } from "../../core/ranges.ts"

/** From this version of the rules on, an unbelievable fact changes nothing. */
const SINCE_RULES = 3

/** Who looks at ids at the exchange: where one is of a later epoch, because the journal's end was lost, it goes there in large steps. */
const SEES_EPOCHS: ReadonlySet<string> = new Set(["order-gateway", "kennel-up"])
const STEP_TO_SEEN = 1_000
/** A start raises it by one. An actor for which an operator has passed over some starts is that many behind, and catches up. */
const STEP_OF_OTHERS = 10

/**
 * How far an epoch that this service raises may lie beyond the one in force. Client ids have room for 1,679,615: in such steps, using them up
 * takes whoever may write a start more records than filling the disk does.
 */
export const maxEpochStep = (service: string): number => (SEES_EPOCHS.has(service) ? STEP_TO_SEEN : STEP_OF_OTHERS)

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
    case "EpochRaised": {
      const most = maxEpochStep(event.service)
      return event.epoch - epoch > most
        ? `epoch ${event.epoch} of ${event.service} is more than ${most} beyond ${epoch}, the one in force`
        : null
    }
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

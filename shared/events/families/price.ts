import { Schema } from "effect"
import { PriceText } from "../../schema/decimalText.ts"

/**
 * The market's price as the feed last saw it. Written by market-feed, conflated to a few a second; the record's time is
 * the exchange's. `last` is the last trade and what the slots call the market price.
 */
export const PriceObserved = Schema.TaggedStruct("PriceObserved", {
  last: PriceText,
  bid: PriceText,
  ask: PriceText
})

/** The price family. */
export const PriceEvent = PriceObserved

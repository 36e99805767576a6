import { Schema } from "effect"

/**
 * Time has passed: the record's time is the exchange's clock. Written by market-feed at a fixed interval, also when no
 * price comes, so that timers (orphaning, cooldowns) run in a silent market.
 */
export const ClockTicked = Schema.TaggedStruct("ClockTicked", {
  /** Seconds since the feed last heard a price, at this instant; null before the first. Says how stale the price is. */
  priceAgeSec: Schema.NullOr(Schema.Finite),
  /** Why none comes, in the exchange's words, where it was asked and did not give one. */
  noPrice: Schema.optionalKey(Schema.String)
})

/** The clock family. */
export const ClockEvent = ClockTicked

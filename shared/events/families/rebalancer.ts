/** What the rebalancer decides, on its subject `out.rebalancer`. */
import { Schema } from "effect"
import { Reason } from "../reason.ts"

/** How order sizes are skewed from here on; the reason carries the chain of numbers that led to it. */
export const SkewDecided = Schema.TaggedStruct("SkewDecided", {
  /** Positive: too many idle dollars, buys are enlarged; negative: sells. 0: neither. */
  skew: Schema.Finite,
  reason: Reason
})

/** The rebalancer family. */
export const RebalancerEvent = SkewDecided

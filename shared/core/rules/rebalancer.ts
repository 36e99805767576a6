/** What had the last word on the skew. See `rules.ts`. */
export const REBALANCER_RULES = {
  controlled: "Idle dollars are {idleRatio} of the account, steered to {target}[: the skew is {skew}].",
  neutral_band:
    "Idle dollars are {idleRatio} of the account, close enough to {target}[ (smoothed, they are {smoothedError} off)].",
  capacity: "No skew while the room for open orders is at {capacityBand}.",
  no_portfolio: "No skew: the account is worth nothing.",
  flip_damping: "No skew: it has changed its sign too often[, {flips} times within the last hour]."
} as const

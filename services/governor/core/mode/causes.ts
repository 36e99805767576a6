/** What stands against running, and what follows from each. */

/** What pauses or halts a market by itself, most severe first. */
export const CAUSES = [
  "invariant_broken",
  "fault",
  "daily_loss_lock",
  "cannot_bootstrap",
  "pair_closed",
  "size_too_small",
  "orders_refused",
  "api_errors",
  "stale_price",
  "levels_imprecise"
] as const
/** One of `CAUSES`. */
export type Cause = (typeof CAUSES)[number]

/** Causes that halt: something that must never happen has happened. */
export const HALTING: ReadonlySet<Cause> = new Set<Cause>(["invariant_broken", "fault"])

/** Causes whose pause ends by itself also where other pauses wait for an operator: a start that is waited for, not a trouble. */
export const ENDS_BY_ITSELF: ReadonlySet<Cause> = new Set<Cause>(["levels_imprecise"])

/** Causes after which a person decides when to go on. */
export const NEEDS_OPERATOR: ReadonlySet<Cause> = new Set<Cause>(["invariant_broken", "fault", "daily_loss_lock"])

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
  "stale_price"
] as const
/** One of `CAUSES`. */
export type Cause = (typeof CAUSES)[number]

/** Causes that halt: something that must never happen has happened. */
export const HALTING: ReadonlySet<Cause> = new Set<Cause>(["invariant_broken", "fault"])

/** Causes after which a person decides when to go on. */
export const NEEDS_OPERATOR: ReadonlySet<Cause> = new Set<Cause>(["invariant_broken", "fault", "daily_loss_lock"])

/** What would end a refusal, by its rule. Pure. */
import type { Numbers, Rule } from "./rules.ts"

/** How times are said: an instant of Unix milliseconds, and a span of milliseconds. */
export interface TimeWords {
  readonly instant: (ms: number) => string
  readonly span: (ms: number) => string
}

/** Rules that end at an instant, by the number that says it. */
const UNTIL: Partial<Record<Rule, string>> = {
  cooldown: "cooldownUntilMs",
  refresh_cooldown: "cooldownUntilMs",
  retry_pause: "retryAtMs",
  entry_lost: "retryAtMs",
  exit_lost: "retryAtMs",
  orders_refused: "retryAtMs"
}

/** Rules that end with an event. */
const ENDS: Partial<Record<Rule, string>> = {
  insufficient_funds: "a fill or a deposit frees the money",
  nothing_missing: "an order of the slot ends",
  long_only: "trade A can be traded again: it needs DOGE",
  short_only: "trade B can be traded again: it needs USD",
  price_out_of_range: "the price comes back into the range of all prices",
  no_size: "the order size is set above nothing",
  below_min_cost: "ORDER_SIZE_USD or a layer makes the order larger, or the exchange asks for less",
  below_min_volume: "ORDER_SIZE_USD or a layer makes the order larger, or the exchange asks for less",
  partially_filled: "the rest of the order fills",
  cancels_unanswered: "the exchange answers a cancel",
  move_pending: "the exchange answers the move",
  residual_below_minimum: "the next exit of the trade takes it along",
  starting: "the start is done",
  paused: "the market runs again",
  halted: "an operator has answered what halted the market, and resumes",
  slot_inactive: "the slot is active",
  no_price: "the first price comes",
  loop_cap: "the next loop begins",
  no_headroom: "an open order ends",
  open_order_limit: "an open order ends",
  balances_unsettled: "the exchange has said the new balances",
  entry_not_covered: "money is free for it",
  price_passed: "the slot asks for one at today's price",
  // The mode.
  startup: "every step of the start is done",
  operator: "an operator resumes",
  stale_price: "a price is heard again, and nothing else stands against it for a while",
  api_errors: "a call to the exchange is answered, and nothing else stands against it for a while",
  access_refused: "the exchange takes the key again",
  pair_closed: "the exchange takes orders of the pair again",
  size_too_small: "the slots' orders are worth what the exchange takes",
  cannot_bootstrap: "the slot has money for an order",
  levels_imprecise: "the key levels are precise",
  daily_loss_lock: "the limit is raised or the day ends, and an operator resumes",
  invariant_broken: "the broken slot is removed, and an operator resumes",
  governor_broken: "a person has looked, and an operator resumes",
  fault:
    "the record is passed over, or kept (kennel journal keep) once a build that folds it runs, and an operator resumes"
}

/** What would end it, from `nowMs` on: a time with what is left of it, an event, or that it is over and looked at with the next tick. */
export const endOf = (
  { rule, numbers }: { readonly rule: Rule; readonly numbers: Numbers },
  nowMs: number,
  { instant, span }: TimeWords
): string => {
  const untilMs = Number(numbers[UNTIL[rule] ?? ""] ?? Number.NaN)
  if (!Number.isNaN(untilMs)) {
    return untilMs > nowMs ? `until ${instant(untilMs)}, ${span(untilMs - nowMs)} left` : "over: with the next tick"
  }
  const goesOnAtMs = numbers["goesOnAtMs"]
  if (rule === "daily_loss_lock" && typeof goesOnAtMs === "number") {
    return `until ${instant(goesOnAtMs)}, by itself; sooner where the limit is raised above the loss`
  }
  return `until ${ENDS[rule] ?? "what it says no longer holds"}`
}

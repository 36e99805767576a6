/** Why a slot does something, or does not. See `rules.ts`. */
export const SLOT_RULES = {
  // An entry is placed. These names, and those of the orders below that the reference places too, are the reference's own.
  bootstrap_A: "The slot has no order: its first sell.",
  bootstrap_B: "The slot has no order: its first buy.",
  reseed_A: "USD are missing for a buy: the slot begins with a sell of twice the smallest order.",
  reseed_B: "DOGE are missing for a sell: the slot begins with a buy of twice the smallest order.",
  degraded_A: "The money reaches for a single sell, the smallest order.",
  degraded_B: "The money reaches for a single buy, the smallest order.",
  auto_repair: "The missing side can be traded again.",
  refresh_entry: "It takes the place of an entry that the market had left behind.",
  cycle_complete: "The cycle before is complete: the next one begins.",
  orphan_A: "The exit before waits as a recovery: trade A goes on.",
  orphan_B: "The exit before waits as a recovery: trade B goes on.",

  // An exit is placed.
  entry_fill_exit: "The entry was filled at {entryPrice}: this closes it, with a profit target of {profitPct}.",
  late_fill_exit: "An entry was filled although its cancel was asked for: this closes it.",
  exit_replaced: "The exchange no longer has exit {replacesLocalId}: it is placed again.",
  recovery_replaced: "Recovery order {replacesLocalId} was taken off to be moved: it is placed next to the market.",

  // An order is taken off the book, or moved.
  stale_entry: "It stands {distancePct} from the market, more than {refreshPct}.",
  recovery_cap_evict_priority:
    "{recoveries} <recovery stands|recoveries stand>, of {maxRecoveries} allowed: this one makes room.",
  superseded_by_late_fill: "Entry {filledLocalId} of the same trade was filled although its cancel was asked for.",
  slot_retires: "The slot is retiring.",
  filled_before: "An order before {localId} has closed so much of its position late that this one is for too much.",
  amend_refused: "The exchange does not move it[ ({amendRefused})]: it is taken off and placed anew.",
  recovery_moves: "The recovery moves from {oldPrice} next to the market, which is at {marketPrice}.",

  // An exit becomes a recovery.
  s1_timeout: "It has waited {ageMs}, and the market[, at {marketPrice},] has moved away from it.",
  s2_timeout:
    "Both exits have waited {waitedMs}, and this one is the farther from the market[: the sell stands {sellDistancePct} away, the buy {buyDistancePct}].",
  late_fill: "Order {filledLocalId} was filled late, and its trade has an exit already.",

  // A cycle is booked.
  exit_filled: "Exit {localId} is filled.",
  recovery_filled: "Recovery {recoveryId} is filled.",
  recovery_evicted: "Recovery {recoveryId} made room for another: it counts as closed at {marketPrice}.",
  late_fill_correction: "Order {localId} was evicted and filled after all: this is the difference.",
  exit_cut_short: "Exit {localId} ended with {restVolume} DOGE unfilled.",

  // A position is given up.
  filled_beyond_position:
    "Order {localId} has traded {volume} DOGE at {price} beyond its position: they stay in the account and belong to no cycle.",

  // Funds, and the end.
  no_orders: "The slot has no order.",
  leg_missing: "Trade {trades} has no order.",
  nothing_left: "Nothing is left to settle.",

  // Something wanted is not done.
  insufficient_funds:
    "{dogeFree} DOGE and {usdFree} USD are free[, {dogeOwed} DOGE and {usdOwed} USD are kept for exits that are still to be placed]; an order takes {minVolume} DOGE or {minCostUsd} USD at least.",
  nothing_missing: "No entry is missing.",
  retry_pause: "The exchange has not kept {rejections} <entry|entries in a row>: none before {retryAtMs}.",
  cooldown: "The trade rests until {cooldownUntilMs}.",
  long_only: "Only trade B runs at present.",
  short_only: "Only trade A runs at present.",
  price_out_of_range: "Its price would be {price}, and no order can have that.",
  no_size: "It would be worth {sizeUsd} USD, and that is no order.",
  below_min_cost:
    "{sizeUsd} USD at {price} come to less than the exchange's least, {minCostUsd} USD[: order size {orderSizeUsd} USD, slot profit {totalProfitUsd} USD, least {minVolume} DOGE and {minCostUsd} USD, market {marketPrice}].",
  below_min_volume:
    "{sizeUsd} USD at {price} come to less than the exchange's least, {minVolume} DOGE[: order size {orderSizeUsd} USD, slot profit {totalProfitUsd} USD, least {minVolume} DOGE and {minCostUsd} USD, market {marketPrice}].",
  refresh_cooldown: "It has followed the market too often: it stays where it is until {cooldownUntilMs}.",
  partially_filled: "{filledVolume} DOGE of order {localId} are filled: it stays where it is.",
  cancels_unanswered: "{pendingCancels} <cancel has|cancels have> no answer yet.",
  move_pending: "Recovery {recoveryId} is on its way next to the market already.",
  unknown_order: "The slot has no order {localId}: its fill of {volume} DOGE is not counted.",
  entry_lost: "The exchange has not kept entry {localId}[ ({cause})]: another may follow from {retryAtMs} on.",
  exit_lost: "The exchange has not kept exit {localId}[ ({cause})]: it is placed again from {retryAtMs} on.",
  residual_below_minimum: "{volume} DOGE are too little for an exit of their own: the next one takes them along."
} as const

/** What the governor decides about entries, sizes, distances and slots, and what it tells people. See `rules.ts`. */
export const GOVERNOR_RULES = {
  // Entries and funds.
  within_limits: "{headroom} <place is|places are> free, and {grantedInLoop} of this loop's {cap} entries were used.",
  balances_unsettled: "A fill has just moved money: the exchange has not said the new balances yet.",
  entry_not_covered:
    "It needs {needs} {currency}, and {free} {currency} are free[: {owed} {currency} are kept for exits that are still to be placed].",
  open_order_limit: "{open} <order is|orders are> open, and the limit is {limit}.",
  no_headroom: "{open} <order is|orders are> open, and the safe cap is {safeCap}.",
  loop_cap: "{grantedInLoop} of this loop's {cap} entries are used.",
  price_passed: "The market, at {marketPrice}, has passed its price.",
  withdrawn: "The slot wants it no longer.",
  too_many_orders: "More than {most} live orders are not followed.",
  free_and_unreserved: "Free and promised to nobody; {slotsWaiting} more <slot waits|slots wait>.",

  // Sizes, distances, slots.
  configured: "As configured.",
  balances: "The balances have changed: they fund {fromDoge} <layer|layers> of sells and {fromUsd} of buys.",
  loop: "At the beginning of a loop the funds reach for {fromDoge} <layer|layers> of sells and {fromUsd} of buys.",
  skew: "The rebalancer has changed the skew.",
  layer_added: "An operator has added a capital layer: {targetLayers} <is|are> wanted.",
  layer_removed: "An operator has removed a capital layer: {targetLayers} <is|are> wanted.",
  entry_pct_set: "An operator has set the entry distance to {pct}.",
  profit_pct_set: "An operator has set the profit target to {pct}.",
  volatility: "The median move between the last {samples} samples is {medianMovePct}.",
  slots_added: "An operator has added {count} <slot|slots>.",
  slot_removed: "An operator has removed slot {slot}.",
  slots_removed: "An operator has removed the newest {count} <slot|slots>.",
  slot_settled: "Slot {slot} ({alias}) has nothing left and is gone.",

  // Room for open orders, and what is done about it.
  open_order_headroom: "{headroom} of {safeCap} places for open orders are left.",
  part_fills_cancelled: "{cancelled} <order was|orders were> cancelled after a part fill within a day.",
  capacity_pressure: "Open orders take {utilisationPct} of the safe cap, more than {thresholdPct}.",
  operator_moves_recovery: "An operator moves it; it stands {distancePct} from the market.",

  // Notices.
  balance_elsewhere:
    "A balance is empty, and the account holds {pots}: that is not traded with until it is moved to the spot wallet, or auto-earn is off.",
  hold_above_total: "The exchange holds {hold} {currency} for orders and says that there are {total}.",
  fact_not_believed: "A fact ({fact}) changes nothing, because no market has such a figure: {problem}.",
  orphan_pressure: "{recoveries} <exit waits as a recovery|exits wait as recoveries>; every {warnAt} of them are told.",
  profit_below_fees:
    "The profit target of {profitPct} does not exceed two maker fees, {twoFeesPct}[, as the exchange named them at {feesObservedAtMs}].",
  open_order_drift: "For {lastedSec} the exchange has counted {exchange} open orders and the journal {internal}.",
  open_order_drift_resolved:
    "The exchange counts {exchange} open orders and the journal {internal}: near enough again.",
  drift_reconciled:
    "{cancelled} open <order that no slot has was|orders that no slot has were> cancelled[ ({cancelledTxids})], {leftAlone} left alone[ ({leftAloneTxids})].",
  order_changed:
    "Order {localId} of slot {slot} was changed at the exchange, not by us: {oldVolume} DOGE at {oldPrice} are {volume} DOGE at {price} now.",
  late_fill_found:
    "Order {localId} of slot {slot} had ended, and {volume} DOGE of it turn out to be traded at {price}: the books follow.",
  fee_in_base:
    "For order {localId} of slot {slot} the exchange took {amount} DOGE as its fee, though USD was asked for: it is booked as {worth} USD, its worth then.",
  fee_not_booked:
    "For order {localId} of slot {slot} the exchange took {fee} as its fee: a currency that is neither DOGE nor USD, so it is in no figure.",
  report_behind_fills:
    "The exchange lists order {localId} of slot {slot} with {listedVolume} DOGE traded, and its fills come to {filledVolume}: those count.",
  terms_changed: "The exchange's terms have changed: {changes}.",
  money_moved:
    "{base} DOGE and {quote} USD have come to the account that no trade of ours explains (less than zero: have left it).",
  order_refused: "The exchange has refused order {localId} of slot {slot}: {words}.",
  audit_agrees: "Journal and exchange agree on {trades} <trade|trades>; {cycles} <cycle|cycles> earned {realised} USD.",
  audit_differs: "Journal and exchange differ: {differences}.",
  audit_unsettled:
    "Journal and exchange differ, but trading went on while the history was read: {differences}. Ask again.",
  history_job_failed:
    "The history of {symbol} ({timeframe}) could not be fetched from {source}: {detail}. The next round tries again.",
  level_touched:
    "{level}, {levelPrice}, was touched for the first time on {day}: a trade at {price}, from {from}[; {precision}].",
  retrained: "The regime models were trained: {outcomes}."
} as const

/** The market as a whole: what stands against trading, for slots and governor alike, and how far a start is. See `rules.ts`. */
export const MARKET_RULES = {
  // The mode. A cause keeps the numbers with which it began, so it is said in the past.
  operator: "Paused by an operator[: {note}].",
  stale_price: "The last price was {priceAgeSec} old, at most {maxAgeSec} are allowed[; the exchange says: {noPrice}].",
  api_errors: "{consecutive} calls to the exchange had failed in a row, last {operation}: {detail}.",
  access_refused:
    "The exchange refuses {operation}, which it has answered before: {detail}. It is asked again, ever more slowly; meanwhile: {help}.",
  pair_closed: "The exchange takes no new orders of the pair: its state is {status}.",
  size_too_small:
    "The slots' orders are worth {sizeUsd} USD at most, and the exchange takes none below {leastUsd} USD[: its least are {minVolume} DOGE and {minCostUsd} USD, and the market was at {marketPrice}].",
  orders_refused:
    "The exchange has refused {count} orders in a row: {words}. The next is tried at {retryAtMs}, or when an operator resumes.",
  levels_imprecise:
    "Entries wait until the key levels have been PRECISE once since the start (TRADE_AFTER_BACKFILL): the history of trades is not here yet.",
  cannot_bootstrap:
    "Slot {slot} had no order, and not enough USD or DOGE for one[: {usdFree} USD, {dogeFree} DOGE][; {dogeOwed} DOGE and {usdOwed} USD are kept for exits that are still to be placed].",
  daily_loss_lock:
    "The day's realised loss reached the limit of {limit} USD, with {loss} USD[; trading goes on by itself at {goesOnAtMs}].",
  daily_loss_lock_open: "The day's realised loss is {loss} USD: no limit is reached.",
  invariant_broken: "Slot {slot} broke its own rules: {violation}.",
  governor_broken: "The governor broke its own rules: {violation}.",
  waits_for_configuration: "The rules of the governor and of the market are not configured yet.",
  fault: "It is told that {actor} cannot fold record {seq}: {problem}.",
  clearing: "What paused the market is over: it goes on soon.",
  startup: "The start is not done.",
  started: "Every step of the start is done.",
  resumed: "Nothing stands against trading any more.",

  // What stands against an order.
  starting: "The market is starting.",
  paused: "The market is paused[: {cause}].",
  halted: "The market is halted[: {cause}].",
  slot_inactive: "The slot is not active.",
  no_price: "No price has been heard yet.",
  no_such_recovery: "There is no recovery {recoveryId}[ in slot {slot}].",

  // The steps of a start.
  journal_folded: "The journal is read.",
  terms_known: "The exchange's terms are known; the maker fee is {makerPct}.",
  waits_for_constraints_and_fees:
    "The exchange's terms and fees are not known yet[; {operation} failed last: {lastError}][, and is asked again within {askedWithinSec}][, and is asked again at {askedAtMs}].",
  price_heard: "The price is {price}.",
  waits_for_first_price: "No price has been heard since the start.",
  no_regime_advisor: "No regime advisor runs; nothing waits for it.",
  models_fitted: "The models are fitted; lengths of their candles in minutes: {intervals}.",
  waits_for_training:
    "Models are not fitted yet; lengths of their candles in minutes: {intervals}[ (refused, {refused})].",
  compared: "{openOrders} open <order at the exchange is|orders at the exchange are> ours, {foreignOrders} are not.",
  waits_for_comparison_with_the_exchange:
    "Our orders have not been compared with the exchange's since the start[; {operation} failed last: {lastError}][, and is asked again within {askedWithinSec}][, and is asked again at {askedAtMs}].",
  fills_read: "{missed} <order was|orders were> filled or ended while nobody listened.",
  slots_funded: "The slots have been told their funds; {resting} <slot has|slots have> asked for none.",
  waits_for_slots: "These slots have not been told their funds yet: {slots}."
} as const

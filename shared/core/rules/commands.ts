/** What becomes of what people ask for. See `rules.ts`. */
export const COMMAND_RULES = {
  done: "Done for {author}.",
  already_running: "The market is {mode}: nothing is paused.",
  already_paused: "An operator has paused the market already.",
  too_many_slots: "{active} <slot is|slots are> active; {wanted} more would be more than {most}.",
  slot_numbers_used_up: "The next slot would be {nextSlot}, and numbers end at {most}.",
  no_such_slot: "There is no slot {slot}.",
  already_retiring: "Slot {slot} is retiring already.",
  too_few_slots: "{active} <slot is|slots are> active, fewer than {wanted}.",
  too_many_layers: "{targetLayers} capital <layer is|layers are> wanted, of {most} allowed.",
  funds_unknown: "Price or balances are not known yet.",
  layer_waits:
    "Done for {author}, and no order becomes larger: {targetLayers} <layer is|layers are> wanted, and free funds carry {effectiveLayers} (DOGE for {fromDoge}, USD for {fromUsd}).",
  layer_was_not_carried:
    "Done for {author}, and no order becomes smaller: {effectiveLayers} <layer is|layers are> carried, of now {targetLayers} wanted.",
  layer_not_funded:
    "A layer of {dogePerOrder} DOGE over {orders} <order|orders> is to be funded by {source}: by DOGE {missingDoge} DOGE are missing, by USD {missingUsd} USD.",
  entry_pct_unchanged: "The entry distance is {pct} already.",
  profit_pct_unchanged: "The profit target is {pct} already.",
  profit_follows_volatility:
    "The profit target follows the market's volatility, {runtimeProfitPct} now: another would change nothing (VOLATILITY_AUTO_PROFIT).",
  limit_unchanged: "The daily loss limit is {limit} USD already.",
  no_layer: "There is no capital layer to remove.",
  no_recovery_to_move:
    "Of {recoveries} <recovery|recoveries> none can be moved[: {notOpen} not open at the exchange, {moving} on the way already, {near} no farther from the market than an entry, {nearer} nearer than asked].",
  recovery_not_open: "Recovery {recoveryId} of slot {slot} is not open at the exchange: {stage}.",
  recovery_moves_already: "Recovery {recoveryId} of slot {slot} is on its way next to the market already.",
  recovery_is_near:
    "Recovery {recoveryId} of slot {slot} stands {distancePct} from the market, no farther than an entry ({entryPct}): it is next to it already.",
  drift_looked_at:
    "The exchange is asked, for {author}. Open orders of the pair by its last word, whoever placed them: {exchange}; by the journal: {internal}. A notice says what was cancelled, if anything was.",
  books_looked_at:
    "Nothing changes by it, {author}: the exchange's trade history is read, and a notice says whether the books agree.",
  advisor_off: "No regime advisor runs ({setting}).",
  no_such_timeframe: "No model is fitted to {timeframe}, only to these: {fitted}.",
  retraining_already: "Command {commandId} has the models trained already.",
  no_model: "No model came of it: {outcomes}.",
  advisor_silent: "The regime advisor has not answered for {waitedSec}.",
  no_window: "There is no training window of {timeframe}.",
  backfilling_already: "Command {commandId} has the windows filled already.",
  no_backfill: "No window could be asked for: {outcomes}.",
  ingestor_silent: "The candle ingestor has not answered for {waitedSec}.",
  backfilled: "The windows were asked for: {outcomes}.",
  id_used_for_another_command: "This id stands for another command, {command}: choose another id."
} as const

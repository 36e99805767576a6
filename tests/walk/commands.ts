/** What becomes of what people ask for. */
import {
  accepted,
  GovernorStory,
  orphaned,
  request,
  testRules
} from "../../services/governor/testing/governorDriver.ts"
import type { COMMAND_RULES } from "../../shared/core/rules/commands.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../shared/events/event.ts"
import { governed, running } from "./market.ts"
import { reason } from "../../shared/core/rules/rules.ts"
import { elsewhere, type Walk } from "./told.ts"

/** A recovery of slot 1, number 1, that sells at `price`; the market stands at 0.1. */
const withRecovery = (price = "0.11"): GovernorStory =>
  running()
    .slot(1, request(1, { side: "sell", role: "exit", price }))
    .order(1, accepted(1))
    .slot(1, orphaned(1, 1))

const advised = (): GovernorStory =>
  running().control({ _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [1, 15] })
const retrained = (detail: string, isTrained: boolean): MarketEvent => ({
  _tag: "RetrainAnswered",
  commandId: "c1",
  outcomes: [{ intervalMin: 1, trained: isTrained, detail }]
})
const filled = (detail: string, asked: boolean): MarketEvent => ({
  _tag: "BackfillAnswered",
  commandId: "c1",
  outcomes: [{ intervalMin: 1, asked, detail }]
})
const answered = (story: GovernorStory, family: "regime" | "candle", event: MarketEvent): GovernorStory =>
  story.tell(story.subjects[family], event)
const crowd = Array.from({ length: 100 }, (_, n) => n + 1)

/** Texts of answers. */
export const COMMANDS: Walk<keyof typeof COMMAND_RULES> = {
  done: [governed("a command takes effect", () => running().command({ name: "add_slot", count: 1 }), "Done for test.")],
  already_running: [
    governed(
      "resumed while it runs",
      () => running().command({ name: "resume" }),
      "The market is RUNNING: nothing is paused."
    ),
    governed(
      "resumed while it starts",
      () => new GovernorStory().configure().command({ name: "resume" }),
      "The market is STARTING: nothing is paused."
    )
  ],
  already_paused: [
    governed(
      "paused twice",
      () => running().command({ name: "pause", note: "" }).command({ name: "pause", note: "" }),
      "An operator has paused the market already."
    )
  ],
  too_many_slots: [
    governed(
      "a slot too many",
      () => running({}, crowd).command({ name: "add_slot", count: 1 }),
      "100 slots are active; 1 more would be more than 100."
    )
  ],
  slot_numbers_used_up: [
    governed(
      "numbers end",
      () => running({}, [46_655]).command({ name: "add_slot", count: 1 }),
      "The next slot would be 46656, and numbers end at 46655."
    )
  ],
  no_such_slot: [
    governed("an unknown slot", () => running().command({ name: "remove_slot", slot: 9 }), "There is no slot 9.")
  ],
  already_retiring: [
    governed(
      "removed twice",
      () => running().command({ name: "remove_slot", slot: 2 }).command({ name: "remove_slot", slot: 2 }),
      "Slot 2 is retiring already."
    )
  ],
  too_few_slots: [
    governed(
      "more are to go than there are",
      () => running().command({ name: "remove_slots", count: 4 }),
      "3 slots are active, fewer than 4."
    ),
    governed(
      "of one slot two are to go",
      () => running({}, [1]).command({ name: "remove_slots", count: 2 }),
      "1 slot is active, fewer than 2."
    )
  ],
  too_many_layers: [
    governed(
      "a layer too many",
      () => {
        const story = running()
        story.state = { ...story.state, sizing: { ...story.state.sizing, targetLayers: 1_000 } }
        return story.command({ name: "add_layer", source: null })
      },
      "1000 capital layers are wanted, of 1000 allowed."
    )
  ],
  funds_unknown: [
    governed(
      "a layer before the balances",
      () => new GovernorStory().configure().command({ name: "add_layer", source: null }),
      "Price or balances are not known yet."
    )
  ],
  layer_waits: [
    governed(
      "a layer that only DOGE funds",
      () => running().balances("100000", "0.01").command({ name: "add_layer", source: "doge" }),
      "Done for test, and no order becomes larger: 1 layer is wanted, and free funds carry 0 (DOGE for 66666, USD for 0)."
    )
  ],
  layer_was_not_carried: [
    governed(
      "that layer goes again",
      () =>
        running()
          .balances("100000", "0.01")
          .command({ name: "add_layer", source: "doge" })
          .command({ name: "remove_layer" }),
      "Done for test, and no order becomes smaller: 0 layers are carried, of now 0 wanted."
    )
  ],
  layer_not_funded: [
    governed(
      "neither currency reaches",
      () => running().balances("10", "10").command({ name: "add_layer", source: null }),
      "A layer of 1 DOGE over 225 orders is to be funded by auto: by DOGE 215 DOGE are missing, by USD 12.5 USD."
    )
  ],
  entry_pct_unchanged: [
    governed(
      "as it is",
      () => running().command({ name: "set_entry_pct", pct: 0.2 }),
      "The entry distance is 0.2 % already."
    )
  ],
  profit_pct_unchanged: [
    governed(
      "as it is",
      () => running().command({ name: "set_profit_pct", pct: 1 }),
      "The profit target is 1 % already."
    )
  ],
  profit_follows_volatility: [
    governed(
      "volatility sets it",
      () => {
        const story = running()
        story.state = { ...story.state, targets: { ...story.state.targets, runtimeProfitPct: 1.1 } }
        return story.command({ name: "set_profit_pct", pct: 2 })
      },
      "The profit target follows the market's volatility, 1.1 % now: another would change nothing (VOLATILITY_AUTO_PROFIT)."
    )
  ],
  limit_unchanged: [
    governed(
      "as it is",
      () => running().command({ name: "set_daily_loss_limit", limit: Quote.parse("3") }),
      "The daily loss limit is 3 USD already."
    )
  ],
  no_layer: [
    governed("none is there", () => running().command({ name: "remove_layer" }), "There is no capital layer to remove.")
  ],
  no_recovery_to_move: [
    governed(
      "none is there",
      () => running().command({ name: "soft_close_next" }),
      "Of 0 recoveries none can be moved: 0 not open at the exchange, 0 on the way already, 0 no farther from the market than an entry, 0 nearer than asked."
    ),
    governed(
      "the only one is near",
      () => withRecovery("0.1001").command({ name: "cancel_stale_recoveries", minDistancePct: 0, count: 9 }),
      "Of 1 recovery none can be moved: 0 not open at the exchange, 0 on the way already, 1 no farther from the market than an entry, 0 nearer than asked."
    )
  ],
  recovery_not_open: [
    governed(
      "its order is on its way to the exchange",
      () =>
        running()
          .slot(1, request(1, { side: "sell", role: "exit", price: "0.11" }))
          .slot(1, orphaned(1, 1))
          .command({ name: "soft_close", slot: 1, recoveryId: 1 }),
      "Recovery 1 of slot 1 is not open at the exchange: granted."
    )
  ],
  recovery_moves_already: [
    governed(
      "moved twice",
      () =>
        withRecovery()
          .command({ name: "soft_close", slot: 1, recoveryId: 1 })
          .command({ name: "soft_close", slot: 1, recoveryId: 1 }),
      "Recovery 1 of slot 1 is on its way next to the market already."
    )
  ],
  recovery_is_near: [
    governed(
      "next to the market",
      () => withRecovery("0.1001").command({ name: "soft_close", slot: 1, recoveryId: 1 }),
      "Recovery 1 of slot 1 stands 0.1 % from the market, no farther than an entry (0.2 %): it is next to it already."
    )
  ],
  drift_looked_at: [
    governed(
      "nobody has counted yet",
      () => running().command({ name: "reconcile_drift" }),
      "The exchange is asked, for test. Open orders of the pair by its last word, whoever placed them: unknown; by the journal: 0. A notice says what was cancelled, if anything was."
    ),
    governed(
      "the exchange has counted two of ours and one of others",
      () => running().account({ _tag: "OpenOrdersObserved", ours: 2, foreign: 1 }).command({ name: "reconcile_drift" }),
      "The exchange is asked, for test. Open orders of the pair by its last word, whoever placed them: 3; by the journal: 0. A notice says what was cancelled, if anything was."
    )
  ],
  books_looked_at: [
    governed(
      "the audit is asked for",
      () => running().command({ name: "audit_pnl" }),
      "Nothing changes by it, test: the exchange's trade history is read, and a notice says whether the books agree."
    )
  ],
  advisor_off: [
    governed(
      "no advisor",
      () => running().command({ name: "retrain", timeframe: null }),
      "No regime advisor runs (HMM_ENABLED=false)."
    )
  ],
  no_such_timeframe: [
    governed(
      "of 5 min",
      () => advised().command({ name: "retrain", timeframe: "5m" }),
      "No model is fitted to 5m, only to these: 1m 15m."
    )
  ],
  retraining_already: [
    governed(
      "asked twice",
      () => advised().command({ name: "retrain", timeframe: "1m" }).command({ name: "retrain", timeframe: "1m" }),
      "Command c1 has the models trained already."
    )
  ],
  no_model: [
    governed(
      "too few candles",
      () =>
        answered(
          advised().command({ name: "retrain", timeframe: "1m" }),
          "regime",
          retrained("too-few-rows: 3", false)
        ),
      "No model came of it: 1m: too-few-rows: 3."
    )
  ],
  advisor_silent: [
    governed(
      "an hour goes by",
      () => advised().command({ name: "retrain", timeframe: null }).after(3_600),
      "The regime advisor has not answered for 60 min."
    )
  ],
  no_window: [
    governed(
      "of 7 min",
      () => running().command({ name: "backfill_ohlcv", timeframe: "7m" }),
      "There is no training window of 7m."
    )
  ],
  backfilling_already: [
    governed(
      "asked twice",
      () =>
        running()
          .command({ name: "backfill_ohlcv", timeframe: null })
          .command({ name: "backfill_ohlcv", timeframe: null }),
      "Command c1 has the windows filled already."
    )
  ],
  no_backfill: [
    governed(
      "the source fails",
      () =>
        answered(
          running().command({ name: "backfill_ohlcv", timeframe: "1m" }),
          "candle",
          filled("error: HTTP 503", false)
        ),
      "No window could be asked for: 1m: error: HTTP 503."
    )
  ],
  ingestor_silent: [
    governed(
      "an hour goes by",
      () => running().command({ name: "backfill_ohlcv", timeframe: null }).after(3_600),
      "The candle ingestor has not answered for 60 min."
    )
  ],
  backfilled: [
    governed(
      "three candles were missing",
      () =>
        answered(
          running().command({ name: "backfill_ohlcv", timeframe: "1m" }),
          "candle",
          filled("complete: queued=719 new=3", true)
        ),
      "The windows were asked for: 1m: complete: queued=719 new=3."
    )
  ],
  id_used_for_another_command: [
    elsewhere(
      "an id is given to two commands",
      ["services/control-plane/actions/actions.int.test.ts", "id_used_for_another_command"],
      reason("id_used_for_another_command", { command: "add slot (count 2)" }),
      "This id stands for another command, add slot (count 2): choose another id."
    )
  ]
}

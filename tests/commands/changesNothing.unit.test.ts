/**
 * A command that changes nothing says so, and why: for every action a state in which it does, its answer (the same for the API,
 * `kennel action` and the page), and its preview.
 */
import { describe, expect, it } from "vitest"
import { previewCommand } from "../../app/preview.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import {
  accepted,
  GovernorStory,
  orphaned,
  request,
  testRules
} from "../../services/governor/testing/governorDriver.ts"
import { ACTIONS, type ActionName } from "../../shared/core/actions/actions.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import { sentenceOf } from "../../shared/core/rules/sentence.ts"
import type { Command } from "../../shared/events/families/command.ts"
import { isAnswer, type MarketEvent } from "../../shared/events/event.ts"

const market = () => new GovernorStory().running()

/** A recovery of slot 1, number 1, that sells at `price`; the market stands at 0.1. */
const withRecovery = (price: string) =>
  market()
    .slot(1, request(1, { side: "sell", role: "exit", price }))
    .order(1, accepted(1))
    .slot(1, orphaned(1, 1))

const fitted: MarketEvent = { _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [1, 15] }
const NEWEST_CANDLES = "already_ready:720/720"

interface Case {
  readonly action: ActionName
  readonly when: string
  readonly story: GovernorStory
  readonly command: Command
  /** What answers it where another service has its part in it. */
  readonly answered?: (story: GovernorStory) => unknown
  readonly says: string
}

const CASES: ReadonlyArray<Case> = [
  {
    action: "pause",
    when: "an operator has paused already",
    story: market().command({ name: "pause", note: "" }),
    command: { name: "pause", note: "again" },
    says: "already_paused"
  },
  {
    action: "resume",
    when: "nothing is paused",
    story: market(),
    command: { name: "resume" },
    says: "already_running"
  },
  {
    action: "add_slot",
    when: "as many trade as may",
    story: new GovernorStory().running(
      {},
      Array.from({ length: 100 }, (_, n) => n + 1)
    ),
    command: { name: "add_slot", count: 1 },
    says: "too_many_slots"
  },
  {
    action: "remove_slot",
    when: "it goes already",
    story: market().command({ name: "remove_slot", slot: 2 }),
    command: { name: "remove_slot", slot: 2 },
    says: "already_retiring"
  },
  {
    action: "remove_slots",
    when: "there are none left",
    story: market().command({ name: "remove_slots", count: 3 }),
    command: { name: "remove_slots", count: 1 },
    says: "too_few_slots"
  },
  {
    action: "add_layer",
    when: "funds do not reach for its orders",
    story: market().balances("10", "10"),
    command: { name: "add_layer", source: null },
    says: "layer_not_funded"
  },
  {
    action: "add_layer",
    when: "it is funded by one currency and the other carries none",
    story: market().balances("100000", "0.01"),
    command: { name: "add_layer", source: "doge" },
    says: "layer_waits"
  },
  {
    action: "remove_layer",
    when: "there is none",
    story: market(),
    command: { name: "remove_layer" },
    says: "no_layer"
  },
  {
    action: "remove_layer",
    when: "the layer that goes was never carried",
    story: market().balances("100000", "0.01").command({ name: "add_layer", source: "doge" }),
    command: { name: "remove_layer" },
    says: "layer_was_not_carried"
  },
  {
    action: "set_entry_pct",
    when: "it is so already",
    story: market().command({ name: "set_entry_pct", pct: 0.3 }),
    command: { name: "set_entry_pct", pct: 0.3 },
    says: "entry_pct_unchanged"
  },
  {
    action: "set_profit_pct",
    when: "it is so already",
    story: market().command({ name: "set_profit_pct", pct: 1.3 }),
    command: { name: "set_profit_pct", pct: 1.3 },
    says: "profit_pct_unchanged"
  },
  {
    action: "set_daily_loss_limit",
    when: "it is so already",
    story: market().command({ name: "set_daily_loss_limit", limit: Quote.parse("9") }),
    command: { name: "set_daily_loss_limit", limit: Quote.parse("9") },
    says: "limit_unchanged"
  },
  {
    action: "soft_close",
    when: "the recovery stands next to the market",
    story: withRecovery("0.1001"),
    command: { name: "soft_close", slot: 1, recoveryId: 1 },
    says: "recovery_is_near"
  },
  {
    action: "soft_close",
    when: "the recovery is on its way there",
    story: withRecovery("0.11").command({ name: "soft_close", slot: 1, recoveryId: 1 }),
    command: { name: "soft_close", slot: 1, recoveryId: 1 },
    says: "recovery_moves_already"
  },
  {
    action: "soft_close_next",
    when: "the only recovery is on its way",
    story: withRecovery("0.11").command({ name: "soft_close_next" }),
    command: { name: "soft_close_next" },
    says: "no_recovery_to_move"
  },
  {
    action: "cancel_stale_recoveries",
    when: "all stand next to the market",
    story: withRecovery("0.1001"),
    command: { name: "cancel_stale_recoveries", minDistancePct: 0, count: 9 },
    says: "no_recovery_to_move"
  },
  {
    action: "reconcile_drift",
    when: "both count the same orders",
    story: market().account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 0 }),
    command: { name: "reconcile_drift" },
    says: "drift_looked_at"
  },
  {
    action: "audit_pnl",
    when: "it only looks, as always",
    story: market(),
    command: { name: "audit_pnl" },
    says: "books_looked_at"
  },
  {
    action: "backfill_ohlcv",
    when: "the windows are full and fresh",
    story: market(),
    command: { name: "backfill_ohlcv", timeframe: null },
    answered: (story) =>
      story.tell(story.subjects.candle, {
        _tag: "BackfillAnswered",
        commandId: "c1",
        outcomes: [{ intervalMin: 1, asked: true, detail: `skipped: ${NEWEST_CANDLES}` }]
      }),
    says: "backfilled"
  },
  {
    action: "retrain",
    when: "there are too few candles",
    story: market().control(fitted),
    command: { name: "retrain", timeframe: "1m" },
    answered: (story) =>
      story.tell(story.subjects.regime, {
        _tag: "RetrainAnswered",
        commandId: "c1",
        outcomes: [{ intervalMin: 1, trained: false, detail: "too-few-rows: 3" }]
      }),
    says: "no_model"
  }
]

const answerOf = (story: GovernorStory) => {
  const answer = story.said.find(isAnswer)
  if (answer === undefined) throw new Error("no answer")
  return answer
}

describe("a command that changes nothing", () => {
  it("is looked for of every action there is", () => {
    expect(new Set(CASES.map(({ action }) => action))).toEqual(new Set(Object.keys(ACTIONS)))
  })

  it.each(CASES)("says so: $action, when $when", ({ action, story, command, answered, says }) => {
    expect(command.name).toBe(action)
    const { state } = story
    const seen = previewCommand(
      story.subjects,
      {
        seq: 1_000,
        inForce: { epoch: 1, rulesVersion: NEWEST_RULES },
        nowMs: story.nowMs,
        priceAgeSec: 1,
        deciders: [{ actor: ofAnyKind(governorActor), state }]
      },
      { _tag: "CommandIssued", commandId: "preview", author: "test", command, preview: [] }
    )
    const orders = state.orders
    const told = story.command(command)
    answered?.(told)
    const { reason } = answerOf(told)
    expect(reason.rule).toBe(says)
    // Every figure has its place in the sentence, and no orders have changed.
    expect(sentenceOf(reason)).not.toMatch(/[{}<>]/)
    expect(told.state.orders).toStrictEqual(orders)
    // What another service finds out later no preview knows.
    if (answered === undefined) expect(seen.answer.reason.rule).toBe(says)
    else expect(sentenceOf(reason)).toMatch(/already_ready:720\/720|too-few-rows: 3/)
  })
})

/**
 * What an action's button says before it is pressed, and what its preview says after: for every action there is, the effect of this very
 * command in numbers, or why it would be refused; and of every button of the page, whether it would be.
 */
import { describe, expect, it } from "@effect/vitest"
import { previewCommand, refusedButtons } from "../../app/preview.ts"
import { governorActor } from "../../services/governor/core/actor.ts"
import {
  accepted,
  GovernorStory,
  orphaned,
  request,
  testRules
} from "../../services/governor/testing/governorDriver.ts"
import { SlotDriver } from "../../services/slot-actor/testing/slotDriver.ts"
import { ofAnyKind } from "../../shared/actor/core/actor.ts"
import { ACTIONS, type ActionName } from "../../shared/core/actions/actions.ts"
import { Quote } from "../../shared/core/decimal/decimal.ts"
import { NEWEST_RULES } from "../../shared/core/rules/versions.ts"
import type { Command, CommandOf } from "../../shared/events/families/command.ts"

const market = () => new GovernorStory().running()

/** Recovery 1 of slot 1, a sell far above the market of 0.1; the slot knows it too. */
const withRecovery = () =>
  market()
    .slot(1, request(3, { side: "sell", role: "exit", price: "0.11" }))
    .order(1, accepted(3))
    .slot(1, orphaned(3, 1))

const inForce = { epoch: 1, rulesVersion: NEWEST_RULES }

const preview = (story: GovernorStory, command: Command, slot?: SlotDriver) => {
  const deciders = [{ actor: ofAnyKind(governorActor), state: story.state as unknown }]
  if (slot !== undefined) deciders.push({ actor: ofAnyKind(slot.actor), state: slot.state })
  const now = { seq: 1_000, inForce, nowMs: story.nowMs, priceAgeSec: 1, deciders }
  const asked = { _tag: "CommandIssued", commandId: "preview", author: "test", command, preview: [] } as const
  return previewCommand(story.subjects, now, asked)
}

type Cases = { readonly [N in ActionName]: readonly [GovernorStory, CommandOf<N>, ReadonlyArray<string>] }

/** Every action in a market in which it does something, and all that its preview says. */
const CASES: Cases = {
  pause: [
    withRecovery(),
    { name: "pause", note: "lunch" },
    [
      "on the book: 0 entries, 0 exits and 1 recovery, all of which stay",
      "entries that wait and are dropped: 0",
      "the market becomes PAUSED: Paused by an operator: lunch."
    ]
  ],
  resume: [
    market().command({ name: "pause", note: "" }),
    { name: "resume" },
    [
      "on the book: 0 entries, 0 exits and 0 recoveries, all of which stay",
      "active slots that may enter again: 3; 60 more orders fit under the safe cap of 60",
      "the market becomes RUNNING: Nothing stands against trading any more."
    ]
  ],
  add_slot: [
    market(),
    { name: "add_slot", count: 1 },
    [
      "active slots: 3 → 4",
      "they want 2 orders to begin with; 0 are open and 60 more fit under the safe cap of 60",
      "free for them, and for all others: 100000 DOGE and 100000 USD; a slot without money for an order waits"
    ]
  ],
  remove_slot: [
    withRecovery(),
    { name: "remove_slot", slot: 1 },
    [
      "active slots: 3 → 2",
      "leaving: 1 doge",
      "taken off the book: 1 of 1 orders, of which 0 are exits and 1 recoveries; what those were to close stays in the account, in no cycle"
    ]
  ],
  remove_slots: [
    market(),
    { name: "remove_slots", count: 2 },
    [
      "active slots: 3 → 1",
      "leaving: 2 shiba, 3 floki",
      "taken off the book: 0 of 0 orders, of which 0 are exits and 0 recoveries; what those were to close stays in the account, in no cycle"
    ]
  ],
  add_layer: [
    market(),
    { name: "add_layer", source: null },
    [
      "capital layers wanted: 0 → 1",
      "funded, and carried by new orders: 0 → 1",
      "of that in each new order: 0 DOGE → 1 DOGE",
      "free funds reach for 66666 layers of the sells and 666666 of the buys that stand"
    ]
  ],
  remove_layer: [
    market().command({ name: "add_layer", source: null }),
    { name: "remove_layer" },
    [
      "capital layers wanted: 1 → 0",
      "funded, and carried by new orders: 1 → 0",
      "of that in each new order: 1 DOGE → 0 DOGE",
      "free funds reach for 66666 layers of the sells and 666666 of the buys that stand"
    ]
  ],
  set_entry_pct: [
    market(),
    { name: "set_entry_pct", pct: 0.3 },
    ["entry distance in force: 0.2 % → 0.3 %, for entries planned from now on"]
  ],
  set_profit_pct: [
    market(),
    { name: "set_profit_pct", pct: 1.3 },
    ["profit target in force: 1 % → 1.3 %, for exits planned from now on"]
  ],
  set_daily_loss_limit: [
    market(),
    { name: "set_daily_loss_limit", limit: Quote.zero },
    ["daily loss limit: 3 USD → none", "today's losing cycles come to 0 USD: the lock stays open"]
  ],
  soft_close: [
    withRecovery(),
    { name: "soft_close", slot: 1, recoveryId: 1 },
    [
      "slot 1: recovery 1, 10 % away, moves next to the market: once it fills, its cycle closes there",
      "slot 1: order 3 moves to 0.09898"
    ]
  ],
  soft_close_next: [
    withRecovery(),
    { name: "soft_close_next" },
    [
      "slot 1: recovery 1, 10 % away, moves next to the market: once it fills, its cycle closes there",
      "slot 1: order 3 moves to 0.09898"
    ]
  ],
  cancel_stale_recoveries: [
    withRecovery(),
    { name: "cancel_stale_recoveries", minDistancePct: 3, count: 8 },
    [
      "slot 1: recovery 1, 10 % away, moves next to the market: once it fills, its cycle closes there",
      "slot 1: order 3 moves to 0.09898"
    ]
  ],
  reconcile_drift: [
    market().account({ _tag: "OpenOrdersObserved", ours: 2, foreign: 0 }),
    { name: "reconcile_drift" },
    [
      "open orders of the pair, by the exchange's last word: 2, whoever placed them; by the journal: 0",
      "orders at the exchange that are provably ours and that no slot has are cancelled"
    ]
  ],
  audit_pnl: [
    market(),
    { name: "audit_pnl" },
    ["the exchange's trade history is read and compared with the journal, to the last unit"]
  ],
  backfill_ohlcv: [
    market(),
    { name: "backfill_ohlcv", timeframe: "15m" },
    ["the exchange is asked for the candles of 15m"]
  ],
  retrain: [
    market().control({ _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [1, 15] }),
    { name: "retrain", timeframe: null },
    ["the regime models of 1m and 15m are fitted anew, from the newest candles"]
  ]
}

const ALL = Object.entries(CASES).map(([action, [story, command, effects]]) => ({ action, story, command, effects }))

/** A slot with the same recovery. */
const slotWith = (action: string): SlotDriver | undefined =>
  action.startsWith("soft_close") || action === "cancel_stale_recoveries" ? new SlotDriver().withRecovery() : undefined

describe("a preview", () => {
  it.each(ALL)("of $action says what this command would do", ({ action, story, command, effects }) => {
    const { answer, effects: said } = preview(story, command, slotWith(action))
    expect(answer._tag).toBe("CommandApplied")
    expect(said).toEqual(effects)
  })

  it.each(ALL)("of $action changes nothing", ({ story, command }) => {
    const before = JSON.stringify(story.state, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value
    )
    preview(story, command)
    expect(
      JSON.stringify(story.state, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))
    ).toBe(before)
  })
})

const buttonsOf = (story: GovernorStory): Readonly<Record<string, string>> =>
  refusedButtons(
    story.subjects,
    { seq: 1_000, inForce, nowMs: story.nowMs },
    { actor: ofAnyKind(governorActor), state: story.state }
  )

describe("a button", () => {
  it("that would be refused says why, and in what numbers", () => {
    expect(buttonsOf(market())).toEqual({
      resume: "The market is RUNNING: nothing is paused.",
      remove_layer: "There is no capital layer to remove.",
      soft_close_next:
        "Of 0 recoveries none can be moved: 0 not open at the exchange, 0 on the way already, 0 no farther from the market than an entry, 0 nearer than asked.",
      cancel_stale_recoveries:
        "Of 0 recoveries none can be moved: 0 not open at the exchange, 0 on the way already, 0 no farther from the market than an entry, 0 nearer than asked.",
      retrain: "No regime advisor runs (HMM_ENABLED=false)."
    })
  })

  it("is not refused where something would come of it", () => {
    const { soft_close_next: next, cancel_stale_recoveries: far, ...others } = buttonsOf(withRecovery())
    expect([next, far, others["soft_close 1 1"]]).toEqual([undefined, undefined, undefined])
  })

  it("of one recovery says why that one is not moved: it is on its way, or near already", () => {
    const moving = withRecovery().command({ name: "soft_close", slot: 1, recoveryId: 1 })
    expect(buttonsOf(moving)["soft_close 1 1"]).toBe("Recovery 1 of slot 1 is on its way next to the market already.")
    const near = market()
      .slot(2, request(1, { side: "sell", role: "exit", price: "0.1001" }))
      .order(2, accepted(1))
      .slot(2, orphaned(1, 7))
    expect(buttonsOf(near)["soft_close 2 7"]).toBe(
      "Recovery 7 of slot 2 stands 0.1 % from the market, no farther than an entry (0.2 %): it is next to it already."
    )
  })

  it("for a profit target says that volatility sets it, while it does", () => {
    const moving = market()
    expect(buttonsOf(moving)["set_profit_pct"]).toBeUndefined()
    moving.state = { ...moving.state, targets: { ...moving.state.targets, runtimeProfitPct: 1.1 } }
    expect(buttonsOf(moving)["set_profit_pct"]).toBe(
      "The profit target follows the market's volatility, 1.1 % now: another would change nothing (VOLATILITY_AUTO_PROFIT)."
    )
  })

  it("for the last slots says that there are none", () => {
    const none = market().command({ name: "remove_slots", count: 3 })
    expect(buttonsOf(none)["remove_slots"]).toBe("0 slots are active, fewer than 1.")
  })

  it("is looked for of every action whose answer does not depend on what a person fills in", () => {
    expect(Object.keys(ACTIONS)).toHaveLength(Object.keys(CASES).length)
  })
})

import { describe, expect, it } from "@effect/vitest"
import { Quote } from "../../../shared/core/decimal/decimal.ts"
import type { Command } from "../../../shared/events/families/command.ts"
import { decodeRecord, encodeEntry } from "../../../shared/events/envelope.ts"
import type { Reason } from "../../../shared/events/reason.ts"
import type { MarketEvent } from "../../../shared/events/event.ts"
import { governorActor } from "./actor.ts"
import { accepted, cycle, GovernorStory, orphaned, refusal, request, testRules } from "../testing/governorDriver.ts"
import { governorView } from "./view/view.ts"

const fault: MarketEvent = { _tag: "FaultRaised", actor: "slot-2", seq: 77, problem: "cannot fold" }

/** A running market with slots 1 to 3 and one recovery, slot 1's number 1. */
const market = (): GovernorStory =>
  new GovernorStory()
    .running()
    .slot(1, request(1, { side: "sell", role: "exit", price: "0.11" }))
    .order(1, accepted(1))
    .slot(1, orphaned(1, 1))

const tags = (story: GovernorStory) => story.said.map(({ _tag }) => _tag)

const APPLIED: ReadonlyArray<{
  readonly command: Command
  readonly effect: ReadonlyArray<MarketEvent["_tag"]>
  /** What the answer says instead of `done`. */
  readonly says?: Reason
}> = [
  { command: { name: "pause", note: "lunch" }, effect: ["CommandApplied", "ModeChanged"] },
  { command: { name: "add_slot", count: 2 }, effect: ["SlotsSet", "CommandApplied"] },
  { command: { name: "remove_slot", slot: 2 }, effect: ["SlotsSet", "CommandApplied"] },
  { command: { name: "remove_slots", count: 2 }, effect: ["SlotsSet", "CommandApplied"] },
  { command: { name: "add_layer", source: null }, effect: ["SizingSet", "CommandApplied"] },
  { command: { name: "set_entry_pct", pct: 0.3 }, effect: ["TargetsSet", "CommandApplied"] },
  { command: { name: "set_profit_pct", pct: 1.3 }, effect: ["TargetsSet", "CommandApplied"] },
  { command: { name: "set_daily_loss_limit", limit: Quote.parse("9") }, effect: ["CommandApplied"] },
  { command: { name: "soft_close", slot: 1, recoveryId: 1 }, effect: ["SoftCloseAsked", "CommandApplied"] },
  { command: { name: "soft_close_next" }, effect: ["SoftCloseAsked", "CommandApplied"] },
  {
    command: { name: "cancel_stale_recoveries", minDistancePct: 1, count: 1 },
    effect: ["SoftCloseAsked", "CommandApplied"]
  },
  {
    command: { name: "reconcile_drift" },
    effect: ["DriftReconcileAsked", "CommandApplied"],
    says: { rule: "drift_looked_at", numbers: { author: "test", exchange: "unknown", internal: 1 } }
  },
  {
    command: { name: "audit_pnl" },
    effect: ["AuditAsked", "CommandApplied"],
    says: { rule: "books_looked_at", numbers: { author: "test" } }
  }
]

const REFUSED: ReadonlyArray<{ readonly command: Command; readonly rule: string }> = [
  { command: { name: "resume" }, rule: "already_running" },
  { command: { name: "add_slot", count: 98 }, rule: "too_many_slots" },
  { command: { name: "remove_slot", slot: 9 }, rule: "no_such_slot" },
  { command: { name: "remove_slots", count: 4 }, rule: "too_few_slots" },
  { command: { name: "remove_layer" }, rule: "no_layer" },
  { command: { name: "soft_close", slot: 1, recoveryId: 2 }, rule: "no_such_recovery" },
  {
    command: { name: "cancel_stale_recoveries", minDistancePct: 90, count: 1 },
    rule: "no_recovery_to_move"
  }
]

describe("a command", () => {
  it.each(APPLIED)("takes effect and is answered in one record: $command", ({ command, effect, says }) => {
    const story = market().command(command)
    expect(tags(story)).toStrictEqual([...effect])
    const [applied] = story.heard("CommandApplied")
    expect(applied).toStrictEqual({
      _tag: "CommandApplied",
      commandId: "c1",
      reason: says ?? { rule: "done", numbers: { author: "test" } }
    })
  })

  it.each(REFUSED)("that changes nothing is refused with $rule: $command", ({ command, rule }) => {
    const story = market()
    const before = governorActor.encode(story.state)
    story.command(command)
    expect(tags(story)).toStrictEqual(["CommandRefused"])
    expect(story.heard("CommandRefused")[0]).toMatchObject({ commandId: "c1" })
    expect(story.heard("CommandRefused")[0]?.reason.rule).toBe(rule)
    expect(governorActor.encode(story.state)).toBe(before)
  })

  it("to pause is refused when an operator has paused already, and taken over another pause", () => {
    const story = market().command({ name: "pause", note: "" })
    expect(story.command({ name: "pause", note: "" }).heard("CommandRefused")[0]?.reason.rule).toBe("already_paused")
    const stale = market().after(1, 61).command({ name: "pause", note: "" })
    expect(stale.heard("CommandApplied")).toHaveLength(1)
    expect(stale.after(1, 0).mode).toBe("PAUSED operator")
  })

  it("to resume names the cause that stands", () => {
    const story = market().control(fault).command({ name: "resume" })
    expect(story.heard("CommandRefused")[0]?.reason.rule).toBe("fault")
    expect(story.heard("CommandApplied")).toHaveLength(0)
  })

  it("to resume takes effect once nothing stands against it", () => {
    const story = market().command({ name: "pause", note: "" }).command({ name: "resume" })
    expect(tags(story)).toStrictEqual(["CommandApplied", "ModeChanged"])
    expect(story.mode).toBe("RUNNING resumed")
  })

  it("for another loss limit closes the lock at once, or opens it", () => {
    const story = market()
    story.slot(1, cycle("-2", story.nowMs)).command({ name: "set_daily_loss_limit", limit: Quote.parse("2") })
    expect(tags(story)).toStrictEqual(["LossLockChanged", "CommandApplied", "ModeChanged"])
    expect(story.mode).toBe("PAUSED daily_loss_lock")
    story.command({ name: "set_daily_loss_limit", limit: Quote.zero })
    expect(tags(story).slice(0, 2)).toStrictEqual(["LossLockChanged", "CommandApplied"])
  })

  it("for another loss limit holds until a configuration names another one", () => {
    const story = market().command({ name: "set_daily_loss_limit", limit: Quote.parse("9") })
    const limit = () => governorView(story.state)?.daily_loss_limit
    story.control({ _tag: "GovernorConfigured", rules: testRules({ loopSec: 20 }), fittedIntervals: [] })
    expect(limit()).toBe("9")
    story.control({
      _tag: "GovernorConfigured",
      rules: testRules({ dailyLossLimit: Quote.parse("4") }),
      fittedIntervals: []
    })
    expect(limit()).toBe("4")
  })

  const AS_IT_IS: ReadonlyArray<{ readonly command: Command; readonly rule: string }> = [
    { command: { name: "set_entry_pct", pct: 0.3 }, rule: "entry_pct_unchanged" },
    { command: { name: "set_profit_pct", pct: 1.3 }, rule: "profit_pct_unchanged" },
    { command: { name: "set_daily_loss_limit", limit: Quote.parse("9") }, rule: "limit_unchanged" },
    { command: { name: "pause", note: "" }, rule: "already_paused" }
  ]

  it.each(AS_IT_IS)("for what is so already is refused with $rule", ({ command, rule }) => {
    const once = market().command(command)
    expect(once.heard("CommandApplied")).toHaveLength(1)
    const before = governorActor.encode(once.state)
    const twice = once.command(command)
    expect(twice.heard("CommandRefused")[0]?.reason.rule).toBe(rule)
    expect(governorActor.encode(twice.state)).toBe(before)
  })

  it("for a value in force was applied and told nothing under rules 2", () => {
    const asked = { name: "set_entry_pct", pct: 0.3 } as const
    expect(tags(new GovernorStory(2).running().command(asked).command(asked))).toStrictEqual(["CommandApplied"])
  })

  it("is refused before there are rules, of the governor and of the market", () => {
    const rules: MarketEvent = { _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [] }
    for (const story of [new GovernorStory(), new GovernorStory().control(rules)]) {
      expect(story.command({ name: "pause", note: "" }).heard("CommandRefused")).toStrictEqual([
        { _tag: "CommandRefused", commandId: "c1", reason: { rule: "waits_for_configuration", numbers: {} } }
      ])
    }
    const story = new GovernorStory().configure()
    expect(story.mode).toBe("STARTING startup")
  })
})

describe("what the governor says and keeps", () => {
  it("can be stored, and read back as it was", () => {
    const story = market()
    for (const { command } of [...APPLIED, ...REFUSED]) story.command(command)
    story.command({ name: "resume" }).after(60, null).nextLoop()
    story.slot(3, refusal("bootstrap", "insufficient_funds", { usdFree: 0.1 })).control(fault)
    story.slot(1, cycle("-9", story.nowMs)).openOrders(60).nextLoop()
    story.account({ _tag: "OpenOrdersObserved", ours: 3, foreign: 40 }).after(700).after(700)
    const [first, ...more] = story.everything
    if (first === undefined) return expect.fail("nothing was said")
    const envelope = { epoch: 1, timeMs: 1, writer: "governor", cause: null, events: [first, ...more] } as const
    const entry = encodeEntry("market.XDGUSD.out.governor", "id", envelope)
    expect(decodeRecord({ ...entry, seq: 1, storedMs: 0 }).events).toStrictEqual(envelope.events)
    expect(governorActor.decode(governorActor.encode(story.state))).toStrictEqual(story.state)
  })
})

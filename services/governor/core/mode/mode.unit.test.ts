import { assert, describe, it } from "@effect/vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { marketSubjects } from "../../../../shared/core/ids/subjects.ts"
import { cycle, GovernorStory, refusal, request } from "../../testing/governorDriver.ts"
import { governorView } from "../view/view.ts"

const subjects = marketSubjects("XDGUSD")
const errors = (consecutive: number): MarketEvent => ({
  _tag: "ExchangeErrorsObserved",
  consecutive,
  operation: "AddOrder",
  detail: "timed out"
})
const fault: MarketEvent = { _tag: "FaultRaised", actor: "slot-2", seq: 77, problem: "cannot fold" }
const restart: EventOf<"EpochRaised"> = {
  _tag: "EpochRaised",
  epoch: 2,
  service: "kennel up",
  reason: "start",
  watchesOrders: true,
  fitsModels: true
}

describe("the mode of the market", () => {
  it("is STARTING until every step of the start is done, then RUNNING", () => {
    const story = new GovernorStory().configure()
    assert.equal(story.mode, "STARTING startup")
    assert.equal(new GovernorStory().running().mode, "RUNNING started")
  })

  it.each([
    { age: 60, mode: "RUNNING started" },
    { age: 60.001, mode: "PAUSED stale_price" }
  ])("with a price $age s old, of at most 60, is $mode", ({ age, mode }) => {
    assert.equal(new GovernorStory().running().after(1, age).mode, mode)
  })

  it("counts a price the feed says nothing of by the clock since it came", () => {
    const story = new GovernorStory().running().price("0.1")
    assert.equal(story.after(60, null).mode, "RUNNING started")
    assert.equal(story.after(1, null).mode, "PAUSED stale_price")
  })

  it("of a market whose exchange says why it has no price says so too, also when it says so later", () => {
    const silent = (story: GovernorStory) =>
      story.tell(subjects.clock, { _tag: "ClockTicked", priceAgeSec: 61, noPrice: "recording ended" })
    const before = silent(new GovernorStory().running())
    const after = silent(new GovernorStory().running().after(1, 61))
    for (const { state } of [before, after]) {
      assert.deepEqual(state.mode.reason?.numbers, { priceAgeSec: 61, maxAgeSec: 60, noPrice: "recording ended" })
    }
    assert.equal(after.after(1, 0).after(15, 0).mode, "RUNNING resumed")
  })

  it("goes on by itself once a stale price has been fresh for as long as set, and not a moment before", () => {
    const story = new GovernorStory().running().after(1, 61).after(1, 0)
    assert.equal(story.after(14.999, 0).mode, "PAUSED stale_price")
    assert.equal(story.after(0.001, 0).mode, "RUNNING resumed")
  })

  it("waits for an operator when nothing is to resume by itself", () => {
    const story = new GovernorStory().running({ autoResumeAfterSec: 0 }).after(1, 61).after(3_600, 0)
    assert.equal(story.mode, "PAUSED stale_price")
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it.each([
    { count: 4, mode: "RUNNING started" },
    { count: 5, mode: "PAUSED api_errors" }
  ])("after $count failed calls in a row, of 5, is $mode", ({ count, mode }) => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= count; n++) story.account(errors(n))
    assert.equal(story.mode, mode)
  })

  it("keeps the errors' pause until a call succeeds", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 6; n++) story.account(errors(n))
    assert.equal(story.after(3_600, 1).mode, "PAUSED api_errors")
    assert.equal(story.account(errors(4)).after(15, 1).mode, "PAUSED api_errors")
    story.account(errors(0))
    assert.equal(story.after(15, 1).mode, "RUNNING resumed")
  })

  it("pauses when a slot can start on neither side, and names it", () => {
    const story = new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds", { usdFree: 0.1 }))
    assert.equal(story.mode, "PAUSED cannot_bootstrap")
    assert.equal(story.state.mode.reason?.numbers["slot"], 2)
  })

  it("pauses for a slot that cannot start until that slot trades or is gone, whatever the others do", () => {
    const poor = () => new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds"))
    assert.equal(poor().slot(1, request(1)).after(15).mode, "PAUSED cannot_bootstrap")
    assert.equal(poor().slot(2, request(1)).after(15).mode, "RUNNING resumed")
    const removed = poor().command({ name: "remove_slot", slot: 2 }).after(60)
    assert.equal(removed.mode, "PAUSED cannot_bootstrap")
    removed.slot(2, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
    assert.equal(removed.after(15).mode, "RUNNING resumed")
  })

  it.each([
    { doge: "12.99999999", usd: "0.4999999999", mode: "PAUSED cannot_bootstrap" },
    { doge: "13", usd: "0", mode: "RUNNING resumed" },
    { doge: "0", usd: "0.5", mode: "RUNNING resumed" }
  ])("with a slot that could not start, then $doge DOGE and $usd USD, is $mode", ({ doge, usd, mode }) => {
    const story = new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds"))
    assert.equal(story.balances(doge, usd).after(15).mode, mode)
  })

  it("lets a slot that could not start try again by the exchange's own smallest order", () => {
    const [minVolume, minCost] = [Volume.parse("20"), Quote.parse("5")]
    const terms = { priceDecimals: 6, volumeDecimals: 8, minVolume, minCost, status: "online" }
    const poor = () =>
      new GovernorStory()
        .running()
        .account({ _tag: "ConstraintsObserved", ...terms })
        .slot(2, refusal("bootstrap", "insufficient_funds"))
    assert.equal(poor().balances("19.99999999", "4.9999999999").after(15).mode, "PAUSED cannot_bootstrap")
    assert.equal(poor().balances("20", "0").after(15).mode, "RUNNING resumed")
    assert.equal(poor().balances("0", "5").after(15).mode, "RUNNING resumed")
  })

  it("is an operator's to pause and to resume, each once", () => {
    const story = new GovernorStory().running().command({ name: "pause", note: "lunch" })
    assert.equal(story.mode, "PAUSED operator")
    assert.equal(story.command({ name: "pause", note: "" }).heard("CommandRefused")[0]?.reason.rule, "already_paused")
    assert.equal(story.after(86_400).mode, "PAUSED operator")
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
    assert.equal(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule, "already_running")
  })

  it("names the cause that stands against a resume", () => {
    const story = new GovernorStory().running().command({ name: "pause", note: "" }).after(1, 100)
    const [refused] = story.command({ name: "resume" }).heard("CommandRefused")
    assert.equal(refused?.reason.rule, "stale_price")
    assert.equal(refused?.reason.numbers["priceAgeSec"], 100)
    story.after(1, 0)
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it("says the gravest cause, and the next one when that is gone", () => {
    const story = new GovernorStory().running().after(1, 61)
    assert.equal(story.mode, "PAUSED stale_price")
    story.slot(1, cycle("-3", story.nowMs))
    assert.equal(story.mode, "PAUSED daily_loss_lock")
    story.command({ name: "set_daily_loss_limit", limit: Quote.parse("10") })
    assert.equal(story.mode, "PAUSED stale_price")
  })

  it("halts when a slot breaks its rules; only removing the slot and an operator end that", () => {
    const story = new GovernorStory().running().slot(2, { _tag: "InvariantBroken", violations: ["two exits"] })
    assert.equal(story.mode, "HALTED invariant_broken")
    assert.deepEqual(story.state.mode.reason?.numbers, { slot: 2, violation: "two exits" })
    assert.equal(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule, "invariant_broken")
    story.command({ name: "remove_slot", slot: 2 })
    story.slot(2, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
    assert.equal(story.after(3_600).mode, "HALTED invariant_broken")
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it("stays halted while one of two broken slots is left", () => {
    const broken: MarketEvent = { _tag: "InvariantBroken", violations: ["two exits"] }
    const story = new GovernorStory().running().slot(1, broken).slot(2, broken)
    for (const slot of [1, 2]) {
      story.command({ name: "remove_slot", slot })
      story.slot(slot, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
      story.command({ name: "resume" })
      assert.equal(story.mode, slot === 1 ? "HALTED invariant_broken" : "RUNNING resumed")
    }
  })

  it("knows the newest twenty faults: more without an answer mean the same", () => {
    const story = new GovernorStory().running()
    const seqs = Array.from({ length: 21 }, (_, n) => n + 1)
    for (const seq of seqs) story.control({ _tag: "FaultRaised", actor: "slot-2", seq, problem: "cannot fold" })
    for (const seq of seqs.slice(1)) {
      assert.equal(story.command({ name: "resume" }).mode, "HALTED fault")
      story.control({ _tag: "RecordSkipped", actor: "slot-2", seq, author: "op", reason: "known" })
    }
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it("halts on a fault until an operator has answered it and resumes", () => {
    const story = new GovernorStory().running().control(fault)
    assert.equal(story.mode, "HALTED fault")
    assert.equal(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule, "fault")
    story.control({ _tag: "RecordSkipped", actor: "slot-2", seq: 77, author: "op", reason: "known" })
    assert.equal(story.mode, "HALTED fault")
    assert.equal(story.command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it("stays halted until every fault is answered, each once however often it was raised", () => {
    const other: MarketEvent = { _tag: "FaultRaised", actor: "slot-3", seq: 77, problem: "cannot fold" }
    const answered = (actor: string): MarketEvent => ({
      _tag: "RecordSkipped",
      actor,
      seq: 77,
      author: "op",
      reason: "known"
    })
    const story = new GovernorStory().running().control(fault).control(other).control(fault)
    story.control(answered("slot-2")).command({ name: "resume" })
    assert.equal(story.heard("CommandRefused")[0]?.reason.rule, "fault")
    assert.equal(story.control(answered("slot-3")).command({ name: "resume" }).mode, "RUNNING resumed")
  })

  it("has been what it is since it became that, whichever cause leads", () => {
    const story = new GovernorStory().running().after(1, 61)
    const since = story.nowMs / 1_000
    story.after(10, 61).account(errors(5))
    assert.equal(story.mode, "PAUSED api_errors")
    assert.equal(governorView(story.state)?.since, since)
    story.account(errors(0)).after(1, 0).after(15, 0)
    assert.equal(story.mode, "RUNNING resumed")
    assert.equal(governorView(story.state)?.since, story.nowMs / 1_000)
  })

  it("stays halted whatever else comes and goes", () => {
    const story = new GovernorStory().running().control(fault).after(1, 61)
    story.control({ _tag: "RecordSkipped", actor: "slot-2", seq: 77, author: "op", reason: "known" }).clock(61)
    assert.equal(story.command({ name: "pause", note: "" }).mode, "HALTED fault")
    assert.equal(story.after(3_600, 0).mode, "HALTED fault")
  })

  it.each<{ what: string; cause: (story: GovernorStory) => GovernorStory; mode: string }>([
    { what: "a price that is stale", cause: (story) => story.after(1, 61), mode: "PAUSED operator" },
    { what: "errors", cause: (story) => story.account(errors(5)), mode: "PAUSED operator" },
    { what: "a lock", cause: (story) => story.slot(1, cycle("-3", story.nowMs)), mode: "PAUSED daily_loss_lock" },
    { what: "a fault", cause: (story) => story.control(fault), mode: "HALTED fault" }
  ])("paused by an operator, with $what, says $mode", ({ cause, mode }) => {
    assert.equal(cause(new GovernorStory().running().command({ name: "pause", note: "" })).mode, mode)
  })

  it("says each mode and each leading cause once", () => {
    const story = new GovernorStory().running().after(1, 61).after(1, 62).after(1, 63)
    story.account(errors(5)).account(errors(6)).after(1, 64)
    assert.deepEqual(
      story.ever("ModeChanged").map(({ mode, reason }) => `${mode} ${reason.rule}`),
      ["STARTING startup", "RUNNING started", "PAUSED stale_price", "PAUSED api_errors"]
    )
  })

  it("forgets the errors of a process that is gone: its successor counts its own", () => {
    const story = new GovernorStory().running().account(errors(5)).control(restart)
    assert.equal(story.after(15, 1).mode, "STARTING startup")
  })

  it("does not call a price stale that nobody could hear since the start: the start waits for one", () => {
    const story = new GovernorStory().running()
    story.nowMs += 3_600_000
    assert.equal(story.control(restart).clock(null).mode, "STARTING startup")
    assert.equal(story.price("0.1").clock(61).mode, "PAUSED stale_price")
  })

  it("keeps a pause and a halt over a restart; a running market starts anew", () => {
    const paused = new GovernorStory().running().command({ name: "pause", note: "" }).control(restart)
    assert.equal(paused.mode, "PAUSED operator")
    const halted = new GovernorStory().running().control(fault).control(restart)
    assert.equal(halted.mode, "HALTED fault")
    const running = new GovernorStory().running().control(restart)
    assert.equal(running.mode, "STARTING startup")
    assert.equal(running.slot(1, request(1)).verdict, "refused starting")
  })

  it.each([true, false])("does not start anew when a service restarts that watches no orders", (fitsModels) => {
    const epoch: MarketEvent = { ...restart, watchesOrders: false, fitsModels }
    assert.equal(new GovernorStory().running().control(epoch).mode, "RUNNING started")
  })

  it("is a start before there are rules, in which nothing is granted and no price is too old", () => {
    const story = new GovernorStory()
    story.control({
      _tag: "EpochRaised",
      epoch: 1,
      service: "kennel up",
      reason: "start",
      watchesOrders: true,
      fitsModels: true
    })
    assert.deepEqual(
      story.said.map(({ _tag }) => _tag),
      ["StartupAdvanced", "ModeChanged"]
    )
    assert.equal(story.price("0.1").slot(1, request(1)).verdict, "refused starting")
    story.terms().balances("1000", "1000").reconciled().clock(1_000)
    assert.equal(story.mode, "STARTING startup")
    assert.lengthOf(story.everything, 3)
  })
})

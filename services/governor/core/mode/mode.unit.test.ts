import { describe, expect, it } from "@effect/vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import { marketSubjects } from "../../../../shared/core/ids/subjects.ts"
import { accepted, cycle, GovernorStory, refusal, request } from "../../testing/governorDriver.ts"
import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { governorActor } from "../actor.ts"
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
    expect(story.mode).toBe("STARTING startup")
    expect(new GovernorStory().running().mode).toBe("RUNNING started")
  })

  it.each([
    { age: 60, mode: "RUNNING started" },
    { age: 60.001, mode: "PAUSED stale_price" }
  ])("with a price $age s old, of at most 60, is $mode", ({ age, mode }) => {
    expect(new GovernorStory().running().after(1, age).mode).toBe(mode)
  })

  it("counts a price the feed says nothing of by the clock since it came", () => {
    const story = new GovernorStory().running().price("0.1")
    expect(story.after(60, null).mode).toBe("RUNNING started")
    expect(story.after(1, null).mode).toBe("PAUSED stale_price")
  })

  describe("whose feed has fallen silent", () => {
    const later = (story: GovernorStory, seconds: number) => {
      story.nowMs += seconds * 1_000
      return story.balances("100000", "100000")
    }
    const silent = (seconds: number, rulesVersion?: number) =>
      later(new GovernorStory(rulesVersion).running().after(1, 2), seconds)

    it.each([
      { seconds: 58, mode: "RUNNING started" },
      { seconds: 58.001, mode: "PAUSED stale_price" }
    ])("for $seconds s after a price 2 s old, as somebody else tells the time, is $mode", ({ seconds, mode }) => {
      expect(silent(seconds).mode).toBe(mode)
    })

    it("grants nothing by the old price: the fill before an entry tells the time", () => {
      const story = new GovernorStory().running().after(1, 2)
      story.nowMs += 300_000
      story.order(1, accepted(7)).slot(1, request(8))
      expect(story.mode).toBe("PAUSED stale_price")
      expect(story.heard("EntryRefused").map(({ reason }) => reason.rule)).toStrictEqual(["paused"])
    })

    it("goes on by itself once the feed speaks again", () => {
      expect(silent(300).after(1, 0).after(15, 0).mode).toBe("RUNNING resumed")
    })

    it("under version 2 of the rules runs on by the feed's last word", () => {
      expect(silent(300, 2).mode).toBe("RUNNING started")
    })
  })

  it("of a market whose exchange says why it has no price says so too, also when it says so later", () => {
    const silent = (story: GovernorStory) =>
      story.tell(subjects.clock, { _tag: "ClockTicked", priceAgeSec: 61, noPrice: "recording ended" })
    const before = silent(new GovernorStory().running())
    const after = silent(new GovernorStory().running().after(1, 61))
    for (const { state } of [before, after]) {
      expect(state.mode.reason?.numbers).toStrictEqual({ priceAgeSec: 61, maxAgeSec: 60, noPrice: "recording ended" })
    }
    expect(after.after(1, 0).after(15, 0).mode).toBe("RUNNING resumed")
  })

  it("goes on by itself once a stale price has been fresh for as long as set, and not a moment before", () => {
    const story = new GovernorStory().running().after(1, 61).after(1, 0)
    expect(story.after(14.999, 0).mode).toBe("PAUSED stale_price")
    expect(story.after(0.001, 0).mode).toBe("RUNNING resumed")
  })

  it("waits for an operator when nothing is to resume by itself", () => {
    const story = new GovernorStory().running({ autoResumeAfterSec: 0 }).after(1, 61).after(3_600, 0)
    expect(story.mode).toBe("PAUSED stale_price")
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it.each([
    { count: 4, mode: "RUNNING started" },
    { count: 5, mode: "PAUSED api_errors" }
  ])("after $count failed calls in a row, of 5, is $mode", ({ count, mode }) => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= count; n++) story.account(errors(n))
    expect(story.mode).toBe(mode)
  })

  describe("whose key, name or address is refused although it had worked", () => {
    const refused: EventOf<"ExchangeErrorsObserved"> = {
      _tag: "ExchangeErrorsObserved",
      consecutive: 1,
      operation: "BalanceEx",
      detail: "EAPI:Invalid key",
      help: "compare the key"
    }

    it("pauses at once, in the exchange's words, and tells people what helps, once", () => {
      const story = new GovernorStory().running().account(refused)
      expect(story.mode).toBe("PAUSED access_refused")
      const { operation, detail, help } = refused
      expect(story.state.mode.reason?.numbers).toStrictEqual({ operation, detail, help })
      story.account({ ...refused, consecutive: 2 })
      const notices = story.ever("NoticeRaised").filter(({ reason }) => reason.rule === "access_refused")
      expect(notices).toHaveLength(1)
    })

    it("says so also where calls had failed before", () => {
      const story = new GovernorStory().running()
      for (let n = 1; n <= 5; n++) story.account(errors(n))
      expect(story.account({ ...refused, consecutive: 6 }).mode).toBe("PAUSED access_refused")
    })

    it("goes on by itself once a call succeeds", () => {
      const story = new GovernorStory().running().account(refused).account(errors(0))
      expect(story.after(15, 1).mode).toBe("RUNNING resumed")
    })

    it("under version 2 of the rules counts it as any failed call", () => {
      expect(new GovernorStory(2).running().account(refused).mode).toBe("RUNNING started")
    })
  })

  it("keeps the errors' pause until a call succeeds", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 6; n++) story.account(errors(n))
    expect(story.after(3_600, 1).mode).toBe("PAUSED api_errors")
    expect(story.account(errors(4)).after(15, 1).mode).toBe("PAUSED api_errors")
    story.account(errors(0))
    expect(story.after(15, 1).mode).toBe("RUNNING resumed")
  })

  it("pauses when a slot can start on neither side, and names it", () => {
    const story = new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds", { usdFree: 0.1 }))
    expect(story.mode).toBe("PAUSED cannot_bootstrap")
    expect(story.state.mode.reason?.numbers["slot"]).toBe(2)
  })

  it("pauses for a slot that cannot start until that slot trades or is gone, whatever the others do", () => {
    const poor = () => new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds"))
    expect(poor().slot(1, request(1)).after(15).mode).toBe("PAUSED cannot_bootstrap")
    expect(poor().slot(2, request(1)).after(15).mode).toBe("RUNNING resumed")
    const removed = poor().command({ name: "remove_slot", slot: 2 }).after(60)
    expect(removed.mode).toBe("PAUSED cannot_bootstrap")
    removed.slot(2, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
    expect(removed.after(15).mode).toBe("RUNNING resumed")
  })

  it.each([
    { doge: "12.99999999", usd: "0.4999999999", mode: "PAUSED cannot_bootstrap" },
    { doge: "13", usd: "0", mode: "RUNNING resumed" },
    { doge: "0", usd: "0.5", mode: "RUNNING resumed" }
  ])("with a slot that could not start, then $doge DOGE and $usd USD, is $mode", ({ doge, usd, mode }) => {
    const story = new GovernorStory().running().slot(2, refusal("bootstrap", "insufficient_funds"))
    expect(story.balances(doge, usd).after(15).mode).toBe(mode)
  })

  it("lets a slot that could not start try again by the exchange's own smallest order", () => {
    const [minVolume, minCost] = [Volume.parse("20"), Quote.parse("5")]
    const terms = { priceDecimals: 6, volumeDecimals: 8, minVolume, minCost, status: "online" }
    const poor = () =>
      new GovernorStory()
        .running()
        .account({ _tag: "ConstraintsObserved", ...terms })
        .slot(2, refusal("bootstrap", "insufficient_funds"))
    expect(poor().balances("19.99999999", "4.9999999999").after(15).mode).toBe("PAUSED cannot_bootstrap")
    expect(poor().balances("20", "0").after(15).mode).toBe("RUNNING resumed")
    expect(poor().balances("0", "5").after(15).mode).toBe("RUNNING resumed")
  })

  it("is an operator's to pause and to resume, each once", () => {
    const story = new GovernorStory().running().command({ name: "pause", note: "lunch" })
    expect(story.mode).toBe("PAUSED operator")
    expect(story.command({ name: "pause", note: "" }).heard("CommandRefused")[0]?.reason.rule).toBe("already_paused")
    expect(story.after(86_400).mode).toBe("PAUSED operator")
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
    expect(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule).toBe("already_running")
  })

  it("names the cause that stands against a resume", () => {
    const story = new GovernorStory().running().command({ name: "pause", note: "" }).after(1, 100)
    const [refused] = story.command({ name: "resume" }).heard("CommandRefused")
    expect(refused?.reason.rule).toBe("stale_price")
    expect(refused?.reason.numbers["priceAgeSec"]).toBe(100)
    story.after(1, 0)
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("says the gravest cause, and the next one when that is gone", () => {
    const story = new GovernorStory().running().after(1, 61)
    expect(story.mode).toBe("PAUSED stale_price")
    story.slot(1, cycle("-3", story.nowMs))
    expect(story.mode).toBe("PAUSED daily_loss_lock")
    story.command({ name: "set_daily_loss_limit", limit: Quote.parse("10") })
    expect(story.mode).toBe("PAUSED stale_price")
  })

  it("halts when a slot breaks its rules; only removing the slot and an operator end that", () => {
    const story = new GovernorStory().running().slot(2, { _tag: "InvariantBroken", violations: ["two exits"] })
    expect(story.mode).toBe("HALTED invariant_broken")
    expect(story.state.mode.reason?.numbers).toStrictEqual({ slot: 2, violation: "two exits" })
    expect(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule).toBe("invariant_broken")
    story.command({ name: "remove_slot", slot: 2 })
    story.slot(2, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
    expect(story.after(3_600).mode).toBe("HALTED invariant_broken")
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("stays halted while one of two broken slots is left", () => {
    const broken: MarketEvent = { _tag: "InvariantBroken", violations: ["two exits"] }
    const story = new GovernorStory().running().slot(1, broken).slot(2, broken)
    for (const slot of [1, 2]) {
      story.command({ name: "remove_slot", slot })
      story.slot(slot, { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } })
      story.command({ name: "resume" })
      expect(story.mode).toBe(slot === 1 ? "HALTED invariant_broken" : "RUNNING resumed")
    }
  })

  it("knows the newest twenty faults: more without an answer mean the same", () => {
    const story = new GovernorStory().running()
    const seqs = Array.from({ length: 21 }, (_, n) => n + 1)
    for (const seq of seqs) story.control({ _tag: "FaultRaised", actor: "slot-2", seq, problem: "cannot fold" })
    for (const seq of seqs.slice(1)) {
      expect(story.command({ name: "resume" }).mode).toBe("HALTED fault")
      story.control({ _tag: "RecordSkipped", actor: "slot-2", seq, author: "op", reason: "known" })
    }
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("halts on a fault until an operator has answered it and resumes", () => {
    const story = new GovernorStory().running().control(fault)
    expect(story.mode).toBe("HALTED fault")
    expect(story.command({ name: "resume" }).heard("CommandRefused")[0]?.reason.rule).toBe("fault")
    story.control({ _tag: "RecordSkipped", actor: "slot-2", seq: 77, author: "op", reason: "known" })
    expect(story.mode).toBe("HALTED fault")
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("halts on a fault until an operator has said that its record stands, and resumes", () => {
    const story = new GovernorStory().running().control(fault)
    story.control({ _tag: "FaultDismissed", actor: "slot-3", seq: 77, author: "op", reason: "another's" })
    expect(story.command({ name: "resume" }).mode).toBe("HALTED fault")
    story.control({ _tag: "FaultDismissed", actor: "slot-2", seq: 77, author: "op", reason: "it folds" })
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
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
    expect(story.heard("CommandRefused")[0]?.reason.rule).toBe("fault")
    expect(story.control(answered("slot-3")).command({ name: "resume" }).mode).toBe("RUNNING resumed")
  })

  it("has been what it is since it became that, whichever cause leads", () => {
    const story = new GovernorStory().running().after(1, 61)
    const since = story.nowMs / 1_000
    story.after(10, 61).account(errors(5))
    expect(story.mode).toBe("PAUSED api_errors")
    expect(governorView(story.state)?.since).toBe(since)
    story.account(errors(0)).after(1, 0).after(15, 0)
    expect(story.mode).toBe("RUNNING resumed")
    expect(governorView(story.state)?.since).toBe(story.nowMs / 1_000)
  })

  it("stays halted whatever else comes and goes", () => {
    const story = new GovernorStory().running().control(fault).after(1, 61)
    story.control({ _tag: "RecordSkipped", actor: "slot-2", seq: 77, author: "op", reason: "known" }).clock(61)
    expect(story.command({ name: "pause", note: "" }).mode).toBe("HALTED fault")
    expect(story.after(3_600, 0).mode).toBe("HALTED fault")
  })

  it.each<{ what: string; cause: (story: GovernorStory) => GovernorStory; mode: string }>([
    { what: "a price that is stale", cause: (story) => story.after(1, 61), mode: "PAUSED operator" },
    { what: "errors", cause: (story) => story.account(errors(5)), mode: "PAUSED operator" },
    { what: "a lock", cause: (story) => story.slot(1, cycle("-3", story.nowMs)), mode: "PAUSED daily_loss_lock" },
    { what: "a fault", cause: (story) => story.control(fault), mode: "HALTED fault" }
  ])("paused by an operator, with $what, says $mode", ({ cause, mode }) => {
    expect(cause(new GovernorStory().running().command({ name: "pause", note: "" })).mode).toBe(mode)
  })

  it("says each mode and each leading cause once", () => {
    const story = new GovernorStory().running().after(1, 61).after(1, 62).after(1, 63)
    story.account(errors(5)).account(errors(6)).after(1, 64)
    expect(story.ever("ModeChanged").map(({ mode, reason }) => `${mode} ${reason.rule}`)).toStrictEqual([
      "STARTING startup",
      "RUNNING started",
      "PAUSED stale_price",
      "PAUSED api_errors"
    ])
  })

  it("forgets the errors of a process that is gone: its successor counts its own", () => {
    const story = new GovernorStory().running().account(errors(5)).control(restart)
    expect(story.after(15, 1).mode).toBe("STARTING startup")
  })

  it("does not call a price stale that nobody could hear since the start: the start waits for one", () => {
    const story = new GovernorStory().running()
    story.nowMs += 3_600_000
    expect(story.control(restart).clock(null).mode).toBe("STARTING startup")
    expect(story.price("0.1").clock(61).mode).toBe("PAUSED stale_price")
  })

  it("keeps a pause and a halt over a restart; a running market starts anew", () => {
    const paused = new GovernorStory().running().command({ name: "pause", note: "" }).control(restart)
    expect(paused.mode).toBe("PAUSED operator")
    const halted = new GovernorStory().running().control(fault).control(restart)
    expect(halted.mode).toBe("HALTED fault")
    const running = new GovernorStory().running().control(restart)
    expect(running.mode).toBe("STARTING startup")
    expect(running.slot(1, request(1)).verdict).toBe("refused starting")
  })

  it.each([true, false])("does not start anew when a service restarts that watches no orders", (fitsModels) => {
    const epoch: MarketEvent = { ...restart, watchesOrders: false, fitsModels }
    expect(new GovernorStory().running().control(epoch).mode).toBe("RUNNING started")
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
    expect(story.said.map(({ _tag }) => _tag)).toStrictEqual(["StartupAdvanced", "ModeChanged"])
    expect(story.price("0.1").slot(1, request(1)).verdict).toBe("refused starting")
    story.terms().balances("1000", "1000").reconciled().clock(1_000)
    expect(story.mode).toBe("STARTING startup")
    expect(story.everything).toHaveLength(3)
  })
})

describe("a fact whose time cannot be", () => {
  it("moves nothing and is told, as often as it is to be", () => {
    const { state } = new GovernorStory().configure()
    const place = placeAt({ seq: 99, index: 0, subject: "market.XDGUSD.clock", epoch: 1, timeMs: 4_102_444_800_000 })
    const tick = { _tag: "ClockTicked", priceAgeSec: 1 } as const
    const untimely = { problem: "its time is 9 s beyond what can have passed", tell: true, believedMs: 1 }
    const told = governorActor.reduce(state, tick, { ...place, untimely })
    expect(told.state).toBe(state)
    expect(told.outputs).toMatchObject([
      {
        _tag: "NoticeRaised",
        reason: { rule: "fact_not_believed", numbers: { fact: "ClockTicked", problem: untimely.problem } }
      }
    ])
    const silent = governorActor.reduce(state, tick, { ...place, untimely: { ...untimely, tell: false } })
    expect(silent).toStrictEqual({ state, outputs: [] })
  })
})

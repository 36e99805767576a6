import { describe, expect, it } from "@effect/vitest"
import { cycle, GovernorStory, orphaned, request, takenBack, testRules } from "../../testing/governorDriver.ts"
import { findOrder } from "../../../../shared/market/core/liveOrders.ts"
import { entryCap } from "./scheduler.ts"

describe("the cap on entries per loop", () => {
  it.each([
    { headroom: 60, configured: 2, cap: 2 },
    { headroom: 21, configured: 5, cap: 5 },
    { headroom: 20, configured: 5, cap: 3 },
    { headroom: 11, configured: 5, cap: 3 },
    { headroom: 10, configured: 5, cap: 2 },
    { headroom: 6, configured: 5, cap: 2 },
    { headroom: 5, configured: 5, cap: 1 },
    { headroom: 1, configured: 5, cap: 1 },
    { headroom: 0, configured: 5, cap: 0 },
    { headroom: -3, configured: 5, cap: 0 },
    { headroom: 20, configured: 1, cap: 1 },
    { headroom: 10, configured: 1, cap: 1 }
  ])("with $headroom places left and $configured configured is $cap", ({ headroom, configured, cap }) => {
    expect(entryCap(headroom, testRules({ maxEntryAddsPerLoop: configured }))).toBe(cap)
  })
})

describe("the entry scheduler", () => {
  it("lets as many entries go as the loop allows, and queues the others in their order", () => {
    const story = new GovernorStory().running().nextLoop()
    expect(story.slot(1, request(1)).verdict).toBe("granted")
    expect(story.slot(1, request(2, { side: "sell" })).verdict).toBe("granted")
    expect(story.slot(2, request(1)).verdict).toBe("deferred loop_cap")
    expect(story.slot(3, request(1)).verdict).toBe("deferred loop_cap")
    expect(story.state.scheduler.queue).toStrictEqual(["2/1", "3/1"])
  })

  it("drains the queue, oldest first, when the next loop begins, before new entries", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1)).slot(3, request(1))
    expect(
      story
        .nextLoop()
        .heard("EntryGranted")
        .map(({ slot }) => slot)
    ).toStrictEqual([2])
    expect(story.slot(1, request(2, { side: "sell" })).verdict).toBe("deferred loop_cap")
    expect(story.state.scheduler.queue).toStrictEqual(["3/1", "1/2"])
    expect(story.state.scheduler.deferredTotal).toBe(3)
    expect(story.state.scheduler.drainedTotal).toBe(1)
  })

  it("begins a loop exactly at its boundary", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1))
    expect(story.after(29.999).heard("EntryGranted")).toHaveLength(0)
    expect(story.after(0.001).heard("EntryGranted")).toHaveLength(1)
  })

  it("asks no grant of exits, whatever the room", () => {
    const story = new GovernorStory().running().openOrders(79)
    story.slot(1, request(5, { role: "exit", side: "sell", price: "0.11" }))
    expect(story.verdict).toBe("nothing")
    expect(findOrder(story.state.orders, 1, 5)?.stage).toBe("granted")
  })

  it.each([
    { open: 36, verdicts: ["granted", "granted", "granted", "granted", "deferred loop_cap"] },
    { open: 40, verdicts: ["granted", "granted", "granted", "deferred loop_cap", "deferred loop_cap"] },
    { open: 55, verdicts: ["granted", "deferred loop_cap", "deferred loop_cap", "deferred loop_cap"] },
    { open: 60, verdicts: ["deferred no_headroom"] }
  ])("with $open open orders of a safe cap of 60, of 4 a loop, gives $verdicts", ({ open, verdicts }) => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 4 }).openOrders(open).nextLoop()
    expect(verdicts.map((_, n) => story.slot(1, request(n + 1)).verdict)).toStrictEqual(verdicts)
  })

  it("counts open orders as the exchange does, once it has counted", () => {
    const story = new GovernorStory().running().nextLoop()
    story.account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 60 })
    expect(story.slot(1, request(1)).verdict).toBe("deferred no_headroom")
    story.account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 0 })
    expect(story.clock().heard("EntryGranted")).toHaveLength(1)
  })

  it.each([
    { side: "buy", at: "0.0999", verdict: 1 },
    { side: "buy", at: "0.0998", verdict: 0 },
    { side: "sell", at: "0.1001", verdict: 1 },
    { side: "sell", at: "0.1002", verdict: 0 }
  ] as const)("a waiting $side entry with the market at $at is granted $verdict times", ({ side, at, verdict }) => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1, { side })).price(at).nextLoop()
    expect(story.ever("EntryGranted").filter(({ slot }) => slot === 2)).toHaveLength(verdict)
    const refused = story.ever("EntryRefused").map(({ reason }) => reason.rule)
    expect(refused).toStrictEqual(verdict === 1 ? [] : ["price_passed"])
  })

  it.each<{ rule: "paused" | "halted"; cause: string; stop: (story: GovernorStory) => GovernorStory }>([
    { rule: "paused", cause: "operator", stop: (story) => story.command({ name: "pause", note: "" }) },
    { rule: "paused", cause: "daily_loss_lock", stop: (story) => story.slot(3, cycle("-3", story.nowMs)) },
    {
      rule: "halted",
      cause: "fault",
      stop: (story) => story.control({ _tag: "FaultRaised", actor: "slot-3", seq: 7, problem: "cannot fold" })
    }
  ])("refuses everything that waits when the market is $rule ($cause), and what is asked for then", (row) => {
    const { rule, cause, stop } = row
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    stop(story.slot(1, request(1)).slot(2, request(1)))
    const refused = () => story.heard("EntryRefused").map(({ slot, reason }) => ({ slot, ...reason }))
    expect(story.state.scheduler.queue).toStrictEqual([])
    expect(refused()).toStrictEqual([{ slot: 2, rule, numbers: { cause } }])
    story.slot(3, request(1))
    expect(refused()).toStrictEqual([{ slot: 3, rule, numbers: { cause } }])
  })

  it("drops a waiting entry that its slot takes back, and leaves a granted one to the gateway", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1))
    expect(story.slot(2, takenBack(1)).verdict).toBe("refused withdrawn")
    expect(story.slot(1, takenBack(1)).verdict).toBe("nothing")
  })

  it("refuses entries of a slot that is not of the market, or about to leave it", () => {
    const story = new GovernorStory().running().nextLoop()
    expect(story.slot(7, request(1)).verdict).toBe("refused slot_inactive")
    story.command({ name: "remove_slot", slot: 3 })
    expect(story.slot(3, request(1)).verdict).toBe("refused slot_inactive")
  })

  it("refuses what waited for a slot that was removed meanwhile", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1)).command({ name: "remove_slot", slot: 2 })
    expect(story.clock().verdict).toBe("refused slot_inactive")
  })

  it.each([
    { limit: 3, ratio: 1, verdict: "deferred open_order_limit" },
    { limit: 4, ratio: 0.75, verdict: "deferred no_headroom" },
    { limit: 4, ratio: 1, verdict: "granted" }
  ])("with 3 open of a limit of $limit, of which $ratio is safe, gives $verdict", ({ limit, ratio, verdict }) => {
    const story = new GovernorStory().running({ openOrderLimit: limit, openOrderSafetyRatio: ratio }).openOrders(3)
    expect(story.nextLoop().slot(1, request(1)).verdict).toBe(verdict)
  })

  it("says which numbers it compared", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop().slot(1, request(1))
    expect(story.slot(2, request(1)).heard("EntryDeferred")[0]?.reason.numbers).toStrictEqual({
      headroom: 59,
      open: 1,
      safeCap: 60,
      limit: 80,
      cap: 1,
      grantedInLoop: 1
    })
  })

  it("lets an entry that waits for room go before one that is asked for later", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 60 }).slot(2, request(1))
    story.account({ _tag: "OpenOrdersObserved", ours: 0, foreign: 0 }).slot(1, request(1))
    expect(story.heard("EntryGranted").map(({ slot }) => slot)).toStrictEqual([2])
    expect(story.state.scheduler.queue).toStrictEqual(["1/1"])
  })

  it("grants nothing at the very tick that finds the price stale", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1)).after(30, 61)
    expect(story.mode).toBe("PAUSED stale_price")
    expect(story.verdict).toBe("refused paused")
  })

  it("keeps what waits over a restart, and lets it go when the start is far enough", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).nextLoop()
    story.slot(1, request(1)).slot(2, request(1))
    story
      .control({
        _tag: "EpochRaised",
        epoch: 2,
        service: "order-gateway",
        reason: "start",
        watchesOrders: true,
        fitsModels: false
      })
      .nextLoop()
    expect(story.state.scheduler.queue).toStrictEqual(["2/1"])
    story.price("0.1").reconciled()
    expect(story.clock().verdict).toBe("granted")
  })

  it("spends no more of a loop when a new configuration allows less than is spent", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 3 }).nextLoop()
    for (const slot of [1, 2, 3]) story.slot(slot, request(1))
    story.control({ _tag: "GovernorConfigured", rules: testRules({ maxEntryAddsPerLoop: 1 }), fittedIntervals: [] })
    expect(story.slot(1, request(2)).verdict).toBe("deferred loop_cap")
  })

  it("counts an orphaned exit as an open order", () => {
    const story = new GovernorStory().running().openOrders(60).nextLoop()
    expect(story.slot(9, orphaned(1_000, 1)).slot(1, request(1)).verdict).toBe("deferred no_headroom")
  })
})

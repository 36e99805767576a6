import { assert, describe, it } from "@effect/vitest"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { capacityOf } from "./capacity.ts"
import { accepted, ended, fill, GovernorStory, request, testRules } from "../../testing/governorDriver.ts"
import { medianOf } from "../slots/median.ts"
import { governorView } from "../view/view.ts"

const counted = (ours: number, foreign: number): MarketEvent => ({ _tag: "OpenOrdersObserved", ours, foreign })

const room = (story: GovernorStory) => capacityOf(story.state, story.state.rules ?? testRules())

const health = (story: GovernorStory) => {
  const view = governorView(story.state)
  assert.isNotNull(view)
  return view.capacity_fill_health
}

/** An exit of slot 1 that was open for so long and is then filled whole. */
const filledAfter = (story: GovernorStory, localId: number, seconds: number): GovernorStory =>
  story
    .slot(1, request(localId, { role: "exit" }))
    .order(1, accepted(localId))
    .after(seconds)
    .order(1, ended("OrderFilled", localId, "20"))

describe("room for open orders", () => {
  it.each([
    { limit: 80, ratio: 0.75, safeCap: 60 },
    { limit: 225, ratio: 0.75, safeCap: 168 },
    { limit: 60, ratio: 1, safeCap: 60 }
  ])("is $safeCap at a limit of $limit and a ratio of $ratio, rounded down", ({ limit, ratio, safeCap }) => {
    const story = new GovernorStory().running({ openOrderLimit: limit, openOrderSafetyRatio: ratio })
    assert.equal(room(story).safeCap, safeCap)
  })

  it.each([
    { open: 40, headroom: 20, band: "normal" },
    { open: 41, headroom: 19, band: "caution" },
    { open: 50, headroom: 10, band: "caution" },
    { open: 51, headroom: 9, band: "stop" },
    { open: 61, headroom: -1, band: "stop" }
  ])("with $open open orders of a safe cap of 60 is in the band $band", ({ open, headroom, band }) => {
    const story = new GovernorStory().running().openOrders(open)
    assert.equal(room(story).headroom, headroom)
    assert.equal(room(story).band, band)
    assert.lengthOf(room(story).hints, band === "normal" ? 0 : 1)
    const last = story.ever("CapacityBandChanged").at(-1)
    assert.equal(last?.band ?? "normal", band)
    assert.equal(last?.reason.rule ?? "open_order_headroom", "open_order_headroom")
  })

  it("tells each band once, and the way back", () => {
    const story = new GovernorStory().running().openOrders(45)
    for (let n = 0; n < 10; n++) story.order(9, ended("OrderCancelled", 1_000 + n, "0"))
    assert.deepEqual(
      story.ever("CapacityBandChanged").map(({ band }) => band),
      ["caution", "normal"]
    )
  })

  it("counts what is on its way to the exchange, and no entry without a grant", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 })
    story.slot(1, request(1)).slot(1, request(2))
    assert.equal(story.verdict, "deferred loop_cap")
    assert.equal(room(story).internal, 1)
  })

  it("goes by the exchange's count, moved along with what the journal has since seen", () => {
    const story = new GovernorStory().running().openOrders(5)
    assert.equal(room(story).exchange, null)
    assert.equal(room(story).open, 5)
    story.account(counted(5, 3))
    assert.equal(room(story).open, 8)
    story.openOrders(2, 2_000).order(9, ended("OrderFilled", 1_000, "20"))
    assert.equal(room(story).open, 9)
    assert.equal(health(story).open_orders_source, "kraken")
    assert.equal(health(story).open_orders_internal, 6)
  })

  it("stops for a day after an order was cancelled with a part filled, to the millisecond", () => {
    const story = new GovernorStory()
      .running()
      .openOrders(1)
      .order(9, ended("OrderCancelled", 1_000, "7"))
    const [changed] = story.heard("CapacityBandChanged")
    assert.equal(changed?.band, "stop")
    assert.deepEqual(changed?.reason, { rule: "part_fills_cancelled", numbers: { cancelled: 1 } })
    assert.equal(health(story).partial_fill_cancel_events_1d, 1)
    assert.equal(room(story.after(86_399.999)).band, "stop")
    assert.equal(room(story.after(0.001)).band, "normal")
    assert.equal(health(story).partial_fill_cancel_events_1d, 0)
  })

  it("counts every one of a day's cancels with a part filled", () => {
    const story = new GovernorStory().running().openOrders(2)
    story.order(9, ended("OrderCancelled", 1_000, "7")).after(86_399)
    assert.equal(health(story.order(9, ended("OrderCancelled", 1_001, "7"))).partial_fill_cancel_events_1d, 2)
    assert.deepEqual(room(story).hints, [{ rule: "part_fills_cancelled", numbers: { cancelled: 2 } }])
    assert.equal(health(story.after(1)).partial_fill_cancel_events_1d, 1)
  })

  it("is not bothered by a cancel without a fill", () => {
    const story = new GovernorStory()
      .running()
      .openOrders(1)
      .order(9, ended("OrderCancelled", 1_000, "0"))
    assert.equal(room(story).band, "normal")
  })

  it("counts a fill that leaves a rest as a part fill, the one that completes the order not", () => {
    const story = new GovernorStory().running().openOrders(1)
    story.order(9, fill(1_000, "8"))
    assert.equal(health(story).partial_fill_open_events_1d, 1)
    story.order(9, fill(1_000, "12"))
    assert.equal(health(story).partial_fill_open_events_1d, 1)
  })
})

describe("how long orders take to fill", () => {
  it("is nothing before the first fill", () => {
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(new GovernorStory().running())
    assert.deepEqual([median_fill_seconds_1d, p95_fill_seconds_1d], [null, null])
  })

  it("is the median and the 95th percentile from acceptance to the last fill", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 20; n++) filledAfter(story, n, n)
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(story)
    assert.deepEqual([median_fill_seconds_1d, p95_fill_seconds_1d], [10.5, 19])
  })

  it("does not depend on the order in which they filled, and leaves out an order that nobody saw accepted", () => {
    const story = new GovernorStory().running()
    for (const [index, seconds] of [7, 9, 1, 2, 4].entries()) filledAfter(story, index + 1, seconds)
    story.slot(1, request(6, { role: "exit" })).order(1, ended("OrderFilled", 6, "20"))
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(story)
    assert.deepEqual([median_fill_seconds_1d, p95_fill_seconds_1d], [4, 9])
  })

  it("forgets a fill after a day", () => {
    const story = filledAfter(new GovernorStory().running(), 1, 100)
    filledAfter(story, 2, 86_399)
    assert.equal(health(story).median_fill_seconds_1d, (100 + 86_399) / 2)
    assert.equal(health(story.after(1)).median_fill_seconds_1d, 86_399)
  })

  it("keeps the newest 500 of a busy day", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 510; n++) filledAfter(story, n, n <= 10 ? 50 : 1)
    assert.lengthOf(story.state.capacity.fillSeconds, 500)
    assert.isTrue(story.state.capacity.fillSeconds.every(({ seconds }) => seconds === 1))
  })

  it.each([
    { numbers: [], median: null },
    { numbers: [3], median: 3 },
    { numbers: [1, 2], median: 1.5 },
    { numbers: [1, 2, 10], median: 2 },
    { numbers: [1, 2, 4, 10], median: 3 }
  ])("the median of $numbers is $median", ({ numbers, median }) => {
    assert.equal(medianOf(numbers), median)
  })
})

describe("the estimate of how many slots there is room for", () => {
  it("takes the orders a slot has on average, two at least", () => {
    const empty = health(new GovernorStory().running())
    assert.deepEqual([empty.orders_per_slot_estimate, empty.estimated_slots_remaining], [2, 30])
    const busy = health(new GovernorStory().running({}, [1, 2]).openOrders(10))
    assert.deepEqual([busy.orders_per_slot_estimate, busy.estimated_slots_remaining], [5, 10])
    const one = health(new GovernorStory().running().openOrders(1))
    assert.deepEqual([one.open_order_headroom, one.estimated_slots_remaining], [59, 29])
    const full = health(new GovernorStory().running().openOrders(65))
    assert.equal(full.estimated_slots_remaining, 0)
  })
})

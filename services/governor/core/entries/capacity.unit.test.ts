import { describe, expect, it } from "@effect/vitest"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { capacityOf } from "./capacity.ts"
import { accepted, ended, fill, GovernorStory, request, testRules } from "../../testing/governorDriver.ts"
import { governorView } from "../view/view.ts"

const counted = (ours: number, foreign: number): MarketEvent => ({ _tag: "OpenOrdersObserved", ours, foreign })

const room = (story: GovernorStory) => capacityOf(story.state, story.state.rules ?? testRules())

const health = (story: GovernorStory) => {
  const view = governorView(story.state)
  expect(view).not.toBeNull()
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
    expect(room(story).safeCap).toBe(safeCap)
  })

  it.each([
    { open: 40, headroom: 20, band: "normal" },
    { open: 41, headroom: 19, band: "caution" },
    { open: 50, headroom: 10, band: "caution" },
    { open: 51, headroom: 9, band: "stop" },
    { open: 61, headroom: -1, band: "stop" }
  ])("with $open open orders of a safe cap of 60 is in the band $band", ({ open, headroom, band }) => {
    const story = new GovernorStory().running().openOrders(open)
    expect(room(story).headroom).toBe(headroom)
    expect(room(story).band).toBe(band)
    expect(room(story).hints).toHaveLength(band === "normal" ? 0 : 1)
    const last = story.ever("CapacityBandChanged").at(-1)
    expect(last?.band ?? "normal").toBe(band)
    expect(last?.reason.rule ?? "open_order_headroom").toBe("open_order_headroom")
  })

  it("tells each band once, and the way back", () => {
    const story = new GovernorStory().running().openOrders(45)
    for (let n = 0; n < 10; n++) story.order(9, ended("OrderCancelled", 1_000 + n, "0"))
    expect(story.ever("CapacityBandChanged").map(({ band }) => band)).toStrictEqual(["caution", "normal"])
  })

  it("counts what is on its way to the exchange, and no entry without a grant", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 })
    story.slot(1, request(1)).slot(1, request(2))
    expect(story.verdict).toBe("deferred loop_cap")
    expect(room(story).internal).toBe(1)
  })

  it("goes by the exchange's count, moved along with what the journal has since seen", () => {
    const story = new GovernorStory().running().openOrders(5)
    expect(room(story).exchange).toBe(null)
    expect(room(story).open).toBe(5)
    story.account(counted(5, 3))
    expect(room(story).open).toBe(8)
    story.openOrders(2, 2_000).order(9, ended("OrderFilled", 1_000, "20"))
    expect(room(story).open).toBe(9)
    expect(health(story).open_orders_source).toBe("kraken")
    expect(health(story).open_orders_internal).toBe(6)
  })

  it("stops for a day after an order was cancelled with a part filled, to the millisecond", () => {
    const story = new GovernorStory()
      .running()
      .openOrders(1)
      .order(9, ended("OrderCancelled", 1_000, "7"))
    const [changed] = story.heard("CapacityBandChanged")
    expect(changed?.band).toBe("stop")
    expect(changed?.reason).toStrictEqual({ rule: "part_fills_cancelled", numbers: { cancelled: 1 } })
    expect(health(story).partial_fill_cancel_events_1d).toBe(1)
    expect(room(story.after(86_399.999)).band).toBe("stop")
    expect(room(story.after(0.001)).band).toBe("normal")
    expect(health(story).partial_fill_cancel_events_1d).toBe(0)
  })

  it("counts every one of a day's cancels with a part filled", () => {
    const story = new GovernorStory().running().openOrders(2)
    story.order(9, ended("OrderCancelled", 1_000, "7")).after(86_399)
    expect(health(story.order(9, ended("OrderCancelled", 1_001, "7"))).partial_fill_cancel_events_1d).toBe(2)
    expect(room(story).hints).toStrictEqual([{ rule: "part_fills_cancelled", numbers: { cancelled: 2 } }])
    expect(health(story.after(1)).partial_fill_cancel_events_1d).toBe(1)
  })

  it("is not bothered by a cancel without a fill", () => {
    const story = new GovernorStory()
      .running()
      .openOrders(1)
      .order(9, ended("OrderCancelled", 1_000, "0"))
    expect(room(story).band).toBe("normal")
  })

  it("counts a fill that leaves a rest as a part fill, the one that completes the order not", () => {
    const story = new GovernorStory().running().openOrders(1)
    story.order(9, fill(1_000, "8"))
    expect(health(story).partial_fill_open_events_1d).toBe(1)
    story.order(9, fill(1_000, "12"))
    expect(health(story).partial_fill_open_events_1d).toBe(1)
  })
})

describe("how long orders take to fill", () => {
  it("is nothing before the first fill", () => {
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(new GovernorStory().running())
    expect([median_fill_seconds_1d, p95_fill_seconds_1d]).toStrictEqual([null, null])
  })

  it("is the median and the 95th percentile from acceptance to the last fill", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 20; n++) filledAfter(story, n, n)
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(story)
    expect([median_fill_seconds_1d, p95_fill_seconds_1d]).toStrictEqual([10.5, 19])
  })

  it("does not depend on the order in which they filled, and leaves out an order that nobody saw accepted", () => {
    const story = new GovernorStory().running()
    for (const [index, seconds] of [7, 9, 1, 2, 4].entries()) filledAfter(story, index + 1, seconds)
    story.slot(1, request(6, { role: "exit" })).order(1, ended("OrderFilled", 6, "20"))
    const { median_fill_seconds_1d, p95_fill_seconds_1d } = health(story)
    expect([median_fill_seconds_1d, p95_fill_seconds_1d]).toStrictEqual([4, 9])
  })

  it("forgets a fill after a day", () => {
    const story = filledAfter(new GovernorStory().running(), 1, 100)
    filledAfter(story, 2, 86_399)
    expect(health(story).median_fill_seconds_1d).toBe((100 + 86_399) / 2)
    expect(health(story.after(1)).median_fill_seconds_1d).toBe(86_399)
  })

  it("keeps the newest 500 of a busy day", () => {
    const story = new GovernorStory().running()
    for (let n = 1; n <= 510; n++) filledAfter(story, n, n <= 10 ? 50 : 1)
    expect(story.state.capacity.fillSeconds).toHaveLength(500)
    expect(story.state.capacity.fillSeconds.every(({ seconds }) => seconds === 1)).toBe(true)
  })
})

describe("the estimate of how many slots there is room for", () => {
  it("takes the orders a slot has on average, two at least", () => {
    const empty = health(new GovernorStory().running())
    expect([empty.orders_per_slot_estimate, empty.estimated_slots_remaining]).toStrictEqual([2, 30])
    const busy = health(new GovernorStory().running({}, [1, 2]).openOrders(10))
    expect([busy.orders_per_slot_estimate, busy.estimated_slots_remaining]).toStrictEqual([5, 10])
    const one = health(new GovernorStory().running().openOrders(1))
    expect([one.open_order_headroom, one.estimated_slots_remaining]).toStrictEqual([59, 29])
    const full = health(new GovernorStory().running().openOrders(65))
    expect(full.estimated_slots_remaining).toBe(0)
  })
})

import { describe, expect, it } from "@effect/vitest"
import type { GovernorRules } from "../../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { accepted, ended, GovernorStory, orphaned, request } from "../../testing/governorDriver.ts"

/** A sell exit of the slot that stands at the exchange, orphaned now. Local and recovery id are the same. */
const recover = (story: GovernorStory, slot: number, id: number, price: string): GovernorStory =>
  story
    .slot(slot, request(id, { side: "sell", role: "exit", price }))
    .order(slot, accepted(id))
    .slot(slot, orphaned(id, id))

const asked = (events: ReadonlyArray<{ readonly slot: number; readonly recoveryId: number }>): ReadonlyArray<string> =>
  events.map(({ slot, recoveryId }) => `${slot}/${recoveryId}`)

const fault: MarketEvent = { _tag: "FaultRaised", actor: "slot-2", seq: 77, problem: "cannot fold" }

describe("recoveries that pile up", () => {
  const told = (story: GovernorStory) =>
    story
      .ever("NoticeRaised")
      .filter(({ reason }) => reason.rule === "orphan_pressure")
      .map(({ reason }) => reason.numbers["recoveries"])

  it("are told at each multiple of the threshold, once", () => {
    const story = new GovernorStory().running({ orphanPressureWarnAt: 2 })
    for (let id = 1; id <= 5; id++) recover(story, 1, id, "0.2")
    expect(told(story.after(600))).toStrictEqual([2, 4])
  })

  it("are told again once they had fallen below", () => {
    const story = new GovernorStory().running({ orphanPressureWarnAt: 2 })
    for (let id = 1; id <= 2; id++) recover(story, 1, id, "0.2")
    story.order(1, ended("OrderFilled", 1, "20"))
    recover(story, 1, 3, "0.2")
    expect(told(story)).toStrictEqual([2, 2])
  })
})

/** Safe cap 15; the threshold of 95 % lies between 14 and 15 orders. Entries stand 0.2 % from the market. */
const tight = (change: Partial<GovernorRules> = {}): GovernorStory =>
  new GovernorStory().running({ openOrderLimit: 20, openOrderSafetyRatio: 0.75, ...change })

describe("the soft close under pressure", () => {
  const pressed = (count: number, change: Partial<GovernorRules> = {}): GovernorStory => {
    const story = tight(change)
    for (let id = 1; id <= count; id++) recover(story, 1, id, `0.${1_100 + id}`)
    return story
  }

  it("moves the farthest recoveries, as many as a batch, once a loop", () => {
    const story = pressed(15).nextLoop()
    expect(asked(story.heard("SoftCloseAsked"))).toStrictEqual(["1/15", "1/14"])
    expect(story.heard("SoftCloseAsked")[0]?.reason.rule).toBe("capacity_pressure")
    expect(story.after(5).heard("SoftCloseAsked")).toHaveLength(0)
    expect(story.nextLoop().heard("SoftCloseAsked")).toHaveLength(2)
  })

  it.each([
    { orders: 12, asks: 0 },
    { orders: 13, asks: 2 }
  ])("begins above the threshold: $orders orders of 15 at 80 % ask for $asks", ({ orders, asks }) => {
    const story = pressed(orders, { autoSoftCloseCapacityPct: 80 }).nextLoop()
    expect(story.heard("SoftCloseAsked")).toHaveLength(asks)
  })

  it("takes the oldest of those equally far, then the lowest slot, then the lowest number", () => {
    const story = tight({ autoSoftCloseBatch: 4 })
    for (let id = 1; id <= 11; id++) recover(story, 3, id, "0.11")
    recover(story, 2, 7, "0.12")
    story.after(1)
    recover(story, 2, 5, "0.12")
    recover(story, 2, 3, "0.12")
    recover(story, 1, 9, "0.12")
    expect(asked(story.nextLoop().heard("SoftCloseAsked"))).toStrictEqual(["2/7", "1/9", "2/3", "2/5"])
  })

  it.each([
    { price: "0.100375", asks: 0, why: "0.375 % away, entries 0.25 %: next to the market already" },
    { price: "0.100376", asks: 1, why: "farther" }
  ])("leaves one alone that is near enough: $why", ({ price, asks }) => {
    const story = tight().command({ name: "set_entry_pct", pct: 0.25 }).openOrders(14)
    recover(story, 1, 1, price)
    expect(story.nextLoop().heard("SoftCloseAsked")).toHaveLength(asks)
  })

  it("leaves one alone that the exchange does not have yet", () => {
    const story = tight().openOrders(14)
    story.slot(1, request(1, { side: "sell", role: "exit", price: "0.2" })).slot(1, orphaned(1, 1))
    expect(story.nextLoop().heard("SoftCloseAsked")).toHaveLength(0)
  })

  it("goes on while paused, but neither by a stale price nor while the market is halted", () => {
    expect(pressed(15).command({ name: "pause", note: "" }).nextLoop().heard("SoftCloseAsked")).toHaveLength(2)
    expect(pressed(15).after(30, 61).heard("SoftCloseAsked")).toHaveLength(0)
    expect(pressed(15).control(fault).nextLoop().heard("SoftCloseAsked")).toHaveLength(0)
  })
})

describe("a recovery moved by an operator", () => {
  const three = (): GovernorStory => {
    const story = new GovernorStory().running()
    recover(story, 2, 1, "0.103").after(1)
    recover(story, 1, 1, "0.11").after(1)
    return recover(story, 3, 1, "0.1019")
  }
  const refusedBy = (story: GovernorStory) => {
    expect(story.said).toHaveLength(1)
    return story.heard("CommandRefused")[0]?.reason
  }

  it("is the one named", () => {
    const story = three().command({ name: "soft_close", slot: 1, recoveryId: 1 })
    expect(asked(story.heard("SoftCloseAsked"))).toStrictEqual(["1/1"])
    expect(story.heard("CommandApplied")).toHaveLength(1)
  })

  it("is refused by name when there is none, or when the exchange does not have it", () => {
    expect(refusedBy(three().command({ name: "soft_close", slot: 1, recoveryId: 9 }))).toStrictEqual({
      rule: "no_such_recovery",
      numbers: { slot: 1, recoveryId: 9 }
    })
    const unsent = new GovernorStory().running()
    unsent.slot(1, request(1, { side: "sell", role: "exit", price: "0.2" })).slot(1, orphaned(1, 1))
    expect(refusedBy(unsent.command({ name: "soft_close", slot: 1, recoveryId: 1 }))?.rule).toBe("recovery_not_open")
  })

  it("is the one orphaned first when none is named", () => {
    expect(asked(three().command({ name: "soft_close_next" }).heard("SoftCloseAsked"))).toStrictEqual(["2/1"])
    const none = new GovernorStory().running().command({ name: "soft_close_next" })
    expect(refusedBy(none)?.rule).toBe("no_recovery_to_move")
  })

  it.each([
    { minDistancePct: 0, count: 100, moved: ["1/1", "2/1", "3/1"] },
    { minDistancePct: 3, count: 100, moved: ["1/1", "2/1"] },
    { minDistancePct: 3.1, count: 100, moved: ["1/1"] },
    { minDistancePct: 0, count: 2, moved: ["1/1", "2/1"] }
  ])("is each at least $minDistancePct % away, farthest first, at most $count", ({ minDistancePct, count, moved }) => {
    const story = three().command({ name: "cancel_stale_recoveries", minDistancePct, count })
    expect(asked(story.heard("SoftCloseAsked"))).toStrictEqual(moved)
  })

  it("stays where it is when none is far enough, or the price cannot be trusted", () => {
    const near = three().command({ name: "cancel_stale_recoveries", minDistancePct: 11, count: 1 })
    expect(refusedBy(near)?.rule).toBe("no_recovery_to_move")
    expect(refusedBy(three().after(1, 61).command({ name: "soft_close_next" }))?.rule).toBe("stale_price")
    const unpriced = new GovernorStory().configure().clock(null).command({ name: "soft_close_next" })
    expect(refusedBy(unpriced)?.rule).toBe("no_price")
  })
})

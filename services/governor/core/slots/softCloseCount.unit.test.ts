/** What the number of soft closes counts, under version 1 of the rules and under version 2. */
import { describe, expect, it } from "@effect/vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { accepted, cycle, ended, GovernorStory, orphaned, request } from "../../testing/governorDriver.ts"
import { governorActor } from "../actor.ts"
import { governorView } from "../view/view.ts"

/** A sell exit of slot 1, trade A, in the cycle of its number. */
const exit = (localId: number, inCycle = localId, price = `0.${1_100 + localId}`) => ({
  ...request(localId, { side: "sell", role: "exit", price }),
  cycle: inCycle
})

/** Recoveries 1 to 15 fill the safe cap: pressure asks for the two farthest, 15 and 14, once a loop. */
const pressed = (rulesVersion: number): GovernorStory => {
  const story = new GovernorStory(rulesVersion).running({ openOrderLimit: 20, openOrderSafetyRatio: 0.75 })
  for (let id = 1; id <= 15; id++) story.slot(1, exit(id)).order(1, accepted(id)).slot(1, orphaned(id, id))
  return story.nextLoop()
}

const amended = (localId: number, price = "0.1002"): MarketEvent => ({
  _tag: "OrderAmended",
  clientId: `k${localId}`,
  localId,
  price: Price.parse(price)
})

const refused = (localId: number): MarketEvent => ({
  _tag: "AmendRefused",
  clientId: `k${localId}`,
  localId,
  cause: "EOrder:Post only order"
})

const released = (inCycle: number): MarketEvent => ({
  _tag: "PositionReleased",
  tradeId: "B",
  cycle: inCycle,
  entryPrice: Price.parse("0.1"),
  volume: Volume.parse("20"),
  cost: Quote.parse("2"),
  fee: Quote.zero,
  reason: { rule: "slot_retires", numbers: {} }
})

const counted = (story: GovernorStory): number => governorView(story.state).soft_closed_total

const CASES: ReadonlyArray<{
  readonly when: string
  readonly happens: (story: GovernorStory) => GovernorStory
  readonly v1: number
  readonly v2: number
}> = [
  { when: "two are asked for and nothing has come of it", happens: (story) => story, v1: 2, v2: 0 },
  {
    when: "the exchange is away for three loops, and the same two are asked for in each",
    happens: (story) => story.nextLoop().nextLoop(),
    v1: 6,
    v2: 0
  },
  {
    when: "the exchange comes back after three loops and amends both",
    happens: (story) => story.nextLoop().nextLoop().order(1, amended(15)).order(1, amended(14)),
    v1: 6,
    v2: 2
  },
  {
    when: "one is amended, and the fact of it comes twice",
    happens: (story) => story.order(1, amended(15)).order(1, amended(15)),
    v1: 2,
    v2: 1
  },
  {
    when: "the exchange refuses to amend one, and it is not off its book yet",
    happens: (story) => story.order(1, refused(15)),
    v1: 2,
    v2: 0
  },
  {
    when: "the exchange refuses to amend one, which is taken off and asked for anew",
    happens: (story) =>
      story
        .order(1, refused(15))
        .order(1, ended("OrderCancelled", 15, "0"))
        .slot(1, exit(16, 15, "0.1002")),
    v1: 2,
    v2: 1
  },
  {
    when: "one is taken off and its rest asked for anew, in another cycle than the one that was to move",
    happens: (story) => story.order(1, ended("OrderCancelled", 3, "0")).slot(1, exit(16, 3, "0.1102")),
    v1: 2,
    v2: 0
  },
  {
    when: "another slot asks for an exit of the same trade and cycle",
    happens: (story) => story.slot(2, exit(1, 15)),
    v1: 2,
    v2: 0
  },
  {
    when: "one fills where it stood, and its position is booked before an exit of that cycle is asked for again",
    happens: (story) =>
      story
        .order(1, ended("OrderFilled", 15, "20"))
        .slot(1, { ...cycle("0.1", story.nowMs), tradeId: "B", cycle: 15 })
        .slot(1, exit(16, 15)),
    v1: 2,
    v2: 0
  },
  {
    when: "the position of one is given up before an exit of that cycle is asked for again",
    happens: (story) =>
      story
        .order(1, ended("OrderCancelled", 15, "0"))
        .slot(1, released(15))
        .slot(1, exit(16, 15)),
    v1: 2,
    v2: 0
  },
  {
    when: "one that was moved is left behind and moved again",
    happens: (story) => {
      story.order(1, amended(15)).order(1, amended(14)).price("0.09")
      return story
        .nextLoop()
        .order(1, amended(13, "0.0902"))
        .command({ name: "soft_close", slot: 1, recoveryId: 15 })
        .order(1, amended(15, "0.0902"))
    },
    v1: 4,
    v2: 4
  },
  {
    when: "an operator asks for one more, and it is amended",
    happens: (story) => story.command({ name: "soft_close", slot: 1, recoveryId: 1 }).order(1, amended(1)),
    v1: 2,
    v2: 1
  },
  {
    when: "an operator asks for the very one that pressure asked for, and it is amended",
    happens: (story) => story.command({ name: "soft_close", slot: 1, recoveryId: 15 }).order(1, amended(15)),
    v1: 2,
    v2: 1
  },
  {
    when: "an exit that nobody asked to move is amended",
    happens: (story) => story.order(1, amended(1)),
    v1: 2,
    v2: 0
  }
]

describe("the number of soft closes", () => {
  it.each(CASES)("of version 1, when $when, is $v1: what pressure has asked for", ({ happens, v1 }) => {
    expect(counted(happens(pressed(1)))).toBe(v1)
  })

  it.each(CASES)("of version 2, when $when, is $v2: what was done", ({ happens, v2 }) => {
    expect(counted(happens(pressed(2)))).toBe(v2)
  })

  it("goes on from what was counted before version 2 was in force, and counts none of that again", () => {
    const story = pressed(1)
    story.rulesVersion = 2
    story.order(1, amended(15))
    expect(counted(story)).toBe(2)
    story.nextLoop().order(1, amended(14))
    expect(counted(story)).toBe(3)
  })

  it("leaves no trace of version 2 in a state of version 1", () => {
    expect(governorActor.encode(pressed(1).nextLoop().order(1, amended(15)).state)).not.toContain("softClosesAsked")
    expect(governorActor.encode(pressed(2).state)).toContain('"softClosesAsked":["1/B15","1/B14"]')
  })
})

import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { nextAlias } from "./aliases.ts"
import { GovernorStory, request, testRules, testSlotRules, wanted } from "../../testing/governorDriver.ts"
import { governorActor } from "../actor.ts"

const SEED = 20_261_121

const settled: MarketEvent = { _tag: "SlotSettled", reason: { rule: "nothing_left", numbers: {} } }

const configured = (slots: ReadonlyArray<number>): MarketEvent => ({
  _tag: "MarketConfigured",
  slots,
  rules: testSlotRules
})

/** The slots as last told: `1 doge`, and `2 shiba -` for one that retires. */
const told = (story: GovernorStory): ReadonlyArray<string> =>
  (story.ever("SlotsSet").at(-1)?.slots ?? []).map(
    ({ slot, alias, state }) => `${slot} ${alias}${state === "active" ? "" : " -"}`
  )

const refusal = (story: GovernorStory) => {
  expect(story.said.map(({ _tag }) => _tag)).toStrictEqual(["CommandRefused"])
  return story.heard("CommandRefused")[0]?.reason
}

describe("the slots as configured", () => {
  it("are told, each under a name, whichever rules come first", () => {
    const governor: MarketEvent = { _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [] }
    const first = new GovernorStory().control(governor).control(configured([1, 2]))
    expect(told(first)).toStrictEqual(["1 doge", "2 shiba"])
    const last = new GovernorStory().control(configured([1, 2])).control(governor)
    expect(told(last)).toStrictEqual(["1 doge", "2 shiba"])
    expect(last.control(governor).heard("SlotsSet")).toHaveLength(0)
  })

  it("leave those alone that a command has added, as long as the list is the same", () => {
    const story = new GovernorStory().configure({}, [1]).command({ name: "add_slot", count: 1 })
    story.control(configured([1]))
    expect(story.heard("SlotsSet")).toHaveLength(0)
    expect(told(story)).toStrictEqual(["1 doge", "2 shiba"])
  })

  it("are the list when the list has changed: missing ones come, others retire", () => {
    const story = new GovernorStory().configure({}, [1, 2]).command({ name: "add_slot", count: 1 })
    story.control(configured([2, 7]))
    expect(told(story)).toStrictEqual(["1 doge -", "2 shiba", "3 floki -", "7 cheems"])
  })

  it.each([
    { from: [1, 2], to: [1, 3], slots: ["1 doge", "2 shiba -", "3 floki"], why: "as long, with another one in it" },
    { from: [5], to: [5, 1], slots: ["1 shiba", "5 doge"], why: "with a lower number in it" },
    { from: [1, 2], to: [1], slots: ["1 doge", "2 shiba -"], why: "shorter" }
  ])("are told in the order of their numbers from a list $why", ({ from, to, slots }) => {
    const story = new GovernorStory().configure({}, from).control(configured(to))
    expect(told(story)).toStrictEqual(slots)
  })

  it("take one back that was retiring", () => {
    const story = new GovernorStory()
      .configure({}, [1, 2])
      .control(configured([1]))
      .control(configured([1, 2]))
    expect(told(story)).toStrictEqual(["1 doge", "2 shiba"])
  })
})

describe("slots that come and go by command", () => {
  it("get the next numbers, which never come back", () => {
    const story = new GovernorStory().configure({}, [1, 5]).command({ name: "add_slot", count: 2 })
    expect(told(story)).toStrictEqual(["1 doge", "5 shiba", "6 floki", "7 cheems"])
    story.command({ name: "remove_slot", slot: 7 }).slot(7, settled).command({ name: "add_slot", count: 1 })
    expect(told(story)).toStrictEqual(["1 doge", "5 shiba", "6 floki", "8 kabosu"])
  })

  it("retire first, and are gone once they have settled", () => {
    const story = new GovernorStory().configure({}, [1, 2]).command({ name: "remove_slot", slot: 1 })
    expect(told(story)).toStrictEqual(["1 doge -", "2 shiba"])
    expect(told(story.slot(1, settled))).toStrictEqual(["2 shiba"])
    expect(story.heard("SlotsSet")[0]?.reason).toStrictEqual({
      rule: "slot_settled",
      numbers: { slot: 1, alias: "doge" }
    })
  })

  it("settle only when they retire", () => {
    const story = new GovernorStory().configure({}, [1, 2]).slot(1, settled)
    expect(story.heard("SlotsSet")).toHaveLength(0)
  })

  it("go newest first when only their number is said, leaving out those that go already", () => {
    const story = new GovernorStory().configure({}, [1, 2, 3, 4]).command({ name: "remove_slot", slot: 4 })
    story.command({ name: "remove_slots", count: 2 })
    expect(told(story)).toStrictEqual(["1 doge", "2 shiba -", "3 floki -", "4 cheems -"])
  })

  it("go at once when they broke their rules, also after they were told to retire", () => {
    const broken: MarketEvent = { _tag: "InvariantBroken", violations: ["two exits"] }
    const story = new GovernorStory().running({}, [1, 2, 3]).slot(2, broken).command({ name: "remove_slot", slot: 2 })
    expect(told(story)).toStrictEqual(["1 doge", "3 floki"])
    expect(story.command({ name: "resume" }).mode).toBe("RUNNING resumed")
    story.command({ name: "remove_slot", slot: 3 }).slot(3, broken).command({ name: "remove_slot", slot: 3 })
    expect(told(story)).toStrictEqual(["1 doge"])
  })

  it("no longer wait for funds", () => {
    const story = new GovernorStory().running({}, [1, 2])
    story.slot(1, wanted("bootstrap")).slot(2, wanted("bootstrap")).command({ name: "remove_slot", slot: 1 }).clock()
    expect(story.heard("FundsAllotted").map(({ slot }) => slot)).toStrictEqual([2])
  })

  it("get no entry any more once they retire", () => {
    const story = new GovernorStory().running().command({ name: "remove_slot", slot: 2 })
    expect(story.slot(2, request(1)).verdict).toBe("refused slot_inactive")
  })

  it("are refused with the reason", () => {
    const story = () => new GovernorStory().configure({}, [1, 2]).clock(null)
    expect(refusal(story().command({ name: "remove_slot", slot: 9 }))).toStrictEqual({
      rule: "no_such_slot",
      numbers: { slot: 9 }
    })
    const twice = story().command({ name: "remove_slot", slot: 1 }).command({ name: "remove_slot", slot: 1 })
    expect(refusal(twice)).toStrictEqual({ rule: "already_retiring", numbers: { slot: 1 } })
    expect(refusal(story().command({ name: "remove_slots", count: 3 }))).toStrictEqual({
      rule: "too_few_slots",
      numbers: { active: 2, wanted: 3 }
    })
  })

  it.each([
    { active: 99, count: 1, added: true },
    { active: 99, count: 2, added: false },
    { active: 100, count: 1, added: false }
  ])("are at most a hundred at once: $active and $count more: $added", ({ active, count, added }) => {
    const numbers = Array.from({ length: active }, (_, n) => n + 1)
    const story = new GovernorStory().configure({}, numbers).clock(null).command({ name: "add_slot", count })
    if (added) expect(told(story)).toHaveLength(active + count)
    else expect(refusal(story)).toStrictEqual({ rule: "too_many_slots", numbers: { active, wanted: count, most: 100 } })
  })

  it.each([
    { last: 46_654, added: true },
    { last: 46_655, added: false }
  ])("have numbers that an order's client id can carry: after $last another: $added", ({ last, added }) => {
    const story = new GovernorStory().configure({}, [last]).clock(null).command({ name: "add_slot", count: 1 })
    if (added) expect(told(story)).toStrictEqual(["46654 doge", "46655 shiba"])
    else expect(refusal(story)?.rule).toBe("slot_numbers_used_up")
  })
})

describe("the names of slots", () => {
  const book = { pool: ["doge", "shiba"], used: new Set<string>(), recycled: [], counter: 0 }

  it.each([
    { why: "the first of the pool", change: {}, next: ["doge", [], 0] },
    { why: "the next of the pool that is free", change: { used: new Set(["doge"]) }, next: ["shiba", [], 0] },
    { why: "one of the pool that does not wait", change: { recycled: ["doge"] }, next: ["shiba", ["doge"], 0] },
    {
      why: "the one that has waited longest",
      change: { recycled: ["shiba", "doge"] },
      next: ["shiba", ["doge"], 0]
    },
    {
      why: "a number when the pool is used up",
      change: { used: new Set(["doge", "shiba"]) },
      next: ["doge-01", [], 1]
    },
    {
      why: "a number higher than all before",
      change: { used: new Set(["doge", "shiba"]), counter: 9 },
      next: ["doge-10", [], 10]
    },
    {
      why: "a number that is no name of the pool",
      change: { pool: ["doge-01"], used: new Set(["doge-01"]) },
      next: ["doge-02", [], 2]
    },
    { why: "a number without any pool", change: { pool: [] }, next: ["doge-01", [], 1] }
  ])("come from: $why", ({ change, next }) => {
    const { alias, recycled, counter } = nextAlias({ ...book, ...change })
    expect([alias, recycled, counter]).toStrictEqual(next)
  })

  it("come back in the order in which they became free, before a number is given", () => {
    const story = new GovernorStory().configure({ aliasPool: ["a", "b"] }, [1, 2])
    story.command({ name: "remove_slots", count: 2 }).slot(2, settled).slot(1, settled)
    expect(told(story.command({ name: "add_slot", count: 3 }))).toStrictEqual(["3 b", "4 a", "5 doge-01"])
    story.command({ name: "remove_slot", slot: 5 }).slot(5, settled).command({ name: "add_slot", count: 2 })
    expect(told(story)).toStrictEqual(["3 b", "4 a", "6 doge-01", "7 doge-02"])
  })

  it("are never two slots' at once, and numbers never come back, whatever is added and removed", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("add" as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant("remove" as const), pick: fc.nat(20) }),
      fc.record({ do: fc.constant("settle" as const), pick: fc.nat(20) }),
      fc.record({ do: fc.constant("configure" as const), count: fc.integer({ min: 0, max: 8 }) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const story = new GovernorStory().configure({}, [1, 2])
        const givenByCommand = new Set<number>()
        for (const taken of steps) {
          const { slots, nextSlot } = story.state.slots
          const picked = "pick" in taken ? (slots[taken.pick % Math.max(1, slots.length)]?.slot ?? 1) : 1
          if (taken.do === "add") {
            story.command({ name: "add_slot", count: taken.count })
            for (const { slot } of story.state.slots.slots)
              if (slot >= nextSlot) expect(givenByCommand.has(slot)).toBe(false)
            for (const { slot } of story.state.slots.slots) givenByCommand.add(slot)
          } else if (taken.do === "remove") story.command({ name: "remove_slot", slot: picked })
          else if (taken.do === "settle") story.slot(picked, settled)
          else story.control(configured(Array.from({ length: taken.count }, (_, n) => n + 1)))
          const { slots: after, recycledAliases } = story.state.slots
          const names = [...after.map(({ alias }) => alias), ...recycledAliases]
          expect(new Set(names).size).toBe(names.length)
          expect(new Set(after.map(({ slot }) => slot)).size).toBe(after.length)
        }
        expect(governorActor.decode(governorActor.encode(story.state))).toStrictEqual(story.state)
      }),
      { seed: SEED, numRuns: 200 }
    )
  })
})

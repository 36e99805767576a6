import { describe, expect, it } from "@effect/vitest"
import { placeAt } from "../../../../shared/actor/core/actor.ts"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { marketSubjects } from "../../../../shared/core/ids/subjects.ts"
import { governorActor } from "../actor.ts"
import { freeFunds } from "./funds.ts"
import {
  accepted,
  ended,
  fill,
  GovernorStory,
  refusal,
  request,
  takenBack,
  wanted
} from "../../testing/governorDriver.ts"

const toldSlots = (story: GovernorStory) => story.heard("FundsAllotted").map(({ slot }) => slot)
const free = (story: GovernorStory) => {
  const funds = freeFunds(story.state)
  return funds === null ? null : `${Volume.format(funds.base)} DOGE ${Quote.format(funds.quote)} USD`
}

describe("an entry and what is free", () => {
  it.each([
    { side: "buy", doge: "0", usd: "2.00099", verdict: "granted" },
    { side: "buy", doge: "0", usd: "2.0009899999", verdict: "refused entry_not_covered" },
    { side: "sell", doge: "20", usd: "0", verdict: "granted" },
    { side: "sell", doge: "19.99999999", usd: "0", verdict: "refused entry_not_covered" }
  ] as const)("a $side of 20 DOGE with $doge DOGE and $usd USD free is $verdict", ({ side, doge, usd, verdict }) => {
    // 20 · 0.0998 = 1.996, and a maker fee of 0.25 % of that: 2.00099.
    const story = new GovernorStory().running().balances(doge, usd).nextLoop()
    expect(story.slot(1, request(1, { side })).verdict).toBe(verdict)
  })

  it("believes the exchange when it holds more than our orders explain", () => {
    const story = new GovernorStory().running().balances("100", "10", { doge: "90" }).nextLoop()
    expect(story.slot(1, request(1, { side: "sell", volume: "11" })).verdict).toBe("refused entry_not_covered")
    expect(story.slot(1, request(2, { side: "sell", volume: "10" })).verdict).toBe("granted")
  })

  it("is bound from its request on, by what it still wants after each fill, and no longer after its end", () => {
    const story = new GovernorStory().running().balances("100", "100").nextLoop()
    story.slot(1, request(1, { side: "sell", role: "exit" })).order(1, accepted(1))
    expect(free(story)).toBe("80 DOGE 100 USD")
    // What the fill took is gone, what it brought is not counted: 100 − 5 − 15 DOGE, and its fee of 0.005 USD.
    story.order(1, fill(1, "5"))
    expect(free(story)).toBe("80 DOGE 99.995 USD")
    story.balances("95", "100.495")
    expect(free(story)).toBe("80 DOGE 100.495 USD")
    story.slot(1, request(2)).order(1, accepted(2)).balances("95", "100.495")
    // 20 · 0.0998 and 0.25 % of it.
    expect(free(story)).toBe("80 DOGE 98.49401 USD")
    story.order(1, ended("OrderCancelled", 2, "0"))
    expect(free(story)).toBe("80 DOGE 100.495 USD")
  })

  it("counts what every fill took: of a buy its cost and its fee, of a sell its volume and its fee", () => {
    const story = new GovernorStory().running().balances("100", "100").nextLoop()
    story.slot(1, request(1, { side: "sell", role: "exit" })).order(1, accepted(1))
    story.order(1, fill(1, "5")).order(1, fill(1, "7"))
    expect(free(story)).toBe("80 DOGE 99.99 USD")
    story.slot(2, request(1, { role: "exit" })).order(2, accepted(1))
    story.order(2, fill(1, "20")).order(2, ended("OrderFilled", 1, "20"))
    // 99.99 − 2 − 0.005
    expect(free(story)).toBe("80 DOGE 97.985 USD")
    story.balances("88", "98")
    expect(free(story)).toBe("80 DOGE 98 USD")
  })

  it("binds a buy at the maker fee really charged, once that is known", () => {
    const bound = (story: GovernorStory) => free(story.balances("0", "100").nextLoop().slot(1, request(1)))
    // 1.996 and 0.25 % of it by the rules, 0.1 % by the exchange.
    expect(bound(new GovernorStory().running())).toBe("0 DOGE 97.99901 USD")
    expect(bound(new GovernorStory().running().terms(0.1))).toBe("0 DOGE 98.002004 USD")
  })

  it("is never negative", () => {
    const story = new GovernorStory()
      .running()
      .nextLoop()
      .slot(1, request(1, { side: "sell" }))
      .balances("19", "0")
    expect(free(story)).toBe("0 DOGE 0 USD")
  })

  it("waits for the balances when a fill has moved money, and goes when they say there is enough", () => {
    const story = new GovernorStory().running().balances("20", "0").nextLoop()
    story.slot(1, request(1, { side: "sell", role: "exit" })).order(1, accepted(1))
    story.order(1, fill(1, "20")).order(1, ended("OrderFilled", 1, "20"))
    expect(story.slot(1, request(2, { volume: "19" })).verdict).toBe("deferred balances_unsettled")
    expect(story.after(1).verdict).toBe("nothing")
    story.balances("0", "2.003")
    expect(story.after(1).verdict).toBe("granted")
  })

  it("waits for the balances also after a buy, which costs quote and nothing else", () => {
    const story = new GovernorStory().running().balances("0", "3").nextLoop()
    story
      .slot(1, request(1, { role: "exit" }))
      .order(1, accepted(1))
      .order(1, fill(1, "20"))
      .order(1, ended("OrderFilled", 1, "20"))
    expect(story.slot(1, request(2, { side: "sell" })).verdict).toBe("deferred balances_unsettled")
    story.balances("20", "1")
    expect(story.after(1).verdict).toBe("granted")
  })

  it("waits for the balances also after a sell for which no fee was charged", () => {
    const story = new GovernorStory().running().balances("20", "0").nextLoop()
    story.slot(1, request(1, { side: "sell" })).order(1, accepted(1))
    story.order(1, fill(1, "20", "0")).order(1, ended("OrderFilled", 1, "20", "0"))
    expect(story.slot(1, request(2, { volume: "19" })).verdict).toBe("deferred balances_unsettled")
  })

  it.each([
    { seconds: 29.999, verdict: "nothing" },
    { seconds: 30, verdict: "refused entry_not_covered" }
  ])("that waits for balances which do not come gets $verdict after $seconds s", ({ seconds, verdict }) => {
    const story = new GovernorStory().running().balances("20", "0").nextLoop()
    story
      .slot(1, request(1, { side: "sell" }))
      .order(1, fill(1, "20"))
      .order(1, ended("OrderFilled", 1, "20"))
    story.slot(1, request(2))
    expect(story.after(seconds).verdict).toBe(verdict)
  })
})

describe("funds for slots that lack orders", () => {
  it.each<{ event: string; tell: (story: GovernorStory) => GovernorStory; told: ReadonlyArray<number> }>([
    { event: "a price", tell: (story) => story.price("0.1"), told: [1] },
    { event: "a tick", tell: (story) => story.clock(), told: [1] },
    { event: "the balances", tell: (story) => story.balances("100", "100"), told: [1] },
    { event: "a comparison of the account", tell: (story) => story.reconciled(), told: [1] },
    {
      event: "the claim of an order",
      tell: (story) =>
        story.order(9, {
          _tag: "OrderClaimed",
          clientId: "k1",
          localId: 1,
          side: "buy",
          price: Price.parse("0.2"),
          volume: Volume.parse("20"),
          postOnly: true,
          deadlineMs: 0
        }),
      told: [1]
    },
    { event: "the acceptance of an order", tell: (story) => story.order(9, accepted(1)), told: [1] },
    { event: "another slot's word", tell: (story) => story.slot(2, refusal("entry_A", "cooldown")), told: [] }
  ])("are told at $event: $told", ({ tell, told }) => {
    const story = new GovernorStory().running().slot(1, wanted("bootstrap"))
    expect(toldSlots(story)).toStrictEqual([])
    expect(toldSlots(tell(story))).toStrictEqual(told)
  })

  it("are never promised twice: money for one slot goes to one slot", () => {
    const story = new GovernorStory().running().balances("0", "3").nextLoop()
    story.slot(1, wanted("bootstrap")).slot(2, wanted("bootstrap"))
    expect(toldSlots(story.clock())).toStrictEqual([1])
    expect(toldSlots(story.clock())).toStrictEqual([])
    story.slot(1, request(1)).clock()
    const [second] = story.heard("FundsAllotted")
    expect(second?.slot).toBe(2)
    // 3 − 1.996 − 0.00499
    expect(second?.quote).toBe(Quote.parse("0.99901"))
    expect(story.slot(2, request(1)).verdict).toBe("refused entry_not_covered")
  })

  it("count every entry of a slot's answer, which is one record of several events", () => {
    const story = new GovernorStory().running().balances("100", "100").nextLoop()
    story.slot(1, wanted("bootstrap")).slot(2, wanted("bootstrap")).clock()
    const place = placeAt({
      seq: 1_000_000,
      index: 0,
      subject: marketSubjects("XDGUSD").out("slot-1"),
      epoch: 1,
      timeMs: story.nowMs
    })
    for (const [index, side] of (["sell", "buy"] as const).entries()) {
      const step = governorActor.reduce(story.state, request(index + 1, { side }), { ...place, index })
      expect(step.outputs.filter(({ _tag }) => _tag === "FundsAllotted")).toHaveLength(0)
      story.state = step.state
    }
    const [second] = story.clock().heard("FundsAllotted")
    expect(second?.base).toBe(Volume.parse("80"))
    expect(second?.quote).toBe(Quote.parse("97.99901"))
  })

  it("go to the next slot when the first has refused, or has not answered for ten seconds", () => {
    const refused = new GovernorStory().running().slot(1, wanted("repair")).slot(2, wanted("repair")).clock()
    refused.slot(1, refusal("entry_B", "entry_not_covered"))
    expect(toldSlots(refused.clock())).toStrictEqual([2])

    const silent = new GovernorStory().running().slot(1, wanted("repair")).slot(2, wanted("repair")).clock()
    expect(toldSlots(silent.after(9.999))).toStrictEqual([])
    expect(toldSlots(silent.after(0.001))).toStrictEqual([2])
  })

  it("do not take what another slot says for the answer", () => {
    const story = new GovernorStory().running().slot(1, wanted("repair")).slot(2, wanted("repair")).clock()
    story.slot(3, refusal("entry_B", "cooldown")).slot(3, request(1))
    expect(toldSlots(story.clock())).toStrictEqual([])
  })

  it("go to the next slot when the first asks again instead of answering, and to the first after that", () => {
    const story = new GovernorStory().running().slot(1, wanted("repair")).slot(2, wanted("repair")).clock()
    story.slot(1, wanted("repair"))
    expect(toldSlots(story.clock())).toStrictEqual([2])
    story.slot(2, refusal("entry_B", "cooldown"))
    expect(toldSlots(story.clock())).toStrictEqual([1])
  })

  it("go to the next slot at once when the first is removed, and not when another one is", () => {
    const told = () =>
      new GovernorStory()
        .running()
        .slot(1, wanted("repair"))
        .slot(2, wanted("repair"))
        .slot(3, wanted("repair"))
        .clock()
    expect(toldSlots(told().command({ name: "remove_slot", slot: 1 }).clock())).toStrictEqual([2])
    expect(toldSlots(told().command({ name: "remove_slot", slot: 3 }).clock())).toStrictEqual([])
  })

  it("are forgotten when nobody has answered in ten seconds: what the slot says later is no answer to them", () => {
    const story = new GovernorStory().configure({}, [1]).terms().balances("1000", "1000").price("0.1").reconciled()
    story.slot(1, wanted("bootstrap")).clock().after(10)
    expect(story.slot(1, refusal("bootstrap", "cooldown")).mode).toBe("STARTING startup")
  })

  it("are told to a slot once, however often it asks, and not to one that does not trade", () => {
    const story = new GovernorStory().running().slot(1, wanted("repair")).slot(1, wanted("repair"))
    story.slot(7, wanted("bootstrap"))
    expect(toldSlots(story.clock())).toStrictEqual([1])
    story.slot(1, refusal("entry_B", "cooldown"))
    expect(toldSlots(story.clock())).toStrictEqual([])
  })

  it("are not told to a slot that was removed while it waited", () => {
    const story = new GovernorStory().running().slot(1, wanted("repair")).slot(2, wanted("repair"))
    story.command({ name: "remove_slot", slot: 1 })
    expect(toldSlots(story.clock())).toStrictEqual([2])
  })

  it("are told neither while the market stands still, nor before the exchange was compared with", () => {
    const paused = new GovernorStory().running().command({ name: "pause", note: "" }).slot(1, wanted("repair"))
    expect(toldSlots(paused.clock())).toStrictEqual([])
    expect(toldSlots(paused.command({ name: "resume" }).clock())).toStrictEqual([1])

    const starting = new GovernorStory().configure().terms().balances("100", "100").price("0.1")
    starting.slot(1, wanted("bootstrap"))
    expect(toldSlots(starting.clock())).toStrictEqual([])
    expect(toldSlots(starting.reconciled())).toStrictEqual([1])
  })

  it("wait while a fill's proceeds are unknown: a slot must not start small for want of a second's patience", () => {
    const story = new GovernorStory().running().balances("20", "10").nextLoop()
    story
      .slot(1, request(1, { side: "sell" }))
      .order(1, fill(1, "20"))
      .order(1, ended("OrderFilled", 1, "20"))
    story.slot(2, wanted("bootstrap"))
    expect(toldSlots(story.clock())).toStrictEqual([])
    expect(toldSlots(story.balances("0", "11.995"))).toStrictEqual([2])
  })

  it("leave out an entry that was taken back", () => {
    const story = new GovernorStory().running({ maxEntryAddsPerLoop: 1 }).balances("100", "100").nextLoop()
    story.slot(1, request(1, { side: "sell" })).slot(2, request(1, { side: "sell" }))
    expect(free(story)).toBe("60 DOGE 100 USD")
    expect(free(story.slot(2, takenBack(1)))).toBe("80 DOGE 100 USD")
  })
})

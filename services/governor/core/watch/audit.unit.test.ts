import { describe, expect, it } from "@effect/vitest"
import { Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import type { EventOf, MarketEvent } from "../../../../shared/events/event.ts"
import {
  accepted,
  cycle,
  ended,
  fill,
  GovernorStory,
  request,
  testRules,
  testSlotRules
} from "../../testing/governorDriver.ts"

type Sums = EventOf<"TradeHistoryObserved">["ours"]

const NOTHING: Sums = {
  trades: 0,
  bought: Volume.zero,
  sold: Volume.zero,
  paid: Quote.zero,
  received: Quote.zero,
  fees: Quote.zero
}

const history = (story: GovernorStory, ours: Partial<Sums>): MarketEvent => ({
  _tag: "TradeHistoryObserved",
  commandId: "c1",
  fromMs: 0,
  toMs: story.nowMs,
  ours: { ...NOTHING, ...ours },
  foreign: { ...NOTHING, trades: 4 }
})

/** Bought 20 for 2, sold 20 for 2, each with a fee of 0.005, and a part of 5 of an order cut short. */
const traded = (story = new GovernorStory().running()): GovernorStory =>
  story
    .slot(1, request(1, { role: "exit", side: "buy" }))
    .order(1, ended("OrderFilled", 1, "20"))
    .slot(1, request(2, { role: "exit", side: "sell" }))
    .order(1, ended("OrderFilled", 2, "20"))
    .slot(2, request(1, { role: "exit", side: "sell" }))
    .order(2, ended("OrderCancelled", 1, "5"))
    .slot(2, request(2, { role: "exit", side: "sell" }))
    .order(2, ended("OrderCancelled", 2, "0"))

const TRADED: Sums = {
  trades: 3,
  bought: Volume.parse("20"),
  sold: Volume.parse("25"),
  paid: Quote.parse("2"),
  received: Quote.parse("2.5"),
  fees: Quote.parse("0.015")
}

const answer = (story: GovernorStory, ours: Partial<Sums>) => {
  const [notice] = story.account(history(story, ours)).heard("NoticeRaised")
  if (notice === undefined) return expect.fail("no notice was raised")
  return { says: `${notice.severity} ${notice.reason.rule}`, numbers: notice.reason.numbers }
}

describe("the audit", () => {
  it("is asked of the gateway under the command's id", () => {
    const story = new GovernorStory().running().command({ name: "audit_pnl" })
    expect(story.said.map(({ _tag }) => _tag)).toStrictEqual(["AuditAsked", "CommandApplied"])
  })

  it("compares the cycles with each slot's total profit: slot, both figures and the difference are named", () => {
    const story = traded()
    const book = (slot: number, net: string, totalProfit: string) =>
      story.slot(slot, { ...cycle(net, story.nowMs), totalProfit: Quote.parse(totalProfit) })
    book(1, "0.5", "0.5")
    book(2, "1", "1")
    book(1, "-0.2", "0.3")
    story.after(60)
    expect(answer(story, TRADED).says).toBe("info audit_agrees")
    // Planted: slot 2 says a hundredth more than its cycles come to.
    book(2, "0.25", "1.26")
    const { says, numbers } = answer(story, TRADED)
    expect(says).toBe("alert audit_differs")
    expect(numbers["differences"]).toBe("slot 2: cycles 1.25, total profit 1.26, difference 0.01")
  })

  it("takes what a slot had earned before it told its total profit as it says", () => {
    const story = traded()
    story.slot(1, cycle("0.5", story.nowMs))
    const told = (net: string, totalProfit: string) =>
      story.slot(1, { ...cycle(net, story.nowMs), totalProfit: Quote.parse(totalProfit) })
    told("0.1", "0.6")
    told("0.1", "0.7")
    story.after(60)
    expect(answer(story, TRADED).says).toBe("info audit_agrees")
    told("0.1", "0.9")
    expect(answer(story, TRADED).numbers["differences"]).toBe("slot 1: cycles 0.8, total profit 0.9, difference 0.1")
  })

  it("agrees when every sum does, and says what was earned", () => {
    const story = traded()
    story.slot(1, cycle("0.5", story.nowMs)).slot(1, cycle("-0.2", story.nowMs)).after(60)
    const { says, numbers } = answer(story, TRADED)
    expect(says).toBe("info audit_agrees")
    expect(numbers).toStrictEqual({
      commandId: "c1",
      cycles: 2,
      realised: "0.3",
      trades: 3,
      bought: "20",
      sold: "25",
      paid: "2",
      received: "2.5",
      fees: "0.015",
      foreignTrades: 4
    })
  })

  it("agrees in a market that never traded", () => {
    expect(answer(new GovernorStory().running(), {}).says).toBe("info audit_agrees")
  })

  it.each([
    {
      name: "bought",
      ours: { bought: Volume.parse("20.00000001") },
      text: "journal 20, exchange 20.00000001, difference 0.00000001"
    },
    { name: "sold", ours: { sold: Volume.parse("24") }, text: "journal 25, exchange 24, difference -1" },
    {
      name: "paid",
      ours: { paid: Quote.parse("2.0000000001") },
      text: "journal 2, exchange 2.0000000001, difference 0.0000000001"
    },
    { name: "received", ours: { received: Quote.zero }, text: "journal 2.5, exchange 0, difference -2.5" },
    { name: "fees", ours: { fees: Quote.parse("0.02") }, text: "journal 0.015, exchange 0.02, difference 0.005" }
  ])("alerts of a single unit in what was $name, and says both sides", ({ name, ours, text }) => {
    const { says, numbers } = answer(traded().after(60), { ...TRADED, ...ours })
    expect(says).toBe("alert audit_differs")
    expect(numbers["differences"]).toBe(`${name}: ${text}`)
  })

  it("names every difference", () => {
    const { numbers } = answer(traded().after(60), NOTHING)
    const differences = String(numbers["differences"]).split("; ")
    expect(differences.map((text) => /^(\w+): journal .*, exchange 0, difference -/.exec(text)?.[1])).toStrictEqual([
      "bought",
      "sold",
      "paid",
      "received",
      "fees"
    ])
  })

  it("counts the fills of an order that still stands, and its totals once it has ended", () => {
    const story = new GovernorStory().running().slot(1, request(1, { role: "exit", side: "sell" }))
    story
      .order(1, accepted(1))
      .order(1, fill(1, "8", "0.001"))
      .after(60)
    const soFar = { sold: Volume.parse("8"), received: Quote.parse("0.8"), fees: Quote.parse("0.001") }
    expect(answer(story, soFar).says).toBe("info audit_agrees")
    story
      .order(1, fill(1, "12", "0.001"))
      .order(1, ended("OrderFilled", 1, "20"))
      .after(60)
    const whole = { sold: Volume.parse("20"), received: Quote.parse("2"), fees: Quote.parse("0.005") }
    expect(answer(story, whole).says).toBe("info audit_agrees")
  })

  it.each([
    { seconds: 4.999, expected: "warning audit_unsettled" },
    { seconds: 5, expected: "alert audit_differs" }
  ])("only warns of a difference $seconds s after a trade: $expected", ({ seconds, expected }) => {
    expect(answer(traded().after(seconds), NOTHING).says).toBe(expected)
  })

  it("takes a fill of a standing order for a trade, and an end without a fill for none", () => {
    const story = traded()
      .after(60)
      .slot(1, request(3, { role: "exit", side: "sell" }))
      .order(1, fill(3, "8", "0.001"))
    expect(answer(story, NOTHING).says).toBe("warning audit_unsettled")
    const quiet = traded()
      .after(60)
      .slot(1, request(3, { role: "exit", side: "sell" }))
    expect(answer(quiet.order(1, ended("OrderCancelled", 3, "0")), NOTHING).says).toBe("alert audit_differs")
  })

  it("counts what was traded before there were rules", () => {
    const story = new GovernorStory()
    story.control({ _tag: "MarketConfigured", slots: [1, 2], rules: testSlotRules })
    traded(story)
      .slot(1, cycle("0.5", story.nowMs))
      .control({ _tag: "GovernorConfigured", rules: testRules(), fittedIntervals: [] })
    story.after(60)
    const { says, numbers } = answer(story, TRADED)
    expect(says).toBe("info audit_agrees")
    expect(numbers).toMatchObject({ cycles: 1, realised: "0.5" })
  })
})

/** Key levels as far as an operator asks: entries that wait for them, and first touches that are told. */
import { describe, expect, it } from "@effect/vitest"
import { Price } from "../../../../shared/core/decimal/decimal.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { GovernorStory, request, testRules } from "../../testing/governorDriver.ts"

const epoch = (countsTrades: boolean): EventOf<"EpochRaised"> => ({
  _tag: "EpochRaised",
  epoch: 2,
  service: "market-context",
  reason: "start",
  watchesOrders: false,
  fitsModels: false,
  ...(countsTrades ? { countsTrades } : {})
})
const asked = (what: Partial<EventOf<"GovernorConfigured">>): EventOf<"GovernorConfigured"> => ({
  _tag: "GovernorConfigured",
  rules: testRules(),
  fittedIntervals: [],
  ...what
})
const precision = (precise: boolean): EventOf<"PrecisionObserved"> => ({
  _tag: "PrecisionObserved",
  precise,
  precision: precise ? "PRECISE" : "IMPRECISE (backfill pending)",
  tradesOf: "kraken"
})
const touch = (change: Partial<EventOf<"LevelTouched">> = {}): EventOf<"LevelTouched"> => ({
  _tag: "LevelTouched",
  day: "2026-10-14",
  level: "PDH",
  levelPrice: Price.parse("0.2"),
  price: Price.parse("0.2001"),
  atMs: 1_000,
  tradeId: 7,
  from: "below",
  precision: "PRECISE",
  ...change
})

/** A market that runs; the market context says one thing after the other. */
const running = (rulesVersion?: number): GovernorStory => new GovernorStory(rulesVersion).running()
const heard = (story: GovernorStory, ...events: ReadonlyArray<EventOf<"PrecisionObserved" | "LevelTouched">>) => {
  for (const event of events) story.tell(story.subjects.context("any"), event)
  return story
}
const waiting = (rulesVersion?: number): GovernorStory => running(rulesVersion).control(asked({ waitsForLevels: true }))

describe("entries that wait for the levels", () => {
  it("pause the market with the reason, are refused, and go by themselves once the levels are precise", () => {
    const story = heard(waiting(), precision(false))
    expect(story.mode).toBe("PAUSED levels_imprecise")
    expect(sentenceOf(story.state.mode.reason!)).toMatch(/^Entries wait until the key levels have been PRECISE/)
    expect(story.slot(1, request(10)).verdict).toBe("refused paused")
    heard(story, precision(true)).after(20)
    expect(story.mode).toBe("RUNNING resumed")
    expect(story.slot(1, request(11)).verdict).toBe("granted")
  })

  it("are not stopped by a stream that breaks later, and are by a start that counts the trades anew", () => {
    const story = heard(waiting(), precision(true), precision(false)).after(20)
    expect(story.mode).toBe("RUNNING resumed")
    expect(story.control(epoch(false)).after(1).mode).toBe("RUNNING resumed")
    expect(story.control(epoch(true)).mode).toBe("PAUSED levels_imprecise")
  })

  it("go on where levels were precise already when somebody asks for it, and as soon as nobody does", () => {
    expect(heard(running(), precision(true)).control(asked({ waitsForLevels: true })).mode).toBe("RUNNING started")
    expect(waiting().control(asked({})).after(20).mode).toBe("RUNNING resumed")
  })

  it("need no operator, also where every other pause does", () => {
    const rules = testRules({ autoResumeAfterSec: 0 })
    const story = running().control(asked({ rules, waitsForLevels: true }))
    expect(heard(story, precision(true)).after(1).mode).toBe("RUNNING resumed")
  })

  it("wait for nothing by default, nor under rules that know no levels", () => {
    const story = heard(running(), precision(false))
    expect([story.mode, story.state.levels]).toStrictEqual(["RUNNING started", undefined])
    const before = heard(waiting(2), precision(true))
    expect([before.mode, before.state.levels]).toStrictEqual(["RUNNING started", undefined])
  })
})

describe("a first touch", () => {
  const told = (story: GovernorStory) => story.ever("NoticeRaised").map(({ reason }) => sentenceOf(reason))
  const listening = () => running().control(asked({ touchNotices: ["PDH", "OR_low"] }))

  it("is told once a day where the operator asked for its level", () => {
    const again = touch({ price: Price.parse("0.2002"), atMs: 500 })
    const others = [touch({ level: "PDL" }), touch({ level: "OR_low" }), touch({ day: "2026-10-15" }), touch()]
    expect(told(heard(listening(), touch(), again, ...others))).toStrictEqual([
      "PDH, 0.2, was touched for the first time on 2026-10-14: a trade at 0.2001, from below; PRECISE.",
      "OR_low, 0.2, was touched for the first time on 2026-10-14: a trade at 0.2001, from below; PRECISE.",
      "PDH, 0.2, was touched for the first time on 2026-10-15: a trade at 0.2001, from below; PRECISE."
    ])
  })

  it("is told to nobody by default", () => {
    expect(told(heard(running(), touch()))).toStrictEqual([])
  })
})

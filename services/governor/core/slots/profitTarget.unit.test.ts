import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { GovernorRules, SlotRules } from "../../../../shared/events/families/control.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { sentenceOf } from "../../../../shared/core/rules/sentence.ts"
import { GovernorStory, START_MS, testRules, testSlotRules } from "../../testing/governorDriver.ts"
import { governorActor } from "../actor.ts"
import { MoveWindow } from "./moveWindow.ts"
import { MAX_SAMPLES, medianMovePct, MIN_SAMPLES, moveOf } from "./profitTarget.ts"
import { governorView } from "../view/view.ts"

const SEED = 20_261_121

/** A market whose first sample is still to come: the last price before a loop begins is its sample. */
const quiet = (rules: Partial<GovernorRules> = {}, makerPct = 0.25): GovernorStory =>
  new GovernorStory().configure({ autoResumeAfterSec: 1, ...rules }).terms(makerPct)

/** One sample a loop. */
const sample = (story: GovernorStory, prices: ReadonlyArray<string>): GovernorStory => {
  for (const price of prices) {
    story.nextLoop().price(price)
  }
  return story.nextLoop()
}

/** Up and down by a percentage of 0.1, `count` prices. */
const swinging = (pct: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => (n % 2 === 0 ? "0.1" : (0.1 * (1 + pct / 100)).toFixed(8)))

const inForce = (story: GovernorStory) => {
  const view = governorView(story.state)
  expect(view).not.toBeNull()
  return view.targets
}

const configured = (change: Partial<SlotRules>): MarketEvent => ({
  _tag: "MarketConfigured",
  slots: [1, 2, 3],
  rules: { ...testSlotRules, ...change }
})

describe("the median move", () => {
  it("needs twelve samples", () => {
    const eleven = Array.from({ length: 11 }, (_, n) => 100 + n)
    expect(medianMovePct(eleven)).toBe(null)
    expect(medianMovePct([...eleven, 111])).not.toBeNull()
  })

  it("is the middle one by size, wherever in time it stands", () => {
    const moves = [1, 1, 1, 1, 1, 9, 2, 2, 2, 2, 2]
    const samples = moves.reduce((all, pct) => [...all, (all.at(-1) ?? 0) * (1 + pct / 100)], [100])
    expect(Math.abs((medianMovePct(samples) ?? 0) - 2)).toBeLessThanOrEqual(1e-9)
  })

  it("is in percent of the price before, up or down alike", () => {
    const samples = [100, 102, 102, 99.96, 99.96, 99.96, 99.96, 99.96, 99.96, 99.96, 99.96, 99.96]
    expect(medianMovePct(samples)).toBe(0)
    expect(
      Math.abs((medianMovePct(Array.from({ length: 13 }, (_, n) => 100 * 1.02 ** (n % 2))) ?? 0) - 1.98)
    ).toBeLessThanOrEqual(0.02)
  })

  it(`is to the last bit what the moves in order have in their middle, at once or followed sample by sample (seed ${SEED})`, () => {
    // Few different prices, so that many moves are alike.
    const price = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.double({ min: 0.01, max: 1, noNaN: true }))
    fc.assert(
      fc.property(fc.array(price, { maxLength: 3 * MAX_SAMPLES, size: "max" }), (samples) => {
        const window = new MoveWindow([])
        for (const [at, sample] of samples.entries()) {
          window.push(sample)
          const newest = samples.slice(Math.max(0, at + 1 - MAX_SAMPLES), at + 1)
          const moves = newest.slice(1).map((after, before) => moveOf(newest[before] ?? 0, after))
          const sorted = moves.toSorted((a, b) => a - b)
          const middle = sorted.length >> 1
          const upper = sorted[middle] ?? 0
          const expected = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
          const found = [medianMovePct(newest), window.medianPct]
          const due = newest.length < MIN_SAMPLES ? null : expected
          if (found[0] !== due || found[1] !== due) expect(found).toStrictEqual([due, due])
        }
      }),
      { seed: SEED, numRuns: 20 }
    )
  })
})

describe("the profit target that follows volatility", () => {
  it("is the configured one before twelve samples", () => {
    const story = sample(quiet(), swinging(1, 11))
    expect(inForce(story).volatility_samples).toBe(11)
    expect(inForce(story).volatility_profit_pct).toBe(null)
    expect(inForce(story).profit_pct).toBe(1)
    expect(inForce(sample(story, ["0.101"])).volatility_samples).toBe(13)
    expect(inForce(story).volatility_profit_pct).not.toBeNull()
  })

  it.each([
    { pct: 0.1, target: 1, why: "the floor" },
    { pct: 1, target: 1.5921, why: "twice the median move times 0.8" },
    { pct: 5, target: 3, why: "the ceiling" }
  ])("after swings of $pct % is $target %: $why", ({ pct, target }) => {
    const story = sample(quiet(), swinging(pct, 14))
    expect(Math.abs((inForce(story).profit_pct ?? 0) - target)).toBeLessThanOrEqual(0.01)
    expect(inForce(story).profit_pct).toBe(story.ever("TargetsSet").at(-1)?.runtimeProfitPct)
  })

  it("has four decimals", () => {
    const { volatility_profit_pct: target } = inForce(sample(quiet(), swinging(1.2345, 14)))
    expect(target).toBe(Number(target?.toFixed(4)))
  })

  it("earns two maker fees and a tenth of a percent, as they are really charged", () => {
    expect(inForce(sample(quiet({}, 0.7), swinging(0.1, 14))).volatility_profit_pct).toBe(1.5)
    const dear = sample(quiet({ volatilityProfitCeilingPct: 1 }, 0.7), swinging(5, 14))
    expect(inForce(dear).volatility_profit_pct).toBe(1.5)
  })

  it("takes one sample a loop, at most 180, and none before the first price", () => {
    const story = quiet()
    for (let n = 0; n < 3; n++) story.nextLoop()
    expect(inForce(story).volatility_samples).toBe(0)
    story.price("0.1").price("0.2").price("0.1")
    expect(inForce(story).volatility_samples).toBe(0)
    for (let n = 0; n < 200; n++) story.nextLoop().clock()
    expect(inForce(story).volatility_samples).toBe(180)
  })

  it("can be switched off, and is taken back then", () => {
    const off = sample(quiet({ volatilityProfit: false }), swinging(1, 14))
    expect(inForce(off).volatility_profit_pct).toBe(null)
    expect(off.ever("TargetsSet")).toHaveLength(0)
  })

  it("is told when it changes, not every loop", () => {
    const story = sample(quiet(), swinging(0.1, 30))
    expect(story.ever("TargetsSet")).toHaveLength(1)
    const [told] = story.ever("TargetsSet")
    expect(told?.reason.rule).toBe("volatility")
    expect(told?.reason.numbers["samples"]).toBe(12)
    expect(Math.abs(Number(told?.reason.numbers["medianMovePct"]) - 0.1)).toBeLessThanOrEqual(0.001)
  })

  it("stays between floor and ceiling, or at what fees demand, whatever prices do", () => {
    const permille = fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 11, maxLength: 60 })
    const fees = fc.constantFrom(0, 0.16, 0.25, 0.6, 2)
    fc.assert(
      fc.property(permille, fees, (moves, makerPct) => {
        let price = 0.1
        const prices = ["0.1", ...moves.map((move) => (price *= 1 + move / 1_000).toFixed(10))]
        const { volatility_profit_pct: target } = inForce(sample(quiet({}, makerPct), prices))
        expect(target).not.toBeNull()
        const least = 2 * makerPct + 0.1
        expect(target).toBeGreaterThanOrEqual(Math.max(1, least) - 1e-9)
        expect(target).toBeLessThanOrEqual(Math.max(3, least) + 1e-9)
      }),
      { seed: SEED, numRuns: 60 }
    )
  })
})

describe("an operator's targets", () => {
  const running = () => new GovernorStory().running({ volatilityProfit: false })

  it("hold over the configured ones", () => {
    const story = running().command({ name: "set_entry_pct", pct: 0.4 })
    expect(story.heard("TargetsSet")[0]).toMatchObject({ entryPct: 0.4, profitPct: null, runtimeProfitPct: null })
    story.command({ name: "set_profit_pct", pct: 1.4 })
    expect(story.heard("TargetsSet")[0]).toMatchObject({ entryPct: 0.4, profitPct: 1.4 })
    expect(inForce(story)).toMatchObject({ entry_pct: 0.4, profit_pct: 1.4 })
  })

  it.each([
    { change: { entryPct: 0.3 }, kept: { operator_entry_pct: null, operator_profit_pct: 1.4 } },
    { change: { profitPct: 1.2 }, kept: { operator_entry_pct: 0.4, operator_profit_pct: null } },
    { change: { refreshPct: 2 }, kept: { operator_entry_pct: 0.4, operator_profit_pct: 1.4 } }
  ])("are taken back by a configuration that changes them: $change", ({ change, kept }) => {
    const story = running().command({ name: "set_entry_pct", pct: 0.4 }).command({ name: "set_profit_pct", pct: 1.4 })
    expect(inForce(story.control(configured(change)))).toMatchObject(kept)
  })

  it("are refused, with the target in force, while volatility sets the profit", () => {
    const story = sample(quiet(), swinging(0.1, 14)).command({ name: "set_profit_pct", pct: 2.5 })
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual({
      rule: "profit_follows_volatility",
      numbers: { pct: 2.5, runtimeProfitPct: 1 }
    })
    expect(inForce(story)).toMatchObject({ operator_profit_pct: null, profit_pct: 1 })
  })
})

describe("a profit target that does not earn its fees", () => {
  const warned = (story: GovernorStory) =>
    story
      .ever("NoticeRaised")
      .filter(({ reason }) => reason.rule === "profit_below_fees")
      .map(({ reason }) => reason.numbers["profitPct"])
  const running = (rulesVersion?: number) => new GovernorStory(rulesVersion).running({ volatilityProfit: false })

  it.each([
    { pct: 0.5, warns: true, why: "just two maker fees" },
    { pct: 0.51, warns: false, why: "more" }
  ])("of $pct %, $why, is warned of: $warns", ({ pct, warns }) => {
    const story = running().command({ name: "set_profit_pct", pct })
    expect(warned(story)).toStrictEqual(warns ? [pct] : [])
    expect(inForce(story).below_fees).toBe(warns)
  })

  it.each([
    { version: 1, dated: {} },
    { version: 2, dated: { feesObservedAtMs: START_MS } }
  ])("is warned of with the figures that were compared; under version $version also: $dated", ({ version, dated }) => {
    const story = running(version).command({ name: "set_profit_pct", pct: 0.4 })
    const notice = story.heard("NoticeRaised")[0]
    expect(notice?.severity).toBe("warning")
    expect(notice?.reason.numbers).toStrictEqual({ profitPct: 0.4, makerFeePct: 0.25, twoFeesPct: 0.5, ...dated })
  })

  const governor: MarketEvent = {
    _tag: "GovernorConfigured",
    rules: testRules({ volatilityProfit: false }),
    fittedIntervals: []
  }

  it.each([
    { version: 1, warns: [0.5] },
    { version: 2, warns: [] }
  ])(
    "is, under version $version, warned of by the configuration itself, whichever comes first: $warns",
    ({ version, warns }) => {
      const market = configured({ profitPct: 0.5 })
      expect(warned(new GovernorStory(version).control(market).control(governor))).toStrictEqual(warns)
      expect(warned(new GovernorStory(version).control(governor).control(market))).toStrictEqual(warns)
    }
  )

  it("is warned of by a later configuration, once the exchange has said its fees", () => {
    expect(warned(running().control(configured({ profitPct: 0.4 })))).toStrictEqual([0.4])
  })

  describe("at the very first start, configured with a target of 0.4 % and fees of 0.25 %", () => {
    const first = (version: number) =>
      new GovernorStory(version).control(governor).control(configured({ profitPct: 0.4 }))
    const told = (story: GovernorStory) => story.ever("NoticeRaised").map(({ reason }) => reason.numbers)
    const undated = { profitPct: 0.4, makerFeePct: 0.25, twoFeesPct: 0.5 }

    it.each([
      { makerPct: 0.25, version: 1, notices: [undated] },
      { makerPct: 0.25, version: 2, notices: [{ ...undated, feesObservedAtMs: START_MS + 5_000 }] },
      { makerPct: 0.16, version: 1, notices: [undated] },
      { makerPct: 0.16, version: 2, notices: [] },
      {
        makerPct: 0.3,
        version: 2,
        notices: [{ profitPct: 0.4, makerFeePct: 0.3, twoFeesPct: 0.6, feesObservedAtMs: START_MS + 5_000 }]
      }
    ])(
      "when the exchange then says $makerPct %, version $version has told: $notices",
      ({ makerPct, version, notices }) => {
        expect(told(first(version).after(5).terms(makerPct))).toStrictEqual(notices)
      }
    )

    it("says nothing under version 2 while the exchange is silent, whatever an operator sets", () => {
      expect(told(first(2).command({ name: "set_profit_pct", pct: 0.1 }).nextLoop().nextLoop())).toStrictEqual([])
    })
  })

  it("says the day on which the exchange named its fees, where that is known", () => {
    const said = (version: number) => {
      const [notice] = running(version).command({ name: "set_profit_pct", pct: 0.4 }).heard("NoticeRaised")
      return notice === undefined ? "" : sentenceOf(notice.reason)
    }
    const sentence = "The profit target of 0.4 % does not exceed two maker fees, 0.5 %"
    expect(said(1)).toBe(`${sentence}.`)
    expect(said(2)).toBe(`${sentence}, as the exchange named them at 1970-01-03 01:00:00 UTC.`)
  })

  it("has no date where the fees were last heard before version 2 was in force, and one from the next time on", () => {
    const story = running(1)
    story.rulesVersion = 2
    story.command({ name: "set_profit_pct", pct: 0.4 })
    expect(story.heard("NoticeRaised")[0]?.reason.numbers).not.toHaveProperty("feesObservedAtMs")
    story.terms(0.26).command({ name: "set_profit_pct", pct: 0.3 })
    expect(story.heard("NoticeRaised")[0]?.reason.numbers).toHaveProperty("feesObservedAtMs", story.nowMs)
  })

  it("leaves no trace of version 2 in a state of version 1", () => {
    expect(governorActor.encode(running(1).state)).not.toContain("feesObservedAtMs")
    expect(governorActor.encode(running(2).state)).toContain("feesObservedAtMs")
  })

  it("is warned of once, and again when it is another one", () => {
    const story = running().command({ name: "set_profit_pct", pct: 0.5 }).nextLoop().nextLoop()
    story.command({ name: "set_profit_pct", pct: 0.4 }).nextLoop()
    expect(warned(story)).toStrictEqual([0.5, 0.4])
  })

  it("is warned of when the fees rise to it", () => {
    const story = running().terms(0.5)
    expect(warned(story)).toStrictEqual([1])
    expect(inForce(story.terms(0.49)).below_fees).toBe(false)
  })
})

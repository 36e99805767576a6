import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Command } from "../../../../shared/events/families/command.ts"
import type { MarketEvent } from "../../../../shared/events/event.ts"
import { accepted, ended, GovernorStory, request, testRules } from "../../testing/governorDriver.ts"
import { governorView } from "../view/view.ts"

const SEED = 20_261_121

const skewed = (skew: number): MarketEvent => ({
  _tag: "SkewDecided",
  skew,
  reason: { rule: "controlled", numbers: {} }
})

const addLayer = (source: "auto" | "doge" | "usd" | null = null): Command => ({ name: "add_layer", source })

/** A market at 0.1 whose account holds these balances, without an order. A layer must reach for one order only. */
const holding = (doge: string, usd: string): GovernorStory =>
  new GovernorStory().running({ layerOrderBudget: 1 }).balances(doge, usd)

const layers = (story: GovernorStory) => {
  const view = governorView(story.state)
  expect(view).not.toBeNull()
  return view.capital_layers
}

describe("capital layers", () => {
  it.each([
    { doge: "225", usd: "0", source: "doge", taken: true },
    { doge: "224.99999999", usd: "1000", source: "doge", taken: false },
    { doge: "0", usd: "22.5", source: "usd", taken: true },
    { doge: "1000", usd: "22.4999999999", source: "usd", taken: false },
    { doge: "225", usd: "0", source: "auto", taken: true },
    { doge: "0", usd: "22.5", source: "auto", taken: true },
    { doge: "224", usd: "22", source: "auto", taken: false },
    { doge: "225", usd: "0", source: null, taken: true }
  ] as const)("another one from $source with $doge DOGE and $usd USD free: $taken", ({ doge, usd, source, taken }) => {
    const story = new GovernorStory().running().balances(doge, usd).command(addLayer(source))
    expect(story.heard(taken ? "CommandApplied" : "CommandRefused")).toHaveLength(1)
    expect(story.state.sizing.targetLayers).toBe(taken ? 1 : 0)
  })

  it("counts what open orders hold as not free", () => {
    const story = new GovernorStory().running().balances("300", "0", { doge: "76" }).command(addLayer("doge"))
    expect(story.heard("CommandRefused")[0]?.reason.numbers["missingDoge"]).toBe(1)
  })

  it("takes the source that the rules name when none is asked for", () => {
    const story = new GovernorStory().running({ layerDefaultSource: "usd" }).balances("1000", "0").command(addLayer())
    expect(story.heard("CommandRefused")[0]?.reason.numbers["source"]).toBe("usd")
  })

  it("names both gaps when neither currency covers another one", () => {
    const story = new GovernorStory().running().balances("25", "2.5").command(addLayer("auto"))
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual({
      rule: "layer_not_funded",
      numbers: { source: "auto", missingDoge: 200, missingUsd: 20, orders: 225, dogePerOrder: 1 }
    })
  })

  it("lacks nothing of a currency that would cover it", () => {
    const story = new GovernorStory().running().balances("25", "100").command(addLayer("doge"))
    const numbers = { source: "doge", missingDoge: 200, missingUsd: 0, orders: 225, dogePerOrder: 1 }
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual({ rule: "layer_not_funded", numbers })
  })

  it("are told before the account is known, as none, with that for a reason", () => {
    const [told] = new GovernorStory().configure().heard("SizingSet")
    expect(told?.effectiveLayers).toBe(0)
    expect(told?.reason).toStrictEqual({
      rule: "configured",
      numbers: { targetLayers: 0, fromDoge: "unknown", fromUsd: "unknown" }
    })
  })

  it("is refused while the account or the price is unknown", () => {
    const rule = (story: GovernorStory) => story.command(addLayer()).heard("CommandRefused")[0]?.reason.rule
    const known = () => new GovernorStory().configure().terms()
    expect(rule(known())).toBe("funds_unknown")
    expect(rule(known().price("0.1"))).toBe("funds_unknown")
    expect(rule(known().balances("1000", "1000"))).toBe("funds_unknown")
    expect(layers(known().balances("1000", "1000")).funding_gap_usd).toBe(null)
  })

  it("are at most a thousand", () => {
    const story = new GovernorStory().running({ layerOrderBudget: 1 })
    for (let n = 0; n < 1_000; n++) story.command(addLayer())
    expect(story.command(addLayer()).heard("CommandRefused")[0]?.reason).toStrictEqual({
      rule: "too_many_layers",
      numbers: { targetLayers: 1_000, most: 1_000 }
    })
  })

  it("cannot be fewer than none", () => {
    const story = holding("100", "100").command({ name: "remove_layer" })
    expect(story.heard("CommandRefused")[0]?.reason).toStrictEqual({ rule: "no_layer", numbers: { targetLayers: 0 } })
    story.command(addLayer()).command({ name: "remove_layer" })
    expect(story.state.sizing.targetLayers).toBe(0)
    expect(story.heard("SizingSet")[0]?.effectiveLayers).toBe(0)
  })

  it.each([
    { doge: "4.5", usd: "100", effective: 3, why: "all are funded" },
    { doge: "4.49999999", usd: "100", effective: 2, why: "DOGE funds fewer" },
    { doge: "100", usd: "0.451", effective: 3, why: "USD funds them" },
    { doge: "100", usd: "0.449", effective: 2, why: "USD funds fewer" },
    { doge: "100", usd: "0", effective: 0, why: "USD funds none" }
  ])("three wanted with $doge DOGE and $usd USD: $effective, because $why", ({ doge, usd, effective }) => {
    const story = holding("100", "100").command(addLayer()).command(addLayer()).command(addLayer())
    story.balances(doge, usd)
    expect(story.state.sizing.effectiveLayers).toBe(effective)
    expect(story.ever("SizingSet").at(-1)?.effectiveLayers).toBe(effective)
    expect(layers(story).fully_funded).toBe(effective === 3)
  })

  it("are divided by the orders that stand on each side", () => {
    const story = holding("9", "100").command(addLayer()).command(addLayer()).command(addLayer())
    expect(story.state.sizing.effectiveLayers).toBe(3)
    for (const id of [1, 2, 3]) story.slot(1, request(id, { side: "sell", role: "exit" })).order(1, accepted(id))
    expect(story.balances("9", "100").state.sizing.effectiveLayers).toBe(2)
    story.order(1, ended("OrderCancelled", 1, "0"))
    expect(story.nextLoop().state.sizing.effectiveLayers).toBe(3)
  })

  it.each([
    { doge: "21", usd: "100", fromDoge: 2, fromUsd: 95 },
    { doge: "20.99999999", usd: "100", fromDoge: 1, fromUsd: 95 },
    { doge: "100", usd: "1.05", fromDoge: 9, fromUsd: 1 },
    { doge: "100", usd: "1.0499999999", fromDoge: 9, fromUsd: 0 }
  ])(
    "of 3.5 DOGE with a buffer of 1.5 and three sells: $doge DOGE fund $fromDoge of them, $usd USD $fromUsd",
    (row) => {
      const story = new GovernorStory().running({ layerDogePerOrder: 3.5, layerBalanceBuffer: 1.5 })
      for (const id of [1, 2]) story.slot(1, request(id, { side: "sell", role: "exit" }))
      for (const id of [3, 4]) story.slot(1, request(id, { role: "exit" }))
      story.balances(row.doge, row.usd)
      const { sources } = layers(story)
      expect([sources.doge?.fundable_layers, sources.usd?.fundable_layers]).toStrictEqual([row.fromDoge, row.fromUsd])
    }
  )

  it.each([
    { doge: "70", usd: "0", taken: true, why: "20 orders of 3.5 DOGE" },
    { doge: "69.99999999", usd: "0", taken: false, why: "a little less" },
    { doge: "0", usd: "7", taken: true, why: "the same at 0.1 USD" },
    { doge: "0", usd: "6.9999999999", taken: false, why: "a little less in USD" }
  ])("another one of 3.5 DOGE needs $why: $taken", ({ doge, usd, taken }) => {
    const story = new GovernorStory().running({ layerDogePerOrder: 3.5, layerOrderBudget: 20 })
    story.balances(doge, usd).command(addLayer("auto"))
    expect(story.heard(taken ? "CommandApplied" : "CommandRefused")).toHaveLength(1)
  })

  it("show what is missing for their own size and for each side's orders", () => {
    const story = new GovernorStory().running({ layerDogePerOrder: 4, layerBalanceBuffer: 1.5, layerOrderBudget: 1 })
    story.command(addLayer()).command(addLayer())
    for (const id of [1, 2]) story.slot(1, request(id, { side: "sell", role: "exit" }))
    story.slot(1, request(3, { role: "exit" })).balances("20", "1")
    // Two layers of 4 DOGE with half as much again: 12 DOGE an order, 24 for two sells; 1.2 USD for one buy.
    expect(layers(story)).toMatchObject({ funding_gap_doge: "4", funding_gap_usd: "0.2", fully_funded: false })
    const { sources } = layers(story.balances("3", "0.3"))
    expect(sources.doge?.next_layer).toStrictEqual({ covered: false, missing: "1" })
    expect(sources.usd?.next_layer).toStrictEqual({ covered: false, missing: "0.1" })
  })

  it("are told at once when a configuration makes them larger", () => {
    const story = holding("100", "100").command(addLayer())
    story.control({
      _tag: "GovernorConfigured",
      rules: testRules({ layerOrderBudget: 1, layerDogePerOrder: 2 }),
      fittedIntervals: []
    })
    const [told] = story.heard("SizingSet")
    expect(told).toMatchObject({ effectiveLayers: 1, dogePerOrder: 2 })
    expect(told?.reason.rule).toBe("configured")
  })

  it("are told when something changed, and only then", () => {
    const story = holding("100", "100").command(addLayer())
    expect(story.heard("SizingSet")).toHaveLength(1)
    expect(story.balances("99", "99").heard("SizingSet")).toHaveLength(0)
    expect(story.nextLoop().heard("SizingSet")).toHaveLength(0)
    const [told] = story.balances("0", "98").heard("SizingSet")
    expect(told?.reason.rule).toBe("balances")
    expect(told?.reason.numbers).toStrictEqual({ targetLayers: 1, fromDoge: 0, fromUsd: 653 })
  })

  it("show what is wanted, in force, missing and already on the book", () => {
    const story = holding("100", "100").command(addLayer()).command(addLayer())
    const small = request(1, { role: "exit" })
    story.slot(1, small).slot(1, { ...request(2), layers: 2 })
    story.slot(1, { ...request(3), layers: 2 })
    expect(layers(story).propagation).toStrictEqual({ done: 2, orders: 3 })
    story.order(1, ended("OrderCancelled", 3, "0"))
    story.balances("1", "0.4")
    expect(story.state.sizing.effectiveLayers).toBe(0)
    expect(layers(story)).toEqual(
      expect.objectContaining({
        target: 2,
        effective: 0,
        funding_gap_doge: "2",
        funding_gap_usd: "0.2",
        fully_funded: false,
        propagation: { done: 1, orders: 2 }
      })
    )
    expect(layers(story).sources).toStrictEqual({
      doge: { fundable_layers: 0, next_layer: { covered: true, missing: "0" } },
      usd: { fundable_layers: 1, next_layer: { covered: true, missing: "0" } }
    })
  })

  it("never exceed what is wanted nor what either currency funds, whatever the account holds", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(2_000), fc.nat(200), fc.nat(8), fc.nat(8), (wanted, doge, usd, sells, buys) => {
        const story = holding("1000000", "100000")
        for (let n = 0; n < wanted; n++) story.command(addLayer())
        for (let n = 0; n < sells + buys; n++) {
          story.slot(1, request(n + 1, { role: "exit", side: n < sells ? "sell" : "buy" }))
        }
        story.balances(String(doge), String(usd))
        const { effectiveLayers } = story.state.sizing
        expect(effectiveLayers).toBeGreaterThanOrEqual(0)
        expect(effectiveLayers).toBeLessThanOrEqual(wanted)
        expect(effectiveLayers * Math.max(1, sells) * 1.5).toBeLessThanOrEqual(doge)
        expect(effectiveLayers * Math.max(1, buys) * 0.1 * 1.5).toBeLessThanOrEqual(usd + 1e-9)
      }),
      { seed: SEED, numRuns: 100 }
    )
  })
})

describe("the skew of sizes", () => {
  it.each([
    { skew: 0.2, multiplier: 1.2 },
    { skew: -0.2, multiplier: 1.2 },
    { skew: 0.5, multiplier: 1.5 },
    { skew: -0.9, multiplier: 1.5 }
  ])("of $skew makes the favoured side at most $multiplier times as large", ({ skew, multiplier }) => {
    const story = new GovernorStory().running().account(skewed(skew))
    const [told] = story.heard("SizingSet")
    expect(told?.skew).toBe(skew)
    expect(told?.favouredMultiplier).toBe(multiplier)
    expect(told?.reason.rule).toBe("skew")
  })

  it.each([
    { skew: 0.2, sensitivity: 2, multiplier: 1.4 },
    { skew: -0.2, sensitivity: 0.5, multiplier: 1.1 },
    { skew: 0.2, sensitivity: 0, multiplier: 1 }
  ])("of $skew counts $sensitivity times, as set: $multiplier", ({ skew, sensitivity, multiplier }) => {
    const story = new GovernorStory().running({ skewSensitivity: sensitivity }).account(skewed(skew))
    expect(story.heard("SizingSet")[0]?.favouredMultiplier).toBe(multiplier)
  })

  it("is told when it changes sides, however equal its size", () => {
    const story = new GovernorStory().running().account(skewed(0.2)).account(skewed(-0.2))
    expect(story.heard("SizingSet")[0]?.skew).toBe(-0.2)
  })

  it("is told once, and taken back with a skew of zero", () => {
    const story = new GovernorStory().running().account(skewed(0.1))
    expect(story.account(skewed(0.1)).heard("SizingSet")).toHaveLength(0)
    const [told] = story.account(skewed(0)).heard("SizingSet")
    expect([told?.skew, told?.favouredMultiplier]).toStrictEqual([0, 1])
  })
})

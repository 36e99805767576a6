import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { averagePrice } from "./booking.ts"
import { baseSizes, entryPrice, exitPrice, lossBackoff, orderVolume, replacementPrice } from "./pricing.ts"
import { testRules } from "../../testing/slotDriver.ts"
import { termsOf } from "../terms.ts"

const terms = termsOf(testRules, null, null)

describe("the loss backoff", () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 1.5],
    [3, 2],
    [5, 3],
    [9, 3]
  ])("after %i losses in a row an entry stands %f times as far away", (losses, multiple) => {
    expect(lossBackoff(losses, terms)).toBe(multiple)
  })
})

describe("entry prices", () => {
  it.each([
    ["buy", 0.1, 0, "0.099"],
    ["sell", 0.1, 0, "0.101"],
    ["buy", 0.1, 2, "0.0985"],
    ["sell", 0.1, 2, "0.1015"]
  ] as const)("a %s at market %f after %i losses stands at %s", (side, market, losses, price) => {
    expect(Price.format(entryPrice(side, market, losses, terms))).toBe(price)
  })

  it("are rounded once, halves to even on the double itself", () => {
    const coarse = { ...terms, entryFraction: 0, priceDecimals: 2 }
    expect(Price.format(entryPrice("buy", 0.125, 0, coarse))).toBe("0.12")
    expect(Price.format(entryPrice("buy", 0.375, 0, coarse))).toBe("0.38")
    // 0.145 lies a hair below its decimal, so this is no tie.
    expect(Price.format(entryPrice("buy", 0.145, 0, coarse))).toBe("0.14")
  })
})

describe("exit prices", () => {
  it.each([
    ["sell", 0.1, 0.1, "0.102", "the profit away from the fill"],
    ["sell", 0.1, 0.11, "0.1111", "but above a market that ran away"],
    ["buy", 0.1, 0.1, "0.098", "the profit away from the fill"],
    ["buy", 0.1, 0.09, "0.0891", "but below the market that has run away"],
    ["sell", 0.1, 0, "0.102", "whatever the market, when it is below"]
  ] as const)("a %s exit of a fill at %f with the market at %f stands at %s: %s", (side, fill, market, price, _why) => {
    expect(Price.format(exitPrice(side, fill, market, 2, terms))).toBe(price)
  })

  it.each([
    ["sell", "0.102", 0.1, "0.102"],
    ["sell", "0.102", 0.12, "0.1212"],
    ["buy", "0.098", 0.1, "0.098"],
    ["buy", "0.098", 0.08, "0.0792"]
  ] as const)("a lost %s exit at %s comes back, with the market at %f, at %s", (side, old, market, price) => {
    expect(Price.format(replacementPrice(side, Price.parse(old), market, terms))).toBe(price)
  })
})

describe("order volumes", () => {
  it.each([
    [5, 0.1, "50"],
    [5, 0.0909, "55"],
    [1.3, 0.1, "13"]
  ])("%f USD at %f buy %s DOGE", (usd, price, volume) => {
    expect(orderVolume(usd, price, terms)).toBe(Volume.parse(volume))
  })

  it.each([
    [5, 0, "price_out_of_range"],
    [0, 0.1, "no_size"],
    [-1, 0.1, "no_size"],
    [0.49, 0.01, "below_min_cost"],
    // Rounded up to 14 it would cost enough, but a size is never raised to fit.
    [0.498, 0.036, "below_min_cost"],
    [1.24, 0.1, "below_min_volume"],
    // Rounded up to 13 it would fit the volume, but 0.02 · 13 does not reach the minimum cost.
    [0.5, 0.5, "below_min_volume"]
  ])("%f USD at %f are refused: %s", (usd, price, why) => {
    expect(orderVolume(usd, price, terms)).toBe(why)
  })

  it("are refused when rounding takes the cost below the minimum", () => {
    expect(orderVolume(0.5, 0.0352, { ...terms, minVolume: 1 })).toBe("below_min_cost")
  })

  it("are refused when nothing is left of them, also where the exchange has no minimum", () => {
    expect(orderVolume(0.4, 1, { ...terms, minVolume: 0, minCostUsd: 0 })).toBe("below_min_volume")
  })

  it("round halves to even", () => {
    expect(orderVolume(12.5, 1, { ...terms, minVolume: 1 })).toBe(Volume.parse("12"))
    expect(orderVolume(13.5, 1, { ...terms, minVolume: 1 })).toBe(Volume.parse("14"))
  })
})

describe("the base size", () => {
  it.each([
    ["0", 5],
    ["1.25", 6.25],
    ["-3", 5]
  ])("with a total profit of %s USD is %f USD: profits are reinvested, losses do not shrink it", (profit, usd) => {
    expect(baseSizes(Quote.parse(profit), terms)).toEqual({ A: usd, B: usd })
  })
})

describe("the terms", () => {
  it("are the exchange's where it has spoken, the rules' where not", () => {
    const own = termsOf(
      testRules,
      {
        _tag: "ConstraintsObserved",
        priceDecimals: 7,
        volumeDecimals: 8,
        minVolume: Volume.parse("20"),
        minCost: Quote.parse("1"),
        status: "online"
      },
      { _tag: "FeesObserved", makerPct: 0.16, takerPct: 0.26 }
    )
    expect(terms).toMatchObject({ priceDecimals: 6, volumeDecimals: 0, minVolume: 13, minCostUsd: 0.5 })
    expect(own).toMatchObject({ priceDecimals: 7, volumeDecimals: 8, minVolume: 20, minCostUsd: 1 })
    expect(terms.makerFeeE12).toBe(2_500_000_000n)
    expect(own.makerFeeE12).toBe(1_600_000_000n)
  })
})

describe("an average price", () => {
  it("is cost by volume to the last of its decimals", () => {
    expect(averagePrice(Quote.parse("500"), Volume.parse("1"))).toBe(Price.parse("500"))
    expect(averagePrice(Quote.parse("1"), Volume.parse("3"))).toBe(Price.parse("0.3333333333"))
  })
})

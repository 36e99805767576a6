/** What orders bind, and the least an exchange takes: to the last unit. */
import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import { costCeiling, Price, Quote, Volume } from "../../core/decimal/decimal.ts"
import { boundBy, lackOf, leastVolume } from "./binding.ts"

const QUARTER_PERCENT = 2_500_000_000n

describe("what an order binds", () => {
  it.each([
    { price: "0.1", volume: "20", cost: 20_000_000_000n },
    { price: "0.0000000001", volume: "0.00000001", cost: 1n },
    { price: "0.0000000001", volume: "1.00000001", cost: 2n }
  ])("reserves $cost units for $volume at $price: rounded up", ({ price, volume, cost }) => {
    expect(costCeiling(Price.parse(price), Volume.parse(volume))).toBe(cost)
  })

  it.each([
    { side: "buy", base: "0", quote: "2.00099", why: "20 · 0.0998, and 0.25 % of that" },
    { side: "sell", base: "20", quote: "0", why: "its volume" }
  ] as const)("is, of a $side of 20 at 0.0998, $base DOGE and $quote USD: $why", ({ side, base, quote }) => {
    const order = { side, price: Price.parse("0.0998"), volume: Volume.parse("20") }
    const needs = { base: Volume.parse(base), quote: Quote.parse(quote) }
    expect(boundBy(order, QUARTER_PERCENT)).toStrictEqual(needs)
    expect(lackOf(side, needs, needs)).toBeNull()
    const less = { base: (needs.base - 1n) as Volume, quote: (needs.quote - 1n) as Quote }
    expect(lackOf(side, needs, less)).not.toBeNull()
  })
})

describe("the least volume", () => {
  it.each([
    { price: "0.1", decimals: 8, least: "13", why: "the least volume decides" },
    { price: "0.01", decimals: 8, least: "50", why: "the least cost decides" },
    { price: "0.0101", decimals: 8, least: "49.5049505", why: "rounded up to the next step" },
    { price: "0.0101", decimals: 0, least: "50", why: "rounded up to a whole number" },
    { price: "0.03846153", decimals: 8, least: "13.00000287", why: "just above the least volume" }
  ])("at $price with $decimals decimals is $least: $why", ({ price, decimals, least }) => {
    const limits = { minVolume: Volume.parse("13"), minCost: Quote.parse("0.5"), volumeDecimals: decimals }
    expect(Volume.format(leastVolume(Price.parse(price), limits))).toBe(least)
  })

  it("reaches both limits, and one step less does not", () => {
    const units = (max: number) => fc.integer({ min: 1, max }).map(BigInt)
    fc.assert(
      fc.property(
        units(2_000_000_000),
        units(9_000_000_000),
        units(90_000_000_000),
        fc.nat(8),
        (price, v, c, decimals) => {
          const limits = { minVolume: v as Volume, minCost: c as Quote, volumeDecimals: decimals }
          const least = leastVolume(price as Price, limits)
          const step = 10n ** BigInt(8 - decimals)
          const reaches = (volume: bigint) => volume >= v && volume * price >= c * 100_000_000n
          expect(least % step).toBe(0n)
          expect(reaches(least)).toBe(true)
          expect(reaches(least - step)).toBe(false)
        }
      ),
      { seed: 20_261_129, numRuns: 500 }
    )
  })
})

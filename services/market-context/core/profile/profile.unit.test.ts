import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Price, Price as Prices, type Volume, Volume as Volumes } from "../../../../shared/core/decimal/decimal.ts"
import { ProfileTally } from "./tally.ts"
import type { ValueAreaRule } from "./valueArea.ts"
import { profileOf } from "./volumeProfile.ts"

const SEED = 20_271
const one = Prices.parse("1")

/** Value area of volumes at the prices 1, 2, 3, …; 0 is an empty row. */
const areaOf = (rule: ValueAreaRule, volumes: ReadonlyArray<number>, percent = 70) => {
  const tally = new ProfileTally(one)
  for (const [row, volume] of volumes.entries()) tally.add(Prices.fromNumber(row + 1), Volumes.fromNumber(volume))
  const profile = profileOf(tally, { rule, percent })
  return profile === null
    ? null
    : [profile.pointOfControl, profile.valueAreaLow, profile.valueAreaHigh].map((price) => Prices.toNumber(price))
}

describe("a value area", () => {
  // [what, volumes by row from 1 up, POC, low and high of the contiguous rule, low and high of the seed's rule]
  it.each([
    ["of one row is that row", [5], 1, [1, 1], [1, 1]],
    ["of one row with over 70 % is that row", [10, 75, 15], 2, [2, 2], [2, 2]],
    ["of one row with exactly 70 % is that row", [20, 70, 10], 2, [2, 2], [2, 2]],
    // 40 of 100; above hold 30 together, below 25: 70.
    ["grows by two rows towards more volume", [5, 5, 20, 40, 16, 14], 4, [4, 6], [3, 5]],
    ["grows down where both sides hold as much", [10, 10, 40, 10, 10], 3, [1, 3], [1, 3]],
    ["takes one row where a side has only one", [10, 50, 15, 15, 10], 2, [2, 4], [2, 4]],
    ["counts an empty row as a row", [30, 0, 40, 0, 0, 30], 3, [1, 3], [1, 3]],
    ["goes on to the nearest volume over empty rows on both sides", [0, 50, 0, 0, 0, 0, 45, 0, 5], 2, [2, 7], [2, 7]],
    ["of the seed may leave holes, the field's never does", [24, 1, 1, 1, 36, 1, 1, 1, 34], 5, [1, 9], [5, 9]],
    ["takes the lower price first among equals", [35, 30, 35], 1, [1, 3], [1, 3]]
  ] as const)("%s", (_what, volumes, poc, grown, falling) => {
    expect(areaOf("contiguous", volumes)).toStrictEqual([poc, ...grown])
    expect(areaOf("by-volume", volumes)).toStrictEqual([poc, ...falling])
  })

  it("of a hundred percent is everything, by either rule", () => {
    expect(areaOf("contiguous", [1, 0, 2, 9, 1], 100)).toStrictEqual([4, 1, 5])
    expect(areaOf("by-volume", [1, 0, 2, 9, 1], 100)).toStrictEqual([4, 1, 5])
  })
})

describe("a tally", () => {
  const trade = fc.record({ price: fc.bigInt(1n, 10n ** 17n), volume: fc.bigInt(-2n, 10n ** 19n) })

  it("adds up exactly what plain bigints add up, for prices and volumes of any size", () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60 }), fc.bigInt(10n ** 6n, 10n ** 12n), (trades, tick) => {
        const tally = new ProfileTally(tick as Price)
        const counted = trades.filter(({ volume }) => volume > 0n)
        for (const { price, volume } of trades) tally.add(price as Price, volume as Volume)
        const sums = tally.sums()
        expect(sums?.weighted ?? 0n).toBe(counted.reduce((sum, { price, volume }) => sum + price * volume, 0n))
        expect(sums?.trades ?? 0).toBe(counted.length)
        const bins = new Map<bigint, bigint>()
        for (const { price, volume } of counted) {
          const edge = (price / tick) * tick
          bins.set(edge, (bins.get(edge) ?? 0n) + volume)
        }
        expect(new Map(tally.levels().map(({ price, volume }) => [price as bigint, volume as bigint]))).toStrictEqual(
          new Map([...bins].sort(([a], [b]) => (a < b ? -1 : 1)))
        )
      }),
      { seed: SEED, numRuns: 300 }
    )
  })

  it("is the same whether it counted the trades or included tallies of them", () => {
    fc.assert(
      fc.property(fc.array(trade, { minLength: 2, maxLength: 40 }), fc.nat(40), (trades, cut) => {
        const [whole, first, second, joined] = Array.from({ length: 4 }, () => new ProfileTally(one))
        for (const [at, { price, volume }] of trades.entries()) {
          whole!.add(price as Price, volume as Volume)
          ;(at < cut ? first : second)!.add(price as Price, volume as Volume)
        }
        for (const part of [first!, second!]) {
          const sums = part.sums()
          if (sums !== null) joined!.include(part.levels(), sums)
        }
        expect(joined!.sums()).toStrictEqual(whole!.sums())
        expect(joined!.levels()).toStrictEqual(whole!.levels())
      }),
      { seed: SEED, numRuns: 200 }
    )
  })

  it("refuses a tick that is too fine for a price, by name", () => {
    expect(() => new ProfileTally(1n as Price).add((10n ** 17n) as Price, Volumes.parse("1"))).toThrow(
      /tickSize 0.0000000001 is too fine for a price of 10000000/
    )
  })
})

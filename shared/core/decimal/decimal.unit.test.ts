import { describe, expect, it } from "@effect/vitest"
import { BigDecimal } from "effect"
import fc from "fast-check"
import {
  cost,
  DecimalError,
  divideHalfEven,
  minus,
  plus,
  Price,
  Quote,
  roundPrice,
  roundVolume,
  Volume
} from "./decimal.ts"

const SEED = 20_261_121
const property = <Ts extends [unknown, ...Array<unknown>]>(check: fc.IProperty<Ts>) =>
  fc.assert(check, { seed: SEED, numRuns: 500 })

const prices = fc.bigInt({ min: 0n, max: 10n ** 16n }) as fc.Arbitrary<Price>
const volumes = fc.bigInt({ min: 0n, max: 10n ** 16n }) as fc.Arbitrary<Volume>

describe("decimal text", () => {
  it.each([
    ["0", 0n],
    ["0.1", 1_000_000_000n],
    ["-0.1", -1_000_000_000n],
    ["12.3456789012", 123_456_789_012n],
    ["1.50000000000000", 15_000_000_000n]
  ])("%s is read exactly", (text, scaled) => {
    expect(Price.parse(text)).toBe(scaled)
  })

  it.each(["", "abc", "1e5", "+1", "1.", ".5", "0.12345678901", "NaN", "1,5", " 1"])(
    "%j is refused, and named",
    (text) => {
      const parse = () => Price.parse(text)
      expect(parse).toThrow(DecimalError)
      expect(parse).toThrow(`"${text}"`)
    }
  )

  it("comes back as the shortest text of the same value", () => {
    expect(Price.format(Price.parse("0.1000"))).toBe("0.1")
    property(
      fc.property(prices, (price) => {
        expect(Price.parse(Price.format(price))).toBe(price)
      })
    )
    property(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (quote) => {
        expect(Quote.parse(Quote.format(quote as Quote))).toBe(quote)
      })
    )
  })

  it.each([
    ["0.5", 7, "0.5000000"],
    ["0.12345", 4, "0.1234"],
    ["0.12355", 4, "0.1236"],
    ["-0.00001", 2, "0.00"],
    ["2", 0, "2"]
  ])("%s with %i digits is %s", (text, digits, shown) => {
    expect(Quote.formatFixed(Quote.parse(text), digits)).toBe(shown)
  })
})

describe("rounding", () => {
  it.each([
    [25n, 10n, 2n],
    [35n, 10n, 4n],
    [-25n, 10n, -2n],
    [-35n, 10n, -4n],
    [26n, 10n, 3n],
    [-26n, 10n, -3n],
    [24n, 10n, 2n]
  ])("%i / %i halves to even: %i", (value, divisor, expected) => {
    expect(divideHalfEven(value, divisor)).toBe(expected)
  })

  it.each([
    [0.15, 1, "0.1"],
    [0.25, 1, "0.2"],
    [2.5, 0, "2"],
    [3.5, 0, "4"],
    [0.097786499999999, 6, "0.097786"],
    [1e-7, 6, "0"]
  ])("the double %d at %i digits is %s, by its exact binary value", (value, places, expected) => {
    expect(Price.format(Price.fromNumber(value, places))).toBe(expected)
  })

  it("refuses a double that is no number", () => {
    expect(() => Price.fromNumber(Number.NaN)).toThrow(DecimalError)
    expect(() => Volume.fromNumber(Number.POSITIVE_INFINITY)).toThrow(DecimalError)
  })

  it("keeps to the digits asked for", () => {
    expect(Price.format(roundPrice(Price.parse("0.1234567"), 5))).toBe("0.12346")
    expect(Volume.format(roundVolume(Volume.parse("12.5"), 0))).toBe("12")
  })
})

describe("money", () => {
  const asBig = (value: bigint, scale: number) => BigDecimal.make(value, scale)

  it("cost is price × volume, rounded once, halves to even", () => {
    property(
      fc.property(prices, volumes, (price, volume) => {
        const exact = BigDecimal.multiply(asBig(price, 10), asBig(volume, 8))
        const rounded = BigDecimal.round(exact, { scale: 10, mode: "half-even" })
        expect(BigDecimal.equals(asBig(cost(price, volume), 10), rounded)).toBe(true)
      })
    )
  })

  it("sums are exact, in any order", () => {
    property(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 1 }), (amounts) => {
        const quotes = amounts as ReadonlyArray<bigint> as ReadonlyArray<Quote>
        const forward = quotes.reduce((sum, quote) => plus(sum, quote), Quote.zero)
        const backward = quotes.reduceRight((sum, quote) => plus(sum, quote), Quote.zero)
        expect(forward).toBe(backward)
        expect(quotes.reduce((sum, quote) => minus(sum, quote), forward)).toBe(0n)
      })
    )
  })

  it("a price survives the trip through a double, as the nearest double does", () => {
    property(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (scaled) => {
        const price = scaled as Price
        expect(Price.fromNumber(Price.toNumber(price))).toBe(price)
      })
    )
  })
})

import { assert, describe, it } from "@effect/vitest"
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
    assert.strictEqual(Price.parse(text), scaled)
  })

  it.each(["", "abc", "1e5", "+1", "1.", ".5", "0.12345678901", "NaN", "1,5", " 1"])(
    "%j is refused, and named",
    (text) => {
      assert.throws(() => Price.parse(text), DecimalError, `"${text}"`)
    }
  )

  it("comes back as the shortest text of the same value", () => {
    assert.strictEqual(Price.format(Price.parse("0.1000")), "0.1")
    property(fc.property(prices, (price) => assert.strictEqual(Price.parse(Price.format(price)), price)))
    property(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (quote) =>
        assert.strictEqual(Quote.parse(Quote.format(quote as Quote)), quote)
      )
    )
  })

  it.each([
    ["0.5", 7, "0.5000000"],
    ["0.12345", 4, "0.1234"],
    ["0.12355", 4, "0.1236"],
    ["-0.00001", 2, "0.00"],
    ["2", 0, "2"]
  ])("%s with %i digits is %s", (text, digits, shown) => {
    assert.strictEqual(Quote.formatFixed(Quote.parse(text), digits), shown)
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
    assert.strictEqual(divideHalfEven(value, divisor), expected)
  })

  it.each([
    [0.15, 1, "0.1"],
    [0.25, 1, "0.2"],
    [2.5, 0, "2"],
    [3.5, 0, "4"],
    [0.097786499999999, 6, "0.097786"],
    [1e-7, 6, "0"]
  ])("the double %d at %i digits is %s, by its exact binary value", (value, places, expected) => {
    assert.strictEqual(Price.format(Price.fromNumber(value, places)), expected)
  })

  it("refuses a double that is no number", () => {
    assert.throws(() => Price.fromNumber(Number.NaN), DecimalError)
    assert.throws(() => Volume.fromNumber(Number.POSITIVE_INFINITY), DecimalError)
  })

  it("keeps to the digits asked for", () => {
    assert.strictEqual(Price.format(roundPrice(Price.parse("0.1234567"), 5)), "0.12346")
    assert.strictEqual(Volume.format(roundVolume(Volume.parse("12.5"), 0)), "12")
  })
})

describe("money", () => {
  const asBig = (value: bigint, scale: number) => BigDecimal.make(value, scale)

  it("cost is price × volume, rounded once, halves to even", () => {
    property(
      fc.property(prices, volumes, (price, volume) => {
        const exact = BigDecimal.multiply(asBig(price, 10), asBig(volume, 8))
        const rounded = BigDecimal.round(exact, { scale: 10, mode: "half-even" })
        assert.isTrue(BigDecimal.equals(asBig(cost(price, volume), 10), rounded))
      })
    )
  })

  it("sums are exact, in any order", () => {
    property(
      fc.property(fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), { minLength: 1 }), (amounts) => {
        const quotes = amounts as ReadonlyArray<bigint> as ReadonlyArray<Quote>
        const forward = quotes.reduce((sum, quote) => plus(sum, quote), Quote.zero)
        const backward = quotes.reduceRight((sum, quote) => plus(sum, quote), Quote.zero)
        assert.strictEqual(forward, backward)
        assert.strictEqual(
          quotes.reduce((sum, quote) => minus(sum, quote), forward),
          0n
        )
      })
    )
  })

  it("a price survives the trip through a double, as the nearest double does", () => {
    property(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (scaled) => {
        const price = scaled as Price
        assert.strictEqual(Price.fromNumber(Price.toNumber(price)), price)
      })
    )
  })
})

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
import { randomNumbers } from "../random.ts"

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

  it("cost and halves to even are those of whole division, to the unit: at a million products of any size and sign, halves among them", () => {
    const random = randomNumbers(SEED)
    const next = (): number => Math.floor(random() * 2 ** 32)
    /** Of 1 to 70 bits, either sign: a machine's integers and beyond, and both sides of every limit between. */
    const anyOf = (bits: number): bigint => {
      const wide = (BigInt(next()) << 38n) ^ (BigInt(next()) << 19n) ^ BigInt(next())
      const value = BigInt.asUintN(1 + (next() % bits), wide)
      return next() % 4 === 0 ? -value : value
    }
    /** By the definition: the floor, and from there up by what is left over. */
    const wholeDivision = (value: bigint, divisor: bigint): bigint => {
      const floor = value >= 0n ? value / divisor : -((-value + divisor - 1n) / divisor)
      const twice = (value - floor * divisor) * 2n
      return twice > divisor || (twice === divisor && floor % 2n !== 0n) ? floor + 1n : floor
    }
    const wrong: Array<string> = []
    let halves = 0
    for (let at = 0; at < 1_000_000; at++) {
      const price = (at % 2 === 0 ? anyOf(70) : anyOf(40)) as Price
      // An odd multiple of 1/256 of a unit, and a price that is an odd multiple of 128: their cost ends in a half.
      const volume = (at % 4 === 0 ? (anyOf(30) * 2n + 1n) * 390_625n : anyOf(70)) as Volume
      const halved = (at % 4 === 0 ? BigInt.asIntN(40, price | 1n) * 128n : price) as Price
      const product = halved * volume
      if (BigInt.asUintN(1, product / 50_000_000n) === 1n && product % 50_000_000n === 0n) halves++
      if (cost(halved, volume) !== wholeDivision(product, 100_000_000n)) wrong.push(`${halved} × ${volume}`)
      const divisor = at % 3 === 0 ? 2n : 10_000n
      if (divideHalfEven(product, divisor) !== wholeDivision(product, divisor)) wrong.push(`${product} / ${divisor}`)
    }
    expect(wrong).toStrictEqual([])
    expect(halves).toBeGreaterThan(100_000)
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

/** The prices on a way through a candle are reckoned in doubles where those are exact: to the unit what whole numbers give. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Price, roundPrice, Volume } from "../../../../shared/core/decimal/decimal.ts"
import { boundsOf, pathThrough, priceAt, priceNumberAt, printAt, type Way } from "./recorded.ts"

const SEED = 4_711
const MINUTE_MS = 60_000

/** From a tenth of a cent to far beyond what doubles hold. */
const price = fc.oneof(
  fc.bigInt({ min: 1n, max: 100_000_000_000n }),
  fc.bigInt({ min: 1n, max: 100_000_000_000_000_000_000n })
)

const way = fc.constantFrom<Way>("likely", "low-first", "high-first")

describe("a way through a candle", () => {
  it(`meets at every step the price that whole numbers give, within its bounds and by a taker of that side (seed ${SEED})`, () => {
    let inDoubles = 0
    fc.assert(
      fc.property(
        fc.tuple(price, price, price, price),
        fc.constantFrom(1, 5, 60, 1_440),
        fc.integer({ min: 0, max: 10 }),
        way,
        (prices, minutes, decimals, through) => {
          const sorted = prices.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) as Array<Price>
          const [low = Price.zero, open = Price.zero, close = Price.zero, high = Price.zero] = sorted
          for (const [first, last] of [
            [open, close],
            [close, open]
          ] as const) {
            const row = { timeMs: 0, open: first, high, low, close: last, volume: Volume.parse("1") }
            const path = pathThrough(row, minutes * MINUTE_MS, decimals, through)
            if (path.inDoubles) inDoubles++
            const lowFirst = through === "likely" ? last >= first : through === "low-first"
            const corners = lowFirst ? [first, low, high, last] : [first, high, low, last]
            const steps = (path.length - 1) / 3
            const bounds = boundsOf(path)
            expect(bounds === null).toBe(!path.inDoubles)
            let before = first
            for (let at = 0; at < path.length; at++) {
              const leg = Math.max(0, Math.ceil(at / steps) - 1)
              const [from = Price.zero, to = Price.zero] = corners.slice(leg, leg + 2)
              const between = from + ((to - from) * BigInt(at - leg * steps)) / BigInt(steps)
              const expected = roundPrice(between as Price, decimals)
              const found = [priceAt(path, at), priceNumberAt(path, at)] as const
              if (found[0] !== expected || found[1] !== Price.toNumber(expected))
                expect(found).toStrictEqual([expected, Price.toNumber(expected)])
              if (bounds !== null && (found[1] < bounds.low || found[1] > bounds.high))
                expect.fail(`${found[1]} is beyond ${bounds.low} … ${bounds.high}`)
              if ((printAt(path, at).takerSide === "buy") !== expected >= before)
                expect.fail(`${expected} after ${before} is of the other side`)
              before = expected
            }
          }
        }
      ),
      { seed: SEED, numRuns: 200 }
    )
    expect(inDoubles).toBeGreaterThan(20)
  })
})

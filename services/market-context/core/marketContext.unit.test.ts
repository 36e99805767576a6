import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Price, Price as Prices, type Volume, Volume as Volumes } from "../../../shared/core/decimal/decimal.ts"
import { randomNumbers } from "../../../shared/core/random.ts"
import { openingRange } from "./openingRange.ts"
import { breakOfStructure, DEFAULT_STRUCTURE, fairValueGaps, type OrderBlock, orderBlock } from "./structure.ts"
import { valueAreaShare, volumeProfile } from "./profile/volumeProfile.ts"

const SEED = 20_263
const trade = (price: string, volume: string) => ({ price: Prices.parse(price), volume: Volumes.parse(volume) })
const candle = (open: number, high: number, low: number, close: number) => ({ open, high, low, close })

describe("a volume profile", () => {
  it("bins by exact decimals: 0.3 lies in the bin of 0.3", () => {
    const profile = volumeProfile([trade("0.3", "1"), trade("0.6", "1"), trade("0.7", "3")], Prices.parse("0.1"))
    expect(profile?.levels.map(({ price }) => Prices.format(price))).toEqual(["0.3", "0.6", "0.7"])
  })

  it("takes the lower price first among equals and stops at exactly the share", () => {
    const trades = [trade("12", "35"), trade("10", "35"), trade("11", "30")]
    const profile = volumeProfile(trades, Prices.parse("1"))
    expect(profile?.pointOfControl).toBe(Prices.parse("10"))
    expect(profile?.valueArea.map(({ price }) => Prices.format(price))).toEqual(["10", "12"])
  })

  it("counts nothing where nothing was traded, and refuses a tick of 0 by name", () => {
    expect(volumeProfile([trade("1", "0")], Prices.parse("1"))).toBeNull()
    expect(() => volumeProfile([], 0n as Price)).toThrow(/tickSize must be above 0/)
    expect(() => volumeProfile([], 1n as Price, 0)).toThrow(/valueAreaPercent/)
  })

  it("holds all volume once, in levels that contain their prices, whatever the order of trades", () => {
    const trades = fc.array(fc.tuple(fc.bigInt(1n, 10n ** 12n), fc.bigInt(-5n, 10n ** 12n)), {
      minLength: 1,
      maxLength: 40
    })
    fc.assert(
      fc.property(trades, fc.bigInt(1n, 10n ** 11n), (list, tick) => {
        const made = list.map(([price, volume]) => ({ price: price as Price, volume: volume as Volume }))
        const profile = volumeProfile(made, tick as Price)
        expect(volumeProfile(made.toReversed(), tick as Price)).toEqual(profile)
        if (profile === null) return
        const total = list.reduce((sum, [, volume]) => (volume > 0n ? sum + volume : sum), 0n)
        expect(profile.levels.reduce((sum, { volume }) => sum + volume, 0n)).toBe(total)
        expect(profile.valueAreaLow <= profile.pointOfControl && profile.pointOfControl <= profile.valueAreaHigh).toBe(
          true
        )
        expect(valueAreaShare(profile)).toBeGreaterThanOrEqual(0.7 - 1e-9)
        expect(profile.levels[0]!.price <= profile.low && profile.low < profile.levels[0]!.price + tick).toBe(true)
      }),
      { seed: SEED, numRuns: 200 }
    )
  })
})

describe("the opening range", () => {
  const at = (clock: string) => Date.parse(`2025-03-11T${clock}Z`)
  it("holds 08:00:00.000 and not 08:10:00.000, of the day asked for only", () => {
    const trades = [
      { timeMs: at("07:59:59.999"), price: 9 },
      { timeMs: at("08:00:00.000"), price: 2 },
      { timeMs: at("08:09:59.999"), price: 3 },
      { timeMs: at("08:10:00.000"), price: 1 },
      { timeMs: at("08:05:00.000") - 86_400_000, price: 100 }
    ]
    expect(openingRange(trades, at("08:10:00.000"))).toEqual({ high: 3, low: 2, complete: true })
    expect(openingRange(trades, at("08:09:59.999")).complete).toBe(false)
    expect(openingRange([], at("07:00:00.000"))).toEqual({ high: null, low: null, complete: false })
  })
})

describe("structure", () => {
  const calm = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? candle(1, 1.2, 0.8, 1.1) : candle(1.1, 1.2, 0.8, 1)))

  it("finds nothing in a calm market, and nothing in no market", () => {
    for (const candles of [calm, []]) {
      expect(orderBlock(candles, "bullish", DEFAULT_STRUCTURE)).toBeNull()
      expect(fairValueGaps(candles)).toEqual([])
      expect(breakOfStructure(candles, DEFAULT_STRUCTURE)).toEqual({ bullish: false, bearish: false })
    }
  })

  it("is the mirror of itself: what is bullish upwards is bearish upside down", () => {
    const up = [...calm, candle(1, 2, 0.9, 1.9), candle(1.9, 2.4, 1.5, 2.3)]
    const down = up.map(({ open, high, low, close }) => candle(4 - open, 4 - low, 4 - high, 4 - close))
    expect(orderBlock(up, "bullish", DEFAULT_STRUCTURE)?.index).toBe(19)
    expect(orderBlock(down, "bearish", DEFAULT_STRUCTURE)?.index).toBe(19)
    expect(fairValueGaps(up)).toMatchObject([{ type: "bullish", bottom: 1.2, top: 1.5, reenteredAt: null }])
    expect(fairValueGaps(down)).toMatchObject([{ type: "bearish", bottom: 2.5, top: 2.8, reenteredAt: null }])
    expect(breakOfStructure(up, DEFAULT_STRUCTURE)).toEqual({ bullish: true, bearish: false })
    expect(breakOfStructure(down, DEFAULT_STRUCTURE)).toEqual({ bullish: false, bearish: true })
  })

  it("knows an order block at the close of its displacement, and says the same of it for as long as it is among the newest", () => {
    const random = randomNumbers(SEED)
    const candles = Array.from({ length: 400 }, () => {
      const [open, close] = [1 + random(), 1 + random()]
      const scale = random() < 0.1 ? 1.5 : 0.2
      return candle(open, Math.max(open, close) + scale * random(), Math.min(open, close) - scale * random(), close)
    })
    const { orderBlockLookback } = DEFAULT_STRUCTURE
    for (const type of ["bullish", "bearish"] as const) {
      let before: OrderBlock | null = null
      let seen = 0
      for (let count = 1; count <= candles.length; count++) {
        const now: OrderBlock | null = orderBlock(candles.slice(0, count), type, DEFAULT_STRUCTURE)
        // A new one is new at this very candle; the one before stays unless it is too old.
        if (now !== null && now.knownAt === count - 1) seen++
        else
          expect(now, `${type}, ${count} candles`).toEqual(
            before !== null && before.knownAt > count - orderBlockLookback ? before : null
          )
        // Nor does it matter how many candles the caller has kept beyond those that are looked at.
        const kept = candles.slice(Math.max(0, count - 3 * orderBlockLookback), count)
        const gone = count - kept.length
        const again = orderBlock(kept, type, DEFAULT_STRUCTURE)
        expect(again && { ...again, index: again.index + gone, knownAt: again.knownAt + gone }).toEqual(now)
        before = now
      }
      expect(seen).toBeGreaterThan(10)
    }
  })

  it.each([
    ["appear late, as calm candles follow", 0.1, false, true],
    ["vanish, as wild candles follow", 4, true, false]
  ])("by the reference's wording lets a block %s; by default it does not", (_name, range, early, late) => {
    const displaced = [...calm, candle(1, early ? 1.9 : 1.35, 0.9, early ? 1.8 : 1.3)]
    const after = Array.from({ length: 12 }, () => candle(1.3, 1.3 + range / 2, 1.3 - range / 2, 1.3))
    const found = (candles: typeof calm, medianOf: "newest" | "displacement") =>
      orderBlock(candles, "bullish", { ...DEFAULT_STRUCTURE, medianOf }) !== null
    expect([found(displaced, "newest"), found([...displaced, ...after], "newest")]).toEqual([early, late])
    expect([found(displaced, "displacement"), found([...displaced, ...after], "displacement")]).toEqual([early, early])
  })

  it("says the same of old candles whatever comes later, but for a gap being spent", () => {
    const up = [...calm, candle(1, 2, 0.9, 1.9), candle(1.9, 2.4, 1.5, 2.3)]
    const later = [...up, candle(2.3, 2.4, 1.4, 1.6)]
    expect(fairValueGaps(later)).toEqual([{ ...fairValueGaps(up)[0], reenteredAt: 22 }])
  })
})

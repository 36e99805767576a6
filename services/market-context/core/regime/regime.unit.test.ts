import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { assess, biasOf, type RegimeSettings, type TimedCandle } from "./assess.ts"
import { structureView, Universe } from "./universe.ts"

const SEED = 20_273
const HOUR_SEC = 3_600
const SETTINGS: RegimeSettings = { minGapPercent: 0.1, neutralZoneBps: 25 }
const candle = (n: number, open: number, high: number, low: number, close: number): TimedCandle => ({
  timeSec: n * HOUR_SEC,
  open,
  high,
  low,
  close
})
/** Candles that go up and down in the same range. */
const calm = (count: number): ReadonlyArray<TimedCandle> =>
  Array.from({ length: count }, (_, n) => (n % 2 === 0 ? candle(n, 1, 1.2, 0.8, 1.1) : candle(n, 1.1, 1.2, 0.8, 1)))
/** Candles that overlap, all of one size, and climb: a trend without a block or a gap. */
const climbing = (count: number): ReadonlyArray<TimedCandle> =>
  Array.from({ length: count }, (_, n) => candle(n, 1 + n / 10, 1.5 + n / 10, 0.9 + n / 10, 1.1 + n / 10))

describe("a structure regime", () => {
  it("names what it lacks where the candles are too few", () => {
    expect(assess(calm(27), SETTINGS)).toMatchObject({ regime: "no_data", why: "27 candles of 28" })
    expect(assess([], SETTINGS)).toMatchObject({ regime: "no_data", at_sec: null })
  })

  it("is consolidation where nothing stands out, with the strength that was compared", () => {
    const { regime, why, evidence } = assess(calm(60), SETTINGS)
    expect([regime, evidence.zones, evidence.break_of_structure]).toStrictEqual([
      "consolidation",
      [],
      { bullish: false, bearish: false }
    ])
    expect(why).toMatch(/^no block, no open gap, no break; ADX \d+\.\d < 25$/)
  })

  it("is wide where the structure breaks or a trend holds", () => {
    const { regime, why, evidence } = assess(climbing(60), SETTINGS)
    expect([regime, why, evidence.zones]).toStrictEqual(["wide_structure", "structure broken upwards", []])
    expect(evidence.adx ?? 0).toBeGreaterThan(25)
  })

  it("is tight where a gap stands open, names the gap, and no longer once a wick has touched it", () => {
    const gapped = [...calm(40), candle(40, 1.1, 1.25, 1, 1.2), candle(41, 1.3, 1.6, 1.29, 1.5)]
    const open = assess([...gapped, candle(42, 1.5, 1.7, 1.4, 1.6)], SETTINGS)
    expect(open.regime).toBe("tight_smc")
    expect(open.evidence.zones).toContainEqual({
      kind: "fair_value_gap",
      type: "bullish",
      at_sec: 41 * HOUR_SEC,
      known_at_sec: 42 * HOUR_SEC,
      low: 1.25,
      high: 1.4
    })
    const spent = assess([...gapped, candle(42, 1.5, 1.7, 1.4, 1.6), candle(43, 1.6, 1.6, 1.1, 1.2)], SETTINGS)
    expect(
      spent.evidence.zones.filter(({ kind, at_sec }) => kind === "fair_value_gap" && at_sec === 41 * HOUR_SEC)
    ).toEqual([])
    const small = assess([...gapped, candle(42, 1.5, 1.7, 1.4, 1.6)], { ...SETTINGS, minGapPercent: 20 })
    expect(small.evidence.open_gaps).toBe(0)
  })

  it("names nothing that lies after its newest candle", () => {
    const move = fc.record({ by: fc.integer({ min: -30, max: 30 }), wick: fc.integer({ min: 0, max: 20 }) })
    fc.assert(
      fc.property(fc.array(move, { minLength: 40, maxLength: 90 }), fc.nat(40), (moves, cut) => {
        let at = 10_000
        const candles = moves.map(({ by, wick }, n) => {
          const open = at
          at += by
          return candle(n, open, Math.max(open, at) + wick, Math.min(open, at) - wick, at)
        })
        const now = (cut + 27) * HOUR_SEC
        const { evidence, at_sec } = assess(candles.slice(0, cut + 28), SETTINGS)
        expect(at_sec).toBe(Math.min(now, (candles.length - 1) * HOUR_SEC))
        expect(evidence.zones.filter((zone) => zone.at_sec > now)).toStrictEqual([])
      }),
      { seed: SEED, numRuns: 100 }
    )
  })
})

describe("a bias", () => {
  // [what, daily closes, bias]
  it.each([
    ["is unknown without 200 of them", Array.from({ length: 199 }, () => 1), "unknown"],
    ["is neutral near the average", Array.from({ length: 200 }, () => 1), "neutral"],
    ["is bullish above it", [...Array.from({ length: 220 }, () => 1), 1.1], "bullish"],
    ["is bearish below it", [...Array.from({ length: 220 }, () => 1), 0.9], "bearish"]
  ] as const)("%s", (_what, closes, bias) => {
    expect(biasOf(closes, SETTINGS).bias).toBe(bias)
  })
})

describe("a universe", () => {
  it("with 60 daily candles a pair shows structure regimes, not two labels: the bias is unknown and nothing else", () => {
    const universe = new Universe()
    const pairs = {
      CALM: calm(60),
      CLIMB: climbing(60),
      GAP: [
        ...calm(57),
        candle(57, 1.1, 1.25, 1, 1.2),
        candle(58, 1.3, 1.6, 1.29, 1.5),
        candle(59, 1.5, 1.7, 1.4, 1.6)
      ],
      NEW: calm(5)
    }
    for (const [symbol, candles] of Object.entries(pairs)) {
      universe.set(symbol, 1_440, assess(candles, SETTINGS))
      universe.setBias(
        symbol,
        biasOf(
          candles.map(({ close }) => close),
          SETTINGS
        )
      )
    }
    const { distribution } = structureView(universe, { pair: "CALM", timeframes: [1_440] }, null)
    expect(distribution).toStrictEqual({
      "1d": { tight_smc: 1, wide_structure: 1, consolidation: 1, no_data: 1 }
    })
    expect(universe.symbols.map((symbol) => universe.of(symbol).bias)).toStrictEqual(Array(4).fill("unknown"))
  })

  it("tells what has changed, newest first, and forgets pairs that are no longer watched", () => {
    const universe = new Universe()
    universe.set("A", 60, assess(calm(40), SETTINGS))
    universe.set("A", 60, assess(climbing(41), SETTINGS))
    universe.set("A", 60, assess(climbing(42), SETTINGS))
    expect(universe.changes).toStrictEqual([
      { symbol: "A", timeframe: "1h", from: "consolidation", to: "wide_structure", at_sec: 40 * HOUR_SEC }
    ])
    universe.keepOnly(new Set(["B"]))
    expect([universe.symbols, universe.has("A", 60)]).toStrictEqual([[], false])
  })
})

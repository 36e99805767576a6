import { expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { describe } from "vitest"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { timeframeMinutes, timeframeName, timeframesOf, UnknownTimeframe } from "./candle.ts"
import { findGaps } from "../testing/gaps.ts"
import { droppedText, normalise, NOTHING_DROPPED, type RawCandle } from "./normalise.ts"
import { FIRST_PAUSE_MS, fullBucket, LONGEST_PAUSE_MS, refused, take, succeeded } from "./tokenBucket.ts"

const SEED = 20_261_121

const row = (timeSec: number, fields: Partial<Record<1 | 2 | 3 | 4 | 5 | 6, unknown>> = {}): RawCandle => [
  String(timeSec),
  fields[1] ?? "0.2000",
  fields[2] ?? "0.2100",
  fields[3] ?? "0.1900",
  fields[4] ?? "0.2050",
  fields[5] ?? "10.5",
  fields[6] ?? "3"
]
/** 2024-01-01T00:00Z */
const FIRST = 1_704_067_200
const NOW = FIRST + 600

describe("normalising rows", () => {
  it.each([
    ["a sound, closed row", row(FIRST + 60), { ...NOTHING_DROPPED }, 1],
    ["a row of six fields", row(FIRST + 60).slice(0, 6), { ...NOTHING_DROPPED, malformed: 1 }, 0],
    ["a price that is no number", row(FIRST + 60, { 2: "high" }), { ...NOTHING_DROPPED, malformed: 1 }, 0],
    ["a missing close", row(FIRST + 60, { 4: null }).with(4, null), { ...NOTHING_DROPPED, malformed: 1 }, 0],
    ["a price of zero", row(FIRST + 60, { 3: "0" }), { ...NOTHING_DROPPED, price: 1 }, 0],
    ["a negative price", row(FIRST + 60, { 1: "-0.2" }), { ...NOTHING_DROPPED, price: 1 }, 0],
    ["a negative volume", row(FIRST + 60, { 5: "-1" }), { ...NOTHING_DROPPED, volume: 1 }, 0],
    ["a volume of zero", row(FIRST + 60, { 5: "0.00000000", 6: "0" }), { ...NOTHING_DROPPED }, 1],
    ["a row that closes at this very second", row(FIRST + 540), { ...NOTHING_DROPPED }, 1],
    ["a row that is not over", row(FIRST + 600), { ...NOTHING_DROPPED, forming: 1 }, 0],
    ["a row between two bars", row(FIRST + 61), { ...NOTHING_DROPPED, time: 1 }, 0],
    ["a start in milliseconds", row(FIRST * 1_000), { ...NOTHING_DROPPED, time: 1 }, 0],
    ["a start before 2009", row(60), { ...NOTHING_DROPPED, time: 1 }, 0],
    ["a start two days from now", row(FIRST + 172_800), { ...NOTHING_DROPPED, time: 1 }, 0],
    ["a high below the close", row(FIRST + 60, { 2: "0.204" }), { ...NOTHING_DROPPED, impossible: 1 }, 0],
    ["a low above the open", row(FIRST + 60, { 3: "0.201" }), { ...NOTHING_DROPPED, impossible: 1 }, 0],
    ["a price in hexadecimal", row(FIRST + 60, { 2: "0x1" }), { ...NOTHING_DROPPED, malformed: 1 }, 0],
    ["a count that no store holds", row(FIRST + 60, { 6: "2147483648" }), { ...NOTHING_DROPPED, large: 1 }, 0],
    ["a price that nothing costs", row(FIRST + 60, { 2: "10000000000.1" }), { ...NOTHING_DROPPED, large: 1 }, 0],
    ["a volume that nothing trades", row(FIRST + 60, { 5: "10000000000000001" }), { ...NOTHING_DROPPED, large: 1 }, 0],
    ["a day's volume of the cheapest coin", row(FIRST + 60, { 5: "200000000000000" }), { ...NOTHING_DROPPED }, 1]
  ] as const)("%s", (_, raw, dropped, kept) => {
    const result = normalise([raw], 1, NOW)
    expect(result.dropped).toStrictEqual(dropped)
    expect(result.candles.length).toBe(kept)
  })

  it("of two rows with the same start the later one wins, and the oldest candle stands first", () => {
    const { candles, dropped } = normalise(
      [row(FIRST + 120), row(FIRST + 60, { 4: "0.2001" }), row(FIRST + 60, { 4: "0.2002" })],
      1,
      NOW
    )
    expect(candles.map(({ timeSec, close }) => [timeSec, Price.format(close)])).toStrictEqual([
      [FIRST + 60, "0.2002"],
      [FIRST + 120, "0.205"]
    ])
    expect(dropped.repeated).toBe(1)
  })

  it("is told where a source sent what it should not; a forming bar and a repeated one are no surprise", () => {
    expect(droppedText({ ...NOTHING_DROPPED, forming: 1, repeated: 3 })).toBe(null)
    expect(droppedText({ ...NOTHING_DROPPED, impossible: 2, time: 1 })).toBe("1 time, 2 impossible")
  })

  it("the residue of a double is rounded to the scale, halves to even, and an exponent is read", () => {
    const [candle] = normalise([row(FIRST + 60, { 5: "1997409.8999999999", 3: "1.5e-7" })], 1, NOW).candles
    expect(Volume.format(candle?.volume ?? Volume.zero)).toBe("1997409.9")
    expect(Price.format(candle?.low ?? Price.zero)).toBe("0.00000015")
  })
})

describe("gaps", () => {
  it.each([
    [[], 1, []],
    [[60], 1, []],
    [[60, 120, 180], 1, []],
    [[60, 180], 1, [{ fromSec: 120, toSec: 120, missing: 1 }]],
    [
      [0, 900, 4_500, 6_300],
      15,
      [
        { fromSec: 1_800, toSec: 3_600, missing: 3 },
        { fromSec: 5_400, toSec: 5_400, missing: 1 }
      ]
    ]
  ] as const)("between %j at %i minutes", (times, intervalMin, gaps) => {
    expect(findGaps(times, intervalMin)).toStrictEqual(gaps)
  })

  it(`whatever is left out of a row of minutes, and only that, is reported (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 98 }), { maxLength: 60 }), (left) => {
        const times = Array.from({ length: 100 }, (_, i) => i * 60).filter((time) => !left.includes(time / 60))
        const found = findGaps(times, 1).flatMap(({ fromSec, missing }) =>
          Array.from({ length: missing }, (_, i) => fromSec / 60 + i)
        )
        expect(found).toStrictEqual([...left].sort((a, b) => a - b))
      }),
      { seed: SEED }
    )
  })
})

describe("timeframes", () => {
  it.each([
    ["1m", 1],
    ["15m", 15],
    ["1h", 60],
    ["4h", 240],
    ["1d", 1_440],
    ["d1", 1_440],
    [" H4 ", 240]
  ])("%s is %i minutes", (text, minutes) => expect(timeframeMinutes(text)).toBe(minutes))

  it("an unknown one is refused with the ones there are", () => {
    const unknown = () => timeframeMinutes("2d")
    expect(unknown).toThrow(UnknownTimeframe)
    expect(unknown).toThrow('timeframe "2d" is not known; use one of 1m, 5m')
    expect(timeframeName(7)).toBe("7m")
  })

  it("a list may have commas, spaces and repetitions", () => {
    expect(timeframesOf(" 15m,, 1d h1 15m")).toStrictEqual([15, 1_440, 60])
  })
})

describe("the rate of a source", () => {
  const rate = { burst: 2, perSec: 1 }

  it("lets a burst through and then one call a second", () => {
    let bucket = fullBucket(rate, 0)
    const times: Array<number> = []
    let nowMs = 0
    while (times.length < 5) {
      const taken = take(bucket, rate, nowMs)
      if (taken.granted) {
        times.push(nowMs)
        bucket = taken.bucket
      } else nowMs = taken.readyAtMs
    }
    expect(times).toStrictEqual([0, 0, 1_000, 2_000, 3_000])
  })

  it(`in no stretch of time are there more calls than burst and rate allow (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 80 }), (pauses) => {
        let bucket = fullBucket(rate, 0)
        let nowMs = 0
        const granted: Array<number> = []
        for (const pause of pauses) {
          nowMs += pause
          const taken = take(bucket, rate, nowMs)
          if (!taken.granted) continue
          bucket = taken.bucket
          granted.push(nowMs)
        }
        for (const [first, from] of granted.entries()) {
          for (let last = first; last < granted.length; last++) {
            const seconds = ((granted[last] ?? 0) - from) / 1_000
            expect(last - first + 1).toBeLessThanOrEqual(rate.burst + seconds * rate.perSec + 1e-6)
          }
        }
      }),
      { seed: SEED }
    )
  })

  it("after a refusal nothing goes out until the named time, or for a pause that doubles up to its limit", () => {
    const named = refused(fullBucket(rate, 0), 0, 30_000)
    expect(take(named, rate, 29_999)).toStrictEqual({ granted: false, readyAtMs: 30_000 })
    expect(take(named, rate, 30_000).granted).toBe(true)
    let bucket = fullBucket(rate, 0)
    const pauses = Array.from({ length: 8 }, () => {
      const atMs = bucket.blockedUntilMs
      bucket = refused(bucket, atMs, null)
      return bucket.blockedUntilMs - atMs
    })
    expect(pauses.slice(0, 3)).toStrictEqual([FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS, 4 * FIRST_PAUSE_MS])
    expect(pauses.at(-1)).toBe(LONGEST_PAUSE_MS)
    const forgiven = succeeded(bucket)
    expect(refused(forgiven, 9e6, null).blockedUntilMs).toBe(9e6 + FIRST_PAUSE_MS)
  })
})

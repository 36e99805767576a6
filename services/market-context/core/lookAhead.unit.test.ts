/** No look-ahead: what comes later changes no level, no touch and no regime of before. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../../shared/core/time/utcDay.ts"
import { MarketDays } from "./day/marketDays.ts"
import type { DayTrade } from "./day/tape.ts"
import { TouchWatch } from "./day/touches.ts"
import { assess, type TimedCandle } from "./regime/assess.ts"
import { Universe } from "./regime/universe.ts"
import { levelsView } from "./view.ts"

const SEED = 20_274
const DAY = 20_740
const REGIME = { minGapPercent: 0.1, neutralZoneBps: 25 }

/** Trades of the day before and today in order of time; a walk of prices. */
const trades = fc
  .array(fc.record({ gapMs: fc.integer({ min: 1, max: 2_400_000 }), by: fc.integer({ min: -9, max: 9 }) }), {
    minLength: 30,
    maxLength: 90
  })
  .map((steps) => {
    let [timeMs, price] = [(DAY - 1) * DAY_MS, 2_000]
    return steps.flatMap(({ gapMs, by }, n): ReadonlyArray<DayTrade> => {
      timeMs += gapMs
      price = Math.max(100, price + by)
      if (timeMs >= (DAY + 1) * DAY_MS) return []
      return [
        {
          id: n + 1,
          timeMs,
          price: Price.parse(`0.${price}`),
          volume: Volume.fromNumber(1 + (n % 5)),
          takerSide: "buy"
        }
      ]
    })
  })

/** What is known at `nowMs` of the trades given, all of them heard live. */
const known = (given: ReadonlyArray<DayTrade>, nowMs: number) => {
  const days = new MarketDays({ tickSize: Price.parse("0.001"), previousDay: true })
  days.roll(nowMs)
  days.take(given)
  days.cover((DAY - 1) * DAY_MS, nowMs)
  return levelsView({
    symbol: "X",
    days,
    known: new Map(),
    watch: new TouchWatch(),
    valueArea: { rule: "contiguous", percent: 70 },
    tickSize: Price.parse("0.001"),
    source: "kraken",
    tradesOf: "kraken",
    backfill: { phase: "complete", percent: 100, message: "", etaSec: null },
    nowMs
  })!
}

it("the day before, a range that is over, whole parts of the day and first touches stay what they were, whatever trades later", () => {
  fc.assert(
    fc.property(
      trades,
      fc.integer({ min: 1, max: DAY_MS - 2 }),
      fc.integer({ min: 0, max: DAY_MS }),
      (all, atMs, later) => {
        const nowMs = DAY * DAY_MS + atMs
        const laterMs = Math.min(nowMs + later, (DAY + 1) * DAY_MS - 1)
        const before = known(
          all.filter(({ timeMs }) => timeMs < nowMs),
          nowMs
        )
        const after = known(
          all.filter(({ timeMs }) => timeMs < laterMs),
          laterMs
        )
        expect(after.previous_day).toStrictEqual(before.previous_day)
        if (before.opening_range.complete) expect(after.opening_range).toStrictEqual(before.opening_range)
        const whole = before.four_hours.filter(({ from }) => (from + 4 * 3_600) * 1_000 <= nowMs)
        expect(after.four_hours.slice(0, whole.length)).toStrictEqual(whole)
        expect(after.touches.slice(0, before.touches.length)).toStrictEqual(before.touches)
        expect(before.touches.filter(({ at }) => at * 1_000 >= nowMs)).toStrictEqual([])
      }
    ),
    { seed: SEED, numRuns: 150 }
  )
})

it("a regime is that of its own candles: a universe that hears of other futures said the same of the same past", () => {
  const move = fc.record({ by: fc.integer({ min: -30, max: 30 }), wick: fc.integer({ min: 0, max: 20 }) })
  const candlesOf = (
    moves: ReadonlyArray<{ readonly by: number; readonly wick: number }>
  ): ReadonlyArray<TimedCandle> => {
    let at = 10_000
    return moves.map(({ by, wick }, n) => {
      const open = at
      at += by
      return { timeSec: n * 3_600, open, high: Math.max(open, at) + wick, low: Math.min(open, at) - wick, close: at }
    })
  }
  const moves = (least: number) => fc.array(move, { minLength: least, maxLength: least + 30 })
  fc.assert(
    fc.property(moves(30), moves(5), moves(5), (past, future, other) => {
      const told = [future, other].map((next) => {
        const universe = new Universe()
        const candles = candlesOf([...past, ...next])
        return candles.map((_candle, n) => {
          universe.set("X", 60, assess(candles.slice(0, n + 1), REGIME))
          return JSON.stringify(universe.of("X"))
        })
      })
      expect(told[0]!.slice(0, past.length)).toStrictEqual(told[1]!.slice(0, past.length))
    }),
    { seed: SEED, numRuns: 40 }
  )
})

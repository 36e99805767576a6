import { describe, expect, it } from "vitest"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { EventOf } from "../../../shared/events/event.ts"
import { type ContextFact, factsOfLevels, factsOfStructure, isDue, precisionFact, type WantedFact } from "./facts.ts"
import { assess, biasOf, type TimedCandle } from "./regime/assess.ts"
import { structureView, Universe } from "./regime/universe.ts"
import { MarketDays } from "./day/marketDays.ts"
import { TouchWatch } from "./day/touches.ts"
import { levelsView } from "./view.ts"
import type { BackfillPhase } from "../../../shared/core/backfillPhase.ts"

const TICK = Price.parse("0.001")
const DAY_MS = 86_400_000
const DAY = 20_740
const at = (clock: string, day = DAY): number => day * DAY_MS + Date.parse(`1970-01-01T${clock}Z`)
const REGIME = { minGapPercent: 0.1, neutralZoneBps: 25 }

/** Yesterday between 0.1 and 0.3, today from 0.2 up beyond its high; all of it covered, or nothing. */
const viewOf = (phase: BackfillPhase, covered: boolean, nowMs = at("09:00:00")) => {
  const days = new MarketDays({ tickSize: TICK, previousDay: true })
  days.roll(nowMs)
  const trades = [
    [1, at("10:00:00", DAY - 1), "0.1"],
    [2, at("11:00:00", DAY - 1), "0.3"],
    [3, at("01:00:00"), "0.2"],
    [4, at("08:05:00"), "0.35"]
  ] as const
  const volume = Volume.parse("5")
  days.take(trades.map(([id, timeMs, price]) => ({ id, timeMs, price: Price.parse(price), volume, takerSide: "buy" })))
  if (covered) days.cover(at("00:00:00", DAY - 1), nowMs)
  return levelsView({
    symbol: "DOGE/USD",
    days,
    known: new Map(),
    watch: new TouchWatch(),
    valueArea: { rule: "contiguous", percent: 70 },
    tickSize: TICK,
    source: "kraken",
    tradesOf: "kraken",
    backfill: { phase, percent: 0, message: "", etaSec: null },
    nowMs
  })!
}
const names = (facts: ReadonlyArray<WantedFact>): ReadonlyArray<string> => facts.map(({ name }) => name)

describe("facts of levels", () => {
  it("are the precision, both days, the range and every touch, where all is whole", () => {
    const facts = factsOfLevels(viewOf("complete", true), true)
    const touched = names(facts).filter((name) => name.startsWith("touch-"))
    expect(names(facts).filter((name) => !name.startsWith("touch-"))).toStrictEqual([
      "precision",
      "previous",
      "today",
      "range"
    ])
    expect(touched).toContain("touch-PDH")
    const touch = facts.find(({ name }) => name === "touch-PDH")?.fact
    expect(touch).toMatchObject({
      levelPrice: Price.parse("0.3"),
      price: Price.parse("0.35"),
      atMs: at("08:05:00"),
      tradeId: 4,
      from: "below"
    })
  })

  it("of what will come by itself wait until it has: only today's figures go on, with what they lack", () => {
    const facts = factsOfLevels(viewOf("in_progress", false), true)
    expect(names(facts)).toStrictEqual(["precision", "today"])
    expect(facts[1]?.fact).toMatchObject({ finished: false, source: "trades", precision: "IMPRECISE (backfill 0 %)" })
  })

  it("of a range whose window is not over are none", () => {
    expect(names(factsOfLevels(viewOf("complete", true, at("08:09:59")), true))).not.toContain("range")
  })

  it("call a market precise by both days, or by today alone where the day before is not wanted", () => {
    const view = viewOf("complete", true)
    const lacking = { ...view, previous_day: { ...view.previous_day, precision: "IMPRECISE (backfill pending)" } }
    expect([
      precisionFact(view, true).precise,
      precisionFact(lacking, true).precise,
      precisionFact(lacking, false).precise
    ]).toStrictEqual([true, false, true])
  })
})

describe("a fact is due", () => {
  const precision = (precise: boolean, words: string): EventOf<"PrecisionObserved"> => ({
    _tag: "PrecisionObserved",
    precise,
    precision: words,
    tradesOf: "kraken"
  })
  const due = (fact: ContextFact, told: ContextFact | null, sinceMs: number) =>
    isDue({ name: "any", fact, everyMs: 10_000 }, told === null ? null : { fact: told, atMs: 0 }, sinceMs)

  it("where nothing was said before, or something else was and stood long enough", () => {
    const [yes, no] = [precision(true, "PRECISE"), precision(false, "IMPRECISE (backfill 3 %)")]
    expect([due(yes, null, 0), due(yes, no, 9_999), due(yes, no, 10_000), due(yes, yes, 99_999)]).toStrictEqual([
      true,
      false,
      true,
      false
    ])
  })

  it("not for other words of the same", () => {
    expect(
      due(precision(false, "IMPRECISE (backfill 4 %)"), precision(false, "IMPRECISE (backfill 3 %)"), 99_999)
    ).toBe(false)
  })

  it("today at most every five minutes, however often it changes: 288 a day", () => {
    const today = factsOfLevels(viewOf("complete", true), true).find(({ name }) => name === "today")!
    const before = { fact: { ...today.fact, vwap: Price.parse("0.1") } as ContextFact, atMs: 0 }
    expect(86_400_000 / today.everyMs).toBe(288)
    expect([isDue(today, before, 299_999), isDue(today, before, 300_000)]).toStrictEqual([false, true])
  })
})

describe("facts of structure", () => {
  const candles = (count: number, step: number): ReadonlyArray<TimedCandle> =>
    Array.from({ length: count }, (_, n) => ({
      timeSec: n * 3_600,
      open: 1 + n * step,
      high: 1.5 + n * step,
      low: 0.9 + n * step,
      close: 1.1 + n * step
    }))
  const viewOfPair = (stretch: ReadonlyArray<TimedCandle>) => {
    const universe = new Universe()
    universe.set("XDGUSD", 60, assess(stretch, REGIME))
    universe.setBias(
      "XDGUSD",
      biasOf(
        stretch.map(({ close }) => close),
        REGIME
      )
    )
    return structureView(universe, { pair: "XDGUSD", timeframes: [60] }, null)
  }

  it("are one a timeframe and the bias, with what was looked at", () => {
    const [structure, bias] = factsOfStructure(viewOfPair(candles(60, 0.1)))
    expect(structure).toMatchObject({
      name: "structure-1h",
      fact: { intervalMin: 60, regime: "wide_structure", atSec: 59 * 3_600, candles: 60, brokenUp: true }
    })
    expect(bias).toMatchObject({ name: "bias", fact: { bias: "unknown", average: null, neutralZoneBps: 25 } })
  })

  it("are due when the regime is another, not when only its evidence moved", () => {
    const [before] = factsOfStructure(viewOfPair(candles(60, 0.1)))
    const [moved] = factsOfStructure(viewOfPair(candles(61, 0.1)))
    const [other] = factsOfStructure(viewOfPair(candles(5, 0.1)))
    const told = { fact: before!.fact, atMs: 0 }
    expect([isDue(moved!, told, 0), isDue(other!, told, 0)]).toStrictEqual([false, true])
  })
})

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Price, Price as Prices, Volume as Volumes } from "../../../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../../../shared/core/time/utcDay.ts"
import { MarketDays } from "./marketDays.ts"
import { precisionOf } from "./precision.ts"
import { Stretches } from "./stretches.ts"
import { DayTape, type DayTrade } from "./tape.ts"
import { TouchWatch } from "./touches.ts"

const SEED = 20_272
const DAY = 20_523
const TICK = Prices.parse("0.001")
const at = (clock: string, day = DAY): number => day * DAY_MS + Date.parse(`1970-01-01T${clock}Z`)
const trade = (id: number, timeMs: number, price: string, volume = "1"): DayTrade => ({
  id,
  timeMs,
  price: Prices.parse(price),
  volume: Volumes.parse(volume),
  takerSide: "buy"
})
/** Yesterday and today, the clock at this time. */
const daysAt = (clock: string): MarketDays => {
  const days = new MarketDays({ tickSize: TICK, previousDay: true })
  days.roll(at(clock))
  return days
}
const missingToday = (days: MarketDays, nowMs: number) =>
  days.missing(days.today!, days.today!.fromMs, days.today!.toMs, nowMs)

describe("stretches", () => {
  it("cover what a set of whole numbers would, in whatever order they come", () => {
    const stretch = fc.tuple(fc.nat(60), fc.integer({ min: -2, max: 12 }))
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 25 }), (given) => {
        const stretches = new Stretches()
        const model = new Set<number>()
        for (const [from, length] of given) {
          stretches.add(from, from + length)
          for (let n = from; n < from + length; n++) model.add(n)
        }
        const numbers = Array.from({ length: 80 }, (_, n) => n)
        expect(numbers.filter((n) => stretches.has(n))).toStrictEqual(numbers.filter((n) => model.has(n)))
        const missing = stretches.missing(5, 70).flatMap(({ from, to }) => numbers.slice(from, to))
        expect(missing).toStrictEqual(numbers.slice(5, 70).filter((n) => !model.has(n)))
        for (const [place, { from }] of stretches.covered.entries()) {
          expect(from).toBeGreaterThan(stretches.covered[place - 1]?.to ?? -1)
        }
      }),
      { seed: SEED, numRuns: 300 }
    )
  })
})

describe("a day's tape", () => {
  it("holds each trade once and gives it back exactly, in order of ids, whatever order they came in", () => {
    const ids = fc.uniqueArray(fc.nat(5_000), { maxLength: 3_000, minLength: 1 })
    fc.assert(
      fc.property(ids, (order) => {
        const tape = new DayTape()
        for (const id of order) expect(tape.add(trade(id, id, `0.${id + 1}`, `${id}.00000001`))).toBe(true)
        for (const id of order.slice(0, 50)) expect(tape.add(trade(id, id, "9"))).toBe(false)
        const rows = Array.from({ length: tape.length }, (_, place) => tape.at(place))
        expect(rows.map(({ id }) => id)).toStrictEqual(order.toSorted((a, b) => a - b))
        for (const { id, price, whole, rest } of rows) {
          expect([BigInt(price), whole, rest]).toStrictEqual([Prices.parse(`0.${id + 1}`), id, 1])
        }
      }),
      { seed: SEED, numRuns: 20 }
    )
  })

  it("refuses a price or volume beyond its columns instead of keeping another one", () => {
    expect(() => new DayTape().add({ ...trade(1, 0, "1"), price: (2n ** 53n) as Price })).toThrow(/above 900719/)
    expect(() => new DayTape().add(trade(1, 0, "1", "92233720369"))).toThrow(/trade 1: a volume above 92233720368/)
  })
})

describe("what is missing", () => {
  it("is everything before the stream, and nothing after it, until the history has come", () => {
    const days = daysAt("12:00:00")
    days.streamStands(at("12:00:00"))
    days.streamTold([trade(90, at("11:59:58"), "0.2"), trade(91, at("12:00:01"), "0.2")])
    // Of 11:59:58.000 there may have been more.
    expect(missingToday(days, at("12:30:00"))).toStrictEqual([{ from: at("00:00:00"), to: at("11:59:58.001") }])
    days.cover(at("00:00:00", DAY - 1), at("11:59:58.001"))
    expect(days.allMissing(at("12:30:00"))).toStrictEqual([])
  })

  it("after a break of 2.3 hours is that gap alone", () => {
    const days = daysAt("09:00:00")
    days.cover(at("00:00:00", DAY - 1), at("09:00:00"))
    days.streamStands(at("09:00:00"))
    days.streamTold([trade(7, at("10:00:00"), "0.2")])
    days.streamBroke()
    days.streamStands(at("12:18:00"))
    days.streamTold([trade(40, at("12:18:01"), "0.2")])
    expect(days.allMissing(at("13:00:00"))).toStrictEqual([{ from: at("10:00:00"), to: at("12:18:00") }])
  })

  it("of a day that ended while the stream was away stays missing in that day's book", () => {
    const days = daysAt("23:00:00")
    days.cover(at("00:00:00", DAY - 1), at("23:00:00"))
    days.streamStands(at("23:00:00"))
    days.streamTold([trade(7, at("23:10:00"), "0.2")])
    days.streamBroke()
    days.roll(at("00:05:00", DAY + 1))
    days.streamStands(at("00:05:00", DAY + 1))
    expect(days.allMissing(at("00:06:00", DAY + 1))).toStrictEqual([
      { from: at("23:10:00"), to: at("00:00:00", DAY + 1) },
      { from: at("00:00:00", DAY + 1), to: at("00:05:00", DAY + 1) }
    ])
    expect(days.take([trade(8, at("23:30:00"), "0.3")])).toBe(1)
    expect(days.previous?.tally.trades).toBe(2)
  })

  it("is said in the words of its reason, and precise figures stay precise while others are fetched", () => {
    const hole = [{ from: at("08:02:11"), to: at("08:05:40") }]
    const many = [1, 2, 3, 4, 5].map((hour) => ({ from: at(`0${hour}:00:00`), to: at(`0${hour}:01:00`) }))
    const said = [
      precisionOf([], { phase: "in_progress", percent: 37 }),
      precisionOf(hole, { phase: "in_progress", percent: 37.9 }),
      precisionOf(hole, { phase: "in_progress", percent: 100 }),
      precisionOf(hole, { phase: "pending", percent: 0 }),
      precisionOf(hole, { phase: "complete", percent: 100 }),
      precisionOf(hole, { phase: "disabled", percent: 0 }),
      precisionOf(many, { phase: "skipped", percent: 0 })
    ]
    expect(said).toStrictEqual([
      "PRECISE",
      "IMPRECISE (backfill 37 %)",
      "IMPRECISE (backfill 99 %)",
      "IMPRECISE (backfill pending)",
      "IMPRECISE (missing 08:02:11–08:05:40 UTC)",
      "IMPRECISE (backfill disabled, missing 08:02:11–08:05:40 UTC)",
      "IMPRECISE (backfill skipped, missing 01:00:00–01:01:00, 02:00:00–02:01:00, 03:00:00–03:01:00 and 2 more UTC)"
    ])
  })
})

describe("the opening range of a book", () => {
  it("holds 08:00:00.000 and not 08:10:00.000", () => {
    const days = daysAt("09:00:00")
    const trades = [
      trade(1, at("07:59:59.999"), "0.9"),
      trade(2, at("08:00:00.000"), "0.21"),
      trade(3, at("08:09:59.999"), "0.24"),
      trade(4, at("08:10:00.000"), "0.1")
    ]
    days.take(trades.toReversed())
    expect(days.today?.openingRange(at("08:09:59.999"))).toStrictEqual({
      high: Prices.parse("0.24"),
      low: Prices.parse("0.21"),
      complete: false
    })
    expect(days.today?.openingRange(at("08:10:00.000")).complete).toBe(true)
  })
})

describe("a first touch", () => {
  const line = (price: string, fromMs = 0) => [{ name: "POCprev" as const, price: Prices.parse(price), fromMs }]
  const tapeOf = (prices: ReadonlyArray<string>): DayTape => {
    const tape = new DayTape()
    for (const [n, price] of prices.entries()) tape.add(trade(n + 1, n * 1_000, price))
    return tape
  }
  const first = (prices: ReadonlyArray<string>, level: string, fromMs = 0) =>
    new TouchWatch().touches(tapeOf(prices), line(level, fromMs))[0] ?? null

  // [what, prices a second apart, level, when it is known, place of the touching trade, whence]
  it.each([
    ["is the trade at the level", ["0.3", "0.2", "0.1"], "0.2", 0, 2, "above"],
    ["is the trade that goes past it", ["0.1", "0.3", "0.2"], "0.2", 0, 2, "below"],
    ["may be the first of all", ["0.2", "0.1"], "0.2", 0, 1, "at"],
    ["is none before the level is known", ["0.1", "0.3", "0.1"], "0.2", 2_000, 3, "above"],
    ["is none where no price comes to it", ["0.1", "0.15"], "0.2", 0, null, null]
  ] as const)("%s", (_what, prices, level, fromMs, id, from) => {
    const touch = first(prices, level, fromMs)
    expect([touch?.tradeId ?? null, touch?.from ?? null]).toStrictEqual([id, from])
  })

  it("stays what it was whatever comes later, and is found anew when an earlier trade turns up", () => {
    const tape = tapeOf(["0.1", "0.3"])
    const watch = new TouchWatch()
    const [touch] = watch.touches(tape, line("0.2"))
    for (let id = 10; id < 40; id++) {
      tape.add(trade(id, id * 1_000, id % 2 === 0 ? "0.1" : "0.4"))
      expect(watch.touches(tape, line("0.2"))).toStrictEqual([touch])
    }
    tape.add(trade(0, 500, "0.25"))
    expect(watch.touches(tape, line("0.2"))[0]?.tradeId).toBe(1)
  })
})

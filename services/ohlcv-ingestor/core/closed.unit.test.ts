import { describe, expect, it } from "@effect/vitest"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import type { KeptCandle } from "../../../shared/store/port.ts"
import { readFrom, type Told, toldBefore, untold } from "./closed.ts"

const candle = (minute: number, close = "0.2"): KeptCandle => ({
  timeSec: minute * 60,
  open: Price.parse("0.2"),
  high: Price.parse("0.3"),
  low: Price.parse("0.1"),
  close: Price.parse(close),
  volume: Volume.parse("7"),
  trades: 2,
  provenance: "poll"
})
const minutesOf = (facts: ReadonlyArray<{ readonly timeSec: number }>) => facts.map(({ timeSec }) => timeSec / 60)

const began: Told = { newestSec: 600, recent: new Map() }

describe("candles become facts", () => {
  it("once each, oldest first, and none that is history", () => {
    const first = untold(began, 1, [candle(9), candle(10), candle(11), candle(12)])
    expect(minutesOf(first.facts)).toStrictEqual([11, 12])
    expect(first.facts[0]).toStrictEqual({ _tag: "CandleClosed", intervalMin: 1, ...candle(11) })
    const again = untold(first.told, 1, [candle(10), candle(11), candle(12), candle(13)])
    expect(minutesOf(again.facts)).toStrictEqual([13])
    expect(again.told.newestSec).toBe(13 * 60)
  })

  it("again where the exchange corrects one of the last three", () => {
    const { told } = untold(began, 1, [candle(11), candle(12), candle(13), candle(14)])
    const corrected = untold(told, 1, [candle(11, "0.25"), candle(12, "0.25"), candle(13), candle(14)])
    expect(minutesOf(corrected.facts)).toStrictEqual([12])
    expect(untold(corrected.told, 1, [candle(12, "0.25"), candle(13), candle(14)]).facts).toStrictEqual([])
  })

  it("are read for from the last three told on, and of a long time away no further back than a page reaches", () => {
    const told: Told = { newestSec: 60_000, recent: new Map() }
    expect(readFrom(told, 1, 60_300)).toBe(60_000 - 120)
    expect(readFrom(told, 1, 1_000_000)).toBe(1_000_000 - 720 * 60)
  })

  it("go on after a restart from the last one in the journal", () => {
    const [said] = untold(began, 1, [candle(11)]).facts
    const told = toldBefore(said ?? expect.fail("nothing was said"))
    expect(untold(told, 1, [candle(10), candle(11), candle(12)]).facts).toStrictEqual([
      { _tag: "CandleClosed", intervalMin: 1, ...candle(12) }
    ])
  })
})

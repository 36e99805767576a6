import { describe, expect, it } from "vitest"
import type { Way } from "../../services/exchange-sim/core/market/recorded.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { candlesOf } from "../data/recording.ts"
import { rulesOf } from "../../app/inProcess/market.ts"
import { readSettings } from "../../app/settings.ts"
import { cycleRows, fillRows, figuresOf } from "../../app/backtest/report.ts"
import { backtest } from "../../app/backtest/run.ts"

const rows = candlesOf().slice(0, 720)
const { settings } = readSettings({ SLOTS: "3", MIN_VOLUME: "2" })

const day = (proves: boolean, way: Way = "likely") =>
  backtest({
    ...rulesOf(settings),
    base: Volume.parse("2000"),
    quote: Quote.parse("600"),
    recording: { kind: "candles", rows },
    way,
    compares: true,
    fromMs: rows[0]?.timeMs ?? 0,
    untilMs: (rows.at(-1)?.timeMs ?? 0) + 60_000,
    clockMs: 15_000,
    proves
  })

describe("a backtest", { timeout: 240_000 }, () => {
  const quick = day(false)

  it("gives the same result whether every decision is encoded, compared and hashed, or none", () => {
    const proven = day(true)
    expect(quick.cycles.length).toBeGreaterThan(10)
    expect(proven.hash).toBe(quick.hash)
    expect(proven.plainGrid).toStrictEqual(quick.plainGrid)
    expect(proven.curve).toStrictEqual(quick.curve)
  })

  it("gives another result on another way through the candles", () => {
    expect(day(false, "high-first").hash).not.toBe(quick.hash)
  })

  it("accounts for every unit: what is left is what was there, and every fill with its fee", () => {
    let [base, quote] = [Volume.parse("2000") as bigint, Quote.parse("600") as bigint]
    for (const { side, volume, cost, fee } of quick.fills) {
      base += side === "buy" ? volume : -volume
      quote += (side === "buy" ? -cost : cost) - fee
    }
    expect([quick.base, quick.quote]).toStrictEqual([base, quote])
  })

  it("shows sums that its rows add up to, and modes that fill the time", () => {
    const figures = figuresOf(quick)
    const net = quick.cycles.reduce((sum, cycle) => sum + cycle.net, 0n)
    expect((Quote.parse(figures.profit_traded) as bigint) + Quote.parse(figures.booked_at_market)).toBe(net)
    const modesMs = Object.values(quick.modes).reduce((sum, ms) => sum + ms, 0)
    expect(modesMs).toBe(quick.untilMs - quick.fromMs)
    expect(fillRows(quick)).toHaveLength(quick.fills.length + 1)
    expect(cycleRows(quick)).toHaveLength(quick.cycles.length + 1)
  })
})

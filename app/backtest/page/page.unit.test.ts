import { describe, expect, it } from "vitest"
import { Price, Quote, Volume } from "../../../shared/core/decimal/decimal.ts"
import { figuresOf } from "../report.ts"
import type { BacktestResult } from "../result.ts"
import { pageOf } from "./page.ts"

const HOUR_MS = 3_600_000

const result: BacktestResult = {
  assumed: {
    way: "likely",
    makerFeePct: 0.25,
    takerFeePct: 0.4,
    base: Volume.parse("1000"),
    quote: Quote.parse("100")
  },
  fromMs: 0,
  untilMs: 3_000 * HOUR_MS,
  candles: 180_000,
  trades: 1_800_000,
  curve: Array.from({ length: 3_000 }, (_, hour) => ({
    timeMs: hour * HOUR_MS,
    price: 0.1 + hour / 100_000,
    equity: 200 + hour / 50,
    exposure: 0.5
  })),
  cycles: [],
  fills: [
    {
      timeMs: HOUR_MS,
      slot: 1,
      side: "buy",
      price: Price.parse("0.1"),
      volume: Volume.parse("10"),
      cost: Quote.parse("1"),
      fee: Quote.parse("0.0025"),
      liquidity: "maker"
    }
  ],
  modes: { STARTING: 0, RUNNING: 90, PAUSED: 10 },
  recoveries: 0,
  openOrders: 2,
  base: Volume.parse("1010"),
  quote: Quote.parse("98.9975"),
  plainGrid: Array.from({ length: 3_000 }, () => 200),
  hash: "0123abc"
}
const page = pageOf({
  title: "<b>month</b>.csv",
  result,
  figures: { likely: figuresOf(result) },
  given: { ENTRY_PCT: "0.3" }
})

describe("the page of a backtest", () => {
  it("needs nothing but itself, and has a light and a dark form", () => {
    expect(page).not.toMatch(/https?:|src=|<link|@import|url\(/)
    expect(page).toContain("prefers-color-scheme:dark")
  })

  it("shows names as text", () => {
    expect(page).not.toContain("<b>month")
    expect(page).toContain("&lt;b&gt;month")
  })

  it("draws no more points than a screen shows, and the last one always", () => {
    const [account] = [...page.matchAll(/data-points="([^"]+)"/g)].map(
      ([, text = ""]) => JSON.parse(text.replaceAll("&quot;", '"')) as { readonly times: ReadonlyArray<number> }
    )
    expect(account?.times.length).toBeLessThanOrEqual(1_201)
    expect(account?.times.at(-1)).toBe(2_999 * HOUR_MS)
  })

  it("says what a result rests on, by which settings, and its hash", () => {
    for (const text of ["maker 0.25 %, taker 0.4 %", "ENTRY_PCT=0.3", "0123abc", "RUNNING 90.0 %"])
      expect(page).toContain(text)
  })
})

import { describe, expect, it } from "vitest"
import { MarketDays } from "../../../services/market-context/core/day/marketDays.ts"
import { TouchWatch } from "../../../services/market-context/core/day/touches.ts"
import { levelsView } from "../../../services/market-context/core/view.ts"
import { Price, Volume } from "../../../shared/core/decimal/decimal.ts"
import { levelsText } from "./text.ts"

const TICK = Price.parse("0.001")
const DAY = 20_740
const at = (clock: string, day = DAY): number => day * 86_400_000 + Date.parse(`1970-01-01T${clock}Z`)

/** The day before at 0.1 and 0.3, today from 0.2 to 0.35: whole, or with nothing fetched yet. */
const told = (clock: string, whole: boolean): string => {
  const nowMs = at(clock)
  const days = new MarketDays({ tickSize: TICK, previousDay: true })
  days.roll(nowMs)
  const volume = Volume.parse("5")
  const trades = [
    [1, at("10:00:00", DAY - 1), "0.1"],
    [2, at("11:00:00", DAY - 1), "0.3"],
    [3, at("00:30:00"), "0.2"],
    [4, at("01:00:00"), "0.35"]
  ] as const
  days.take(trades.map(([id, timeMs, price]) => ({ id, timeMs, price: Price.parse(price), volume, takerSide: "buy" })))
  if (whole) days.cover(at("00:00:00", DAY - 1), nowMs)
  const view = levelsView({
    symbol: "DOGE/USD",
    days,
    known: new Map(),
    watch: new TouchWatch(),
    valueArea: { rule: "contiguous", percent: 70 },
    tickSize: TICK,
    source: "kraken",
    tradesOf: "kraken",
    backfill: { phase: whole ? "complete" : "in_progress", percent: 15, message: "", etaSec: null },
    nowMs
  })
  return levelsText(view!)
}

describe("levels as text", () => {
  it("call no range precise in which nothing has traded yet", () => {
    expect(told("02:00:00", true)).toContain("opening range 08:00–08:10: not over yet, no trade in it so far\n")
    expect(told("09:00:00", true)).toContain("opening range 08:00–08:10: - to -; PRECISE\n")
  })

  it("say of a touch that it may still be another while its level is not precise", () => {
    expect(told("09:00:00", true)).toMatch(/01:00:00 {2}PDH 0\.3 at 0\.35, from below\n/)
    expect(told("09:00:00", false)).toMatch(/01:00:00 {2}PDH 0\.3 at 0\.35, from below; IMPRECISE \(backfill 15 %\)/)
  })
})

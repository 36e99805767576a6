/** A fork and a backtest judge a market alike: what they say of one market's cycles is the same, evictions and all. */
import { describe, expect, it } from "vitest"
import { Notes } from "../../app/backtest/notes.ts"
import { figuresOf as backtestFigures } from "../../app/backtest/report.ts"
import { figuresOf as forkFigures } from "../../app/fork/compare.ts"
import { Tally } from "../../app/fork/tally.ts"
import { openMarket, rulesOf } from "../../app/inProcess/market.ts"
import { readSettings } from "../../app/settings.ts"
import { recordedMarket } from "../../services/exchange-sim/core/market/recorded.ts"
import { Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { candlesOf } from "../data/recording.ts"

const CLOCK_MS = 15_000
const ENV = {
  SLOTS: "3",
  MIN_VOLUME: "2",
  MAX_RECOVERY_SLOTS: "1",
  S1_ORPHAN_AFTER_SEC: "600",
  S2_ORPHAN_AFTER_SEC: "600"
}

/** Hours in which recoveries are evicted, heard by both: a fork from the first price on, a backtest from the beginning. */
const played = () => {
  const rows = candlesOf().slice(0, 480)
  const startMs = rows[0]?.timeMs ?? 0
  const [base, quote] = [Volume.parse("2000"), Quote.parse("600")]
  const market = openMarket({ ...rulesOf(readSettings(ENV).settings), base, quote, startMs })
  const notes = new Notes({ fromMs: startMs })
  let tally: Tally | null = null
  market.journal.watch((record) => {
    for (const event of record.events) notes.event(event, record.slot, record.timeMs)
    tally?.take(record)
  })
  market.begin()
  let [tickMs, nowMs] = [startMs, startMs]
  const process = recordedMarket({ kind: "candles", rows }, 7, "likely")
  for (let step = process.step(process.initial); step !== null; step = process.step(step.next)) {
    for (const trade of step.trades) {
      for (; tickMs < trade.timeMs; tickMs += CLOCK_MS) {
        market.passTime(tickMs)
        market.tick(tickMs)
      }
      market.trade(trade, true)
      nowMs = trade.timeMs
      tally ??= new Tally(market.governor.state, nowMs)
    }
  }
  if (tally === null) throw new Error("nothing traded")
  const assumed = { way: "likely", makerFeePct: 0.25, takerFeePct: 0.4, base, quote }
  const span = { assumed, fromMs: startMs, untilMs: nowMs, candles: rows.length, trades: 0, plainGrid: null }
  return { ofBacktest: backtestFigures({ ...span, ...notes.end(nowMs, market.venue) }), ofFork: forkFigures(tally) }
}

describe("the cycles of one market, as a backtest and a fork tell of them", () => {
  const { ofBacktest, ofFork } = played()

  it("are as many, as many of them won, and for the same money", () => {
    const { cycles, win_rate_pct, profit_traded, booked_at_market, recoveries_evicted } = ofBacktest
    expect(ofFork).toMatchObject({ cycles, win_rate_pct, profit_traded, booked_at_market, recoveries_evicted })
  })

  it("count no eviction as won or lost", () => {
    expect(ofFork.recoveries_evicted).toBeGreaterThan(0)
    expect(ofFork.cycles).toBeGreaterThan(0)
  })
})

import { describe, expect, it } from "vitest"
import type { Blocks } from "../../core/blocks.ts"
import { observedAt, opening, OPTIONS, price } from "../../testing/examples.ts"
import { reportOf } from "../../core/report.ts"
import { blocks } from "../../testing/blocks.ts"
import { rebalancer, regime } from "./adviceView.js"
import { candles } from "./candlesView.js"
import { type Child, textOf } from "../h.js"

/** A report of a market with these blocks beside it. */
const report = (shown: Blocks) => reportOf({ ...observedAt([...opening, price("0.141")]), blocks: shown }, OPTIONS)
const text = (child: Child): string =>
  child === null || child === false ? "" : textOf(child as Parameters<typeof textOf>[0]).replaceAll(/\s+/g, " ")

const {
  hmm_regime: advisor,
  rebalancer: balance,
  hmm_data_pipeline: minutes,
  hmm_data_pipeline_secondary: quarters
} = blocks
const regimeWith = (change: Partial<Blocks["hmm_regime"]>) =>
  text(regime(report({ hmm_regime: { ...advisor, ...change } })))
const balanceWith = (change: Partial<Blocks["rebalancer"]>) =>
  text(rebalancer(report({ ...blocks, rebalancer: { ...balance, ...change } })))
const candlesWith = (change: Blocks) => text(candles(report({ ...blocks, ...change })))

describe("the regime", () => {
  it("is shown with consensus, both detectors' probabilities, bias, ages and trainings", () => {
    const shown = regimeWith({})
    expect(shown).toContain("bearish 15m is neutral · confidence 0.41 · bias −0.36 · said 31 s ago")
    expect(shown).toContain(
      "1m 0.81 0.18 0.01 −0.35 41 s weak model: neighbouring states lie 0.21 deviations apart, less than 0.5; bias × 0.43"
    )
    expect(shown).toContain("15m silent: the newest candle is 4000 s old 66 min")
    expect(shown).toContain("1m trained 2026-11-20 12:00:00 UTC : 720 candles, separation 0.21, weak-separation")
    expect(shown).toContain("15m not trained 2026-11-20 13:00:00 UTC : too-few-rows: training needs 200 rows")
    expect(shown).not.toContain("Shadow mode")
  })

  it("keeps score in a shadow run", () => {
    expect(regimeWith({ shadow: true })).toContain(
      "Shadow mode: it moves nothing and keeps score. Of 9 readings 8 took a side, 5 of them the right one (63 %); " +
        "following them +0.28 %, always up −0.59 %."
    )
    expect(regimeWith({ shadow: true, scorecard: { ...advisor.scorecard, directional: 0, hits: 0 } })).toContain(
      "0 took a side, 0 of them the right one; following"
    )
  })

  it.each([
    [{ enabled: false }, "Regime advisor off: HMM_ENABLED=false."],
    [
      { available: false, agreement: "none", fast: null, slow: null, trainings: {} },
      "no regime yet No model speaks: the trend decides alone."
    ],
    [{ agreement: "none" }, "no regime yet No model speaks: the trend decides alone."],
    [{ trainings: {} }, "Not trained yet."]
  ] as const)("says so when there is none: %j", (change, expected) => {
    expect(regimeWith(change)).toContain(expected)
  })

  it("is left out where nobody follows it", () => {
    expect(text(regime(report({})))).toBe("")
  })
})

describe("the rebalancer", () => {
  it("is shown as the chain of numbers from the trend to the skew", () => {
    expect(balanceWith({})).toBe(
      "Rebalancer +0.0604 skew: new buys are enlarged · at 13:59:30. Idle dollars are 0.605 of the account, steered to 0.4082. " +
        "Trend score −0.0040 Regime's bias −0.3571 Blended signal (trend 0.50) −0.1806 Idle target, smoothed 40.82 % " +
        "Idle ratio 60.50 % Smoothed error +0.1006 Velocity, per hour +0.1390 Room for orders normal Target held 4 min more"
    )
  })

  it.each([
    [{ enabled: false }, "rebalancer off: REBALANCE_ENABLED=false"],
    [{ reason: null, skew: 0 }, "0.0000 no look at the market yet Trend score –"],
    [{ skew: -0.1 }, "−0.1000 skew: new sells are enlarged"],
    [
      {
        skew: 0,
        capacity_band: "stop",
        reason: { rule: "capacity", numbers: { bias: "none", idleRatio: "unknown" }, sentence: "No skew: little room." }
      },
      "skew: neither side is favoured · at 13:59:30. No skew: little room."
    ]
  ] as const)("with %j says: %s", (change, expected) => {
    expect(balanceWith(change)).toContain(expected)
  })
})

describe("candles", () => {
  it("are counted against what is wanted, with what they lack, the backfill and the store", () => {
    expect(candlesWith({})).toBe(
      "Candles of the window to train on 1m 720 / 720 761 kept ready no holes " +
        "15m 120 / 720 not ready insufficient samples 120/200 missing candles 3@2026-11-20T10:00Z/2026-11-20T10:45Z " +
        "Backfill in progress, 40.0 %, 2 min to go: queued=300 new=300 est_total=300/720 reachable=720/720 " +
        "Store: 13 records behind the journal"
    )
  })

  it.each([
    [{ hmm_data_pipeline: { ...minutes, samples: 0, ready_for_target_window: false } }, "1m 0 / 720 no candles yet"],
    [{ hmm_data_pipeline: { ...minutes, ready_for_target_window: false } }, "ready, window not full"],
    [{ hmm_data_pipeline: { ...minutes, enabled: false } }, "collecting is off: HMM_OHLCV_ENABLED=false"],
    [{ hmm_data_pipeline: quarters, hmm_data_pipeline_secondary: null }, "to train on 15m 120 / 720 not ready"],
    [{ data: { status: "degraded", reasons: ["stale candles of 1 min"] } }, "stale candles of 1 min"],
    [{ projector: { seq: 9, head: 9, lag: 0, trouble: null } }, "Store: up to date"],
    [
      { projector: { lag: 2, trouble: "connection refused", refused_rows: 1 } },
      "2 records behind the journal, rows refused: 1, connection refused"
    ],
    [{ projector: { trouble: "service projector has not spoken yet" } }, "Store: service projector has not spoken yet"]
  ] as const)("with %j say: %s", (change, expected) => {
    expect(candlesWith(change)).toContain(expected)
  })

  it("say so when there is no store to keep them", () => {
    expect(text(candles(report({})))).toBe("Candles no candles yet: the store has not been opened. ")
  })
})

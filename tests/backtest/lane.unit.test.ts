/** What a lane passes over changes nothing: the market that folds and proves every price and every second gives the same result. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { backtestOptionsOf } from "../../app/backtest/options.ts"
import { recordedAdvisor } from "../../app/backtest/recordedAdvisor.ts"
import { advisorOptions } from "../../services/hmm-advisor/options.ts"
import { backtest, WAYS } from "../../app/backtest/run.ts"
import { readSettings } from "../../app/settings.ts"
import type { CandleRow, Playable, TradeRow } from "../../services/exchange-sim/core/market/rows.ts"
import { pathThrough, tradeAt } from "../../services/exchange-sim/core/market/recorded.ts"
import { EXCHANGE_SIM_DEFAULTS } from "../../services/exchange-sim/options.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"

const START_MS = Date.UTC(2026, 2, 1, 22)
const MINUTE_MS = 60_000
const SEED = 1_118
/** Of the pair, at paper's exchange. */
const PRICE_DECIMALS = EXCHANGE_SIM_DEFAULTS.priceDecimals

/** One candle's part in a made market. */
interface Made {
  /** Minutes after the one before; beyond 1: a hole. */
  readonly after: number
  /** From open to close, and how far beyond both it went, in ten thousandths. */
  readonly move: number
  readonly up: number
  readonly down: number
  readonly empty: boolean
}

const made = fc.record({
  after: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 1, 2, 30),
  move: fc.oneof(
    fc.integer({ min: -12, max: 12 }),
    fc.integer({ min: -12, max: 12 }),
    fc.integer({ min: -250, max: 250 })
  ),
  up: fc.integer({ min: 0, max: 20 }),
  down: fc.integer({ min: 0, max: 20 }),
  empty: fc.constantFrom(false, false, false, false, false, false, false, true)
})

const rowsOf = (candles: ReadonlyArray<Made>): ReadonlyArray<CandleRow> => {
  let timeMs = START_MS
  let price = 0.2
  return candles.map(({ after, move, up, down, empty }) => {
    timeMs += after * MINUTE_MS
    const open = price
    price = Math.min(0.5, Math.max(0.05, price * (1 + move / 10_000)))
    const at = (value: number): Price => Price.fromNumber(value, 6)
    return {
      timeMs,
      open: at(open),
      high: at(Math.max(open, price) * (1 + up / 10_000)),
      low: at(Math.min(open, price) * (1 - down / 10_000)),
      close: at(price),
      volume: empty ? Volume.zero : Volume.parse("60000")
    }
  })
}

const settingsOf = (set: Readonly<Record<string, string>>) =>
  readSettings({ MIN_VOLUME: "2", SIM_BASE: "2000", SIM_QUOTE: "400", ...set }).settings

const both = (recording: Playable, set: Readonly<Record<string, string>>, way: (typeof WAYS)[number]) => {
  const { rows } = recording
  const [fromMs, untilMs] = [rows.at(0)?.timeMs ?? 0, (rows.at(rows.length - 1)?.timeMs ?? 0) + MINUTE_MS]
  const options = { ...backtestOptionsOf(settingsOf(set)), recording, way, fromMs, untilMs, compares: true }
  return { quick: backtest(options), proven: backtest({ ...options, proves: true }) }
}

describe("a lane beside the market that proves everything", { timeout: 240_000 }, () => {
  it(`gives the same cycles, fills, modes, curve and hash on any candles, settings and way (seed ${SEED})`, () => {
    let cycles = 0
    fc.assert(
      fc.property(
        fc.array(made, { minLength: 60, maxLength: 110 }),
        fc.record({
          SLOTS: fc.constantFrom("1", "2", "4"),
          ENTRY_PCT: fc.constantFrom("0.1", "0.3"),
          REFRESH_PCT: fc.constantFrom("0.4", "1"),
          CLOCK_INTERVAL_SEC: fc.constantFrom("5", "7", "15"),
          S1_ORPHAN_AFTER_SEC: fc.constantFrom("300", "1350"),
          VOLATILITY_AUTO_PROFIT: fc.constantFrom("true", "false"),
          DAILY_LOSS_LIMIT: fc.constantFrom("0.05", "3"),
          MAX_ENTRY_ADDS_PER_LOOP: fc.constantFrom("1", "2"),
          SIM_QUOTE: fc.constantFrom("30", "400")
        }),
        fc.constantFrom(...WAYS),
        (candles, set, way) => {
          const { quick, proven } = both({ kind: "candles", rows: rowsOf(candles), intervalMs: MINUTE_MS }, set, way)
          expect(quick).toStrictEqual(proven)
          cycles += quick.cycles.length
        }
      ),
      { seed: SEED, numRuns: 8, endOnFailure: true }
    )
    expect(cycles).toBeGreaterThan(50)
  })

  it("gives the same with the regime advisor, which trains on candles before and speaks on those that have closed", () => {
    const candles = fc.sample(made, { seed: SEED, numRuns: 700 })
    const rows = rowsOf(candles.map((candle) => ({ ...candle, after: 1, empty: false })))
    const recording = { kind: "candles", rows, intervalMs: MINUTE_MS } as const
    const set = { SLOTS: "1", HMM_ENABLED: "true", HMM_ITERATIONS: "5", CLOCK_INTERVAL_SEC: "15" }
    const fromMs = rows[600]?.timeMs ?? 0
    const untilMs = (rows.at(-1)?.timeMs ?? 0) + MINUTE_MS
    const options = { ...backtestOptionsOf(settingsOf(set)), recording, way: "likely", fromMs, untilMs } as const
    const first = recordedAdvisor(rows, advisorOptions(settingsOf(set))).facts(fromMs)
    expect(first.map(({ _tag }) => _tag)).toContain("RegimeModelTrained")
    const advised = backtest(options)
    expect(advised).toStrictEqual(backtest({ ...options, proves: true }))
    const { advisor: _none, fittedIntervals: _fitted, ...alone } = options
    expect(backtest(alone).hash).not.toBe(advised.hash)
  })

  it("gives the same on trades, and on the trades of candles what it gives on those", () => {
    const candles = fc.sample(made, { seed: SEED, numRuns: 90 })
    const rows = rowsOf(candles.map((candle) => ({ ...candle, after: 1 })))
    const trades = rows.flatMap((row): ReadonlyArray<TradeRow> => {
      const through = pathThrough(row, MINUTE_MS, PRICE_DECIMALS, "likely")
      return Array.from({ length: through.length }, (_, at) => tradeAt(through, at))
    })
    const set = { SLOTS: "2", ENTRY_PCT: "0.1" }
    const { quick, proven } = both({ kind: "trades", rows: trades }, set, "likely")
    expect(quick).toStrictEqual(proven)
    expect(quick.fills.length).toBeGreaterThan(5)
    const ofCandles = both({ kind: "candles", rows, intervalMs: MINUTE_MS }, set, "likely").quick
    expect(quick.hash).toBe(ofCandles.hash)
  })
})

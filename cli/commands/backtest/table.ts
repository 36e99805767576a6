/** A result as a table for a terminal; with several ways through a candle their range beside the likely one. */
import { assumptionsOf, type Figures } from "../../../app/backtest/report.ts"
import type { BacktestResult } from "../../../app/backtest/result.ts"

/** A line of the table: what it is called, where it stands, and how it is written. */
type Row = readonly [label: string, read: (figures: Figures) => number | string | null, unit: string]

const ROWS: ReadonlyArray<Row> = [
  ["Return", (f) => f.return_pct, "%"],
  ["  opening balances held", (f) => f.hold_pct, "%"],
  ["  bought at the start and held", (f) => f.buy_and_hold_pct, "%"],
  ["  plain grid", (f) => f.plain_grid_pct, "%"],
  ["Equity at the end", (f) => f.equity_last, "USD"],
  ["Deepest fall", (f) => f.max_drawdown_pct, "%"],
  ["Sharpe (daily, √365)", (f) => f.sharpe, ""],
  ["Sortino (daily, √365)", (f) => f.sortino, ""],
  ["Cycles traded", (f) => f.cycles, ""],
  ["  of them won", (f) => f.win_rate_pct, "%"],
  ["  profit", (f) => f.profit_traded, "USD"],
  ["Booked at market (evicted)", (f) => f.booked_at_market, "USD"],
  ["Fees, from fills", (f) => f.fees, "USD"],
  ["Most traded within 30 days", (f) => f.volume_30d_max, "USD"],
  ["Fills", (f) => f.fills, ""],
  ["Part of the equity in DOGE, mean", (f) => f.exposure_mean_pct, "%"],
  ["Exits that became recoveries", (f) => f.recoveries, ""],
  ["  evicted", (f) => f.recoveries_evicted, ""],
  ["Open orders at the end", (f) => f.open_orders, ""]
]

const shown = (value: number | string | null, unit: string): string => {
  if (value === null) return "–"
  const plain = typeof value === "string" ? Number(value) : value
  const digits = Number.isInteger(plain) ? String(plain) : plain.toFixed(2)
  return unit === "" ? digits : `${digits} ${unit}`
}

/** The first of `figures` in full, and what it rests on. */
export const tableOf = (
  figures: Readonly<Record<string, Figures>>,
  result: Pick<BacktestResult, "assumed">
): string => {
  const [first, ...others] = Object.values(figures)
  if (first === undefined) return ""
  const lines = ROWS.map(([label, read, unit]) => {
    const line = `${label.padEnd(36)}${shown(read(first), unit).padStart(16)}`
    const values = [first, ...others].flatMap((one) => read(one) ?? []).map(Number)
    if (others.length === 0 || values.length === 0) return line
    return `${line}   ${shown(Math.min(...values), unit)} to ${shown(Math.max(...values), unit)}`
  })
  const modes = Object.entries(first.mode_pct).map(([mode, pct]) => `${mode} ${pct.toFixed(1)} %`)
  return [
    `${first.from} to ${first.to}: ${first.candles} ${result.assumed.way === "trades" ? "minutes with trades" : "candles"}${others.length === 0 ? "" : "; range over the ways through a candle"}`,
    ...lines,
    `${"Time in each mode".padEnd(36)}${modes.join(", ")}`,
    `${"Result".padEnd(36)}${first.hash}`,
    "",
    "Assumed:",
    ...assumptionsOf(result).map(([what, how]) => `  ${what}: ${how}`)
  ].join("\n")
}

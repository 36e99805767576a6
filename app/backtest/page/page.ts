/** A result as one page that needs nothing else: figures, charts, what it rests on. */
import { Price, Quote } from "../../../shared/core/decimal/decimal.ts"
import { assumptionsOf, type Figures, heldOf } from "../report.ts"
import type { BacktestResult } from "../result.ts"
import { drawdownsOf } from "../statistics.ts"
import { escaped, histogram, type Line, thinned, timeChart } from "./charts.ts"
import { SCRIPT, STYLE } from "./style.ts"

/** What a page is made of. */
export interface PageOptions {
  readonly title: string
  /** Of the first of `figures`. */
  readonly result: BacktestResult
  /** By the way through a candle. */
  readonly figures: Readonly<Record<string, Figures>>
  /** Settings over the environment's. */
  readonly given: Readonly<Record<string, string>>
}

/** Fills drawn: more are a cloud. */
const MOST_MARKS = 1_500

const pct = (value: number | null, signed = false): string =>
  value === null ? "–" : `${signed && value > 0 ? "+" : ""}${value.toFixed(2).replace("-", "−")} %`
const plain = (value: number | null): string => (value === null ? "–" : value.toFixed(2).replace("-", "−"))
const usd = (value: number | string | null): string =>
  value === null ? "–" : `${Number(value).toFixed(2).replace("-", "−")} USD`

/** HTML, whole. */
export const pageOf = ({ title, result, figures, given }: PageOptions): string => {
  const [first] = Object.values(figures)
  if (first === undefined) throw new Error("a page needs the figures of a result")
  const settings = Object.entries(given).map(([name, value]) => `${name}=${value}`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Backtest: ${escaped(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1>
<p>${first.from.slice(0, 16).replace("T", " ")} to ${first.to.slice(0, 16).replace("T", " ")} UTC, ${first.candles} ${result.assumed.way === "trades" ? "minutes with trades" : "candles"}${settings.length > 0 ? `, ${escaped(settings.join(" "))}` : ""}</p>
${headline(first)}
<section class="chart"><h2>Account, USD</h2>${accountChart(result)}</section>
<section class="chart"><h2>Made by trading: the account less the opening balances held, USD</h2>${madeChart(result)}</section>
<section class="chart"><h2>Fall from the highest point before, %</h2>${fallChart(result)}</section>
<section class="chart"><h2>Price and fills</h2><div class="legend"><span><i style="background:var(--good)"></i>bought</span><span><i style="background:var(--bad)"></i>sold</span></div>${priceChart(result)}</section>
<div class="two"><section class="chart"><h2>Net of each cycle</h2>${cyclesText(result)}</section>
<section class="chart"><h2>Time in each mode</h2>${modesBar(first)}<h2 style="margin-top:18px">Part of the account in DOGE, %</h2>${exposureChart(result)}</section></div>
<section class="chart"><h2>All figures</h2>${figureTable(figures)}</section>
<section class="chart"><h2>What this rests on</h2><table>${assumptionsOf(result)
    .map(([what, how]) => `<tr><td>${what}</td><td>${escaped(how)}</td></tr>`)
    .join("")}</table>
<p class="note">What was is no word on what will be. Sharpe: mean of daily returns over their sample deviation, times √365; Sortino: over the root mean square of
the falls alone, all days counted; no riskless return. Result <code>${first.hash}</code></p></section>
</main><script>${SCRIPT}</script></body></html>
`
}

const headline = (f: Figures): string => {
  const cards: ReadonlyArray<readonly [string, string]> = [
    ["return", pct(f.return_pct, true)],
    ["bought at the start and held", pct(f.buy_and_hold_pct, true)],
    ["plain grid", pct(f.plain_grid_pct, true)],
    ["deepest fall", pct(f.max_drawdown_pct)],
    ["Sharpe, daily, √365", plain(f.sharpe)],
    [`cycles, ${pct(f.win_rate_pct)} won`, String(f.cycles)]
  ]
  return `<div class="figures">${cards.map(([name, value]) => `<div class="figure"><b>${value}</b><span>${name}</span></div>`).join("")}</div>`
}

const accountChart = (result: BacktestResult): string => {
  const held = heldOf(result)
  const all = result.curve.map(({ timeMs, equity }, at) => ({
    timeMs,
    equity,
    hold: held[at]?.hold ?? 0,
    bought: held[at]?.bought ?? 0,
    grid: result.plainGrid?.[at] ?? 0
  }))
  const points = thinned(all)
  const lines: ReadonlyArray<Line> = [
    { name: "Kennel", look: "own", values: points.map(({ equity }) => equity) },
    { name: "opening balances held", look: "held", values: points.map(({ hold }) => hold) },
    { name: "all in DOGE", look: "bought", values: points.map(({ bought }) => bought) },
    ...(result.plainGrid === null ? [] : [{ name: "plain grid", look: "grid", values: points.map(({ grid }) => grid) }])
  ]
  const legend = lines.map(({ name, look }) => `<span><i style="background:var(--${look})"></i>${name}</span>`).join("")
  const chart = timeChart({ times: points.map(({ timeMs }) => timeMs), lines, height: 320, unit: "", decimals: 2 })
  return `<div class="legend">${legend}</div>${chart}`
}

const madeChart = (result: BacktestResult): string => {
  const held = heldOf(result)
  const all = result.curve.map(({ timeMs, equity }, at) => {
    const hold = held[at]?.hold ?? 0
    return { timeMs, own: equity - hold, grid: (result.plainGrid?.[at] ?? hold) - hold }
  })
  const points = thinned(all)
  const lines: ReadonlyArray<Line> = [
    { name: "Kennel", look: "own", values: points.map(({ own }) => own) },
    ...(result.plainGrid === null ? [] : [{ name: "plain grid", look: "grid", values: points.map(({ grid }) => grid) }])
  ]
  return timeChart({ times: points.map(({ timeMs }) => timeMs), lines, height: 200, unit: "USD", decimals: 2 })
}

const fallChart = ({ curve }: BacktestResult): string => {
  const falls = drawdownsOf(curve.map(({ equity }) => equity))
  const points = thinned(curve.map(({ timeMs }, at) => ({ timeMs, fall: -(falls[at] ?? 0) * 100 })))
  const lines = [{ name: "fall", look: "dim", values: points.map(({ fall }) => fall) }]
  return timeChart({
    times: points.map(({ timeMs }) => timeMs),
    lines,
    height: 150,
    unit: "%",
    decimals: 2,
    fills: true
  })
}

const priceChart = ({ curve, fills }: BacktestResult): string => {
  const points = thinned(curve)
  const marks = thinned(fills, MOST_MARKS).map(({ timeMs, price, side }) => ({
    timeMs,
    value: Price.toNumber(price),
    look: side === "buy" ? ("good" as const) : ("bad" as const)
  }))
  const lines = [{ name: "price", look: "dim", values: points.map(({ price }) => price) }]
  const shown = marks.length < fills.length ? `<p class="note">${marks.length} of ${fills.length} fills drawn</p>` : ""
  return (
    timeChart({ times: points.map(({ timeMs }) => timeMs), lines, marks, height: 260, unit: "USD", decimals: 5 }) +
    shown
  )
}

const exposureChart = ({ curve }: BacktestResult): string => {
  const points = thinned(curve, 300)
  const lines = [{ name: "in DOGE", look: "own", values: points.map(({ exposure }) => exposure * 100) }]
  return timeChart({
    times: points.map(({ timeMs }) => timeMs),
    lines,
    height: 150,
    unit: "%",
    decimals: 1,
    narrow: true
  })
}

const cyclesText = ({ cycles }: BacktestResult): string =>
  cycles.length === 0
    ? "<p>none</p>"
    : histogram(
        cycles.map(({ net }) => Quote.toNumber(net)),
        "USD"
      )

const MODE_LOOKS: Readonly<Record<string, string>> = {
  RUNNING: "var(--good)",
  PAUSED: "var(--bought)",
  HALTED: "var(--bad)"
}

const modesBar = ({ mode_pct: modes }: Figures): string => {
  const entries = Object.entries(modes).filter(([, share]) => share > 0)
  const look = (mode: string): string => MODE_LOOKS[mode] ?? "var(--held)"
  const parts = entries.map(([mode, share]) => `<i style="width:${share.toFixed(2)}%;background:${look(mode)}"></i>`)
  const names = entries.map(
    ([mode, share]) => `<span><i style="background:${look(mode)}"></i>${mode} ${share.toFixed(1)} %</span>`
  )
  return `<div class="modes">${parts.join("")}</div><div class="legend">${names.join("")}</div>`
}

const ROWS: ReadonlyArray<readonly [string, (f: Figures) => string]> = [
  ["Return", (f) => pct(f.return_pct, true)],
  ["Opening balances held", (f) => pct(f.hold_pct, true)],
  ["Bought at the start and held", (f) => pct(f.buy_and_hold_pct, true)],
  ["Plain grid", (f) => pct(f.plain_grid_pct, true)],
  ["Account at the end", (f) => usd(f.equity_last)],
  ["Deepest fall", (f) => pct(f.max_drawdown_pct)],
  ["Sharpe", (f) => plain(f.sharpe)],
  ["Sortino", (f) => plain(f.sortino)],
  ["Cycles traded", (f) => String(f.cycles)],
  ["Of them won", (f) => pct(f.win_rate_pct)],
  ["Their profit, net", (f) => usd(f.profit_traded)],
  ["Booked at market (evicted)", (f) => usd(f.booked_at_market)],
  ["Fills", (f) => String(f.fills)],
  ["Fees", (f) => usd(f.fees)],
  ["Most traded within 30 days", (f) => usd(f.volume_30d_max)],
  ["Part of the account in DOGE, mean", (f) => pct(f.exposure_mean_pct)],
  ["Exits that became recoveries", (f) => String(f.recoveries)],
  ["Of them evicted", (f) => String(f.recoveries_evicted)],
  ["Open orders at the end", (f) => String(f.open_orders)]
]

const WAY_NAMES: Readonly<Record<string, string>> = {
  likely: "nearer extreme first",
  "low-first": "low first",
  "high-first": "high first"
}

const figureTable = (figures: Readonly<Record<string, Figures>>): string => {
  const ways = Object.entries(figures)
  const head =
    ways.length < 2
      ? ""
      : `<tr><th></th>${ways.map(([way]) => `<th class="n">${WAY_NAMES[way] ?? way}</th>`).join("")}</tr>`
  const rows = ROWS.map(
    ([name, read]) => `<tr><td>${name}</td>${ways.map(([, f]) => `<td class="n">${read(f)}</td>`).join("")}</tr>`
  )
  return `<table>${head}${rows.join("")}</table>`
}

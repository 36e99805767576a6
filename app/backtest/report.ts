/** What is shown of a result: figures for tables and JSON, and rows for CSV. */
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../shared/core/time/utcDay.ts"
import type { BacktestResult, CurvePoint } from "./result.ts"
import { maxDrawdown, returnsOf, sharpe, sortino } from "./statistics.ts"

/** Kinds of cycles whose exit is no trade, but the market's price in its place. */
const BOOKED_AT_MARKET: ReadonlySet<string> = new Set(["evicted", "corrected"])

/** The last point of each day, after the first point of all. */
const daily = (curve: ReadonlyArray<CurvePoint>): ReadonlyArray<CurvePoint> => {
  const lastOfDay = new Map(curve.map((point) => [Math.floor(point.timeMs / DAY_MS), point]))
  return [...curve.slice(0, 1), ...lastOfDay.values()]
}

const sumOf = (amounts: ReadonlyArray<Quote>): Quote =>
  amounts.reduce((sum, amount) => (sum + amount) as Quote, Quote.zero)

const changePct = (values: ReadonlyArray<number>): number => {
  const first = values[0] ?? 0
  return first === 0 ? 0 : ((values.at(-1) ?? 0) / first - 1) * 100
}

/** Money as exact decimal text where it is booked, else numbers; null: there is no such figure. Ratios are of daily equity. */
export const figuresOf = (result: BacktestResult) => {
  const { curve, cycles, fills, modes, events } = result
  const equity = curve.map((point) => point.equity)
  const returns = returnsOf(daily(curve).map((point) => point.equity))
  const traded = cycles.filter(({ kind }) => !BOOKED_AT_MARKET.has(kind))
  const atMarket = cycles.filter(({ kind }) => BOOKED_AT_MARKET.has(kind))
  const won = traded.filter(({ net }) => net > 0n).length
  const lastedMs = Math.max(
    1,
    Object.values(modes).reduce((sum, ms) => sum + ms, 0)
  )
  return {
    from: new Date(result.fromMs).toISOString(),
    to: new Date(result.untilMs).toISOString(),
    candles: result.candles,
    records: result.records,
    equity_first: equity[0] ?? null,
    equity_last: equity.at(-1) ?? null,
    return_pct: changePct(equity),
    hold_pct: changePct(curve.map(({ hold }) => hold)),
    buy_and_hold_pct: changePct([equity[0] ?? 0, curve.at(-1)?.buyAndHold ?? 0]),
    plain_grid_pct: changePct([equity[0] ?? 0, curve.at(-1)?.plainGrid ?? 0]),
    max_drawdown_pct: maxDrawdown(equity) * 100,
    sharpe: sharpe(returns),
    sortino: sortino(returns),
    cycles: traded.length,
    win_rate_pct: traded.length === 0 ? null : (won / traded.length) * 100,
    profit_traded: Quote.format(sumOf(traded.map(({ net }) => net))),
    booked_at_market: Quote.format(sumOf(atMarket.map(({ net }) => net))),
    fills: fills.length,
    fees: Quote.format(sumOf(fills.map(({ fee }) => fee))),
    exposure_mean_pct:
      curve.length === 0 ? null : (curve.reduce((sum, { exposure }) => sum + exposure, 0) / curve.length) * 100,
    recoveries: events["ExitOrphaned"] ?? 0,
    recoveries_evicted: cycles.filter(({ kind }) => kind === "evicted").length,
    open_orders: result.openOrders,
    base_left: Volume.format(result.base),
    quote_left: Quote.format(result.quote),
    mode_pct: Object.fromEntries(Object.entries(modes).map(([mode, ms]) => [mode, (ms / lastedMs) * 100])),
    hash: result.hash
  }
}

/** Figures of one result. */
export type Figures = ReturnType<typeof figuresOf>

/** Lines of CSV, the first with the names of the columns. Times in UTC, amounts as exact decimal text. */
export const fillRows = ({ fills }: Pick<BacktestResult, "fills">): ReadonlyArray<string> => [
  "time,slot,side,price,volume,cost,fee,liquidity",
  ...fills.map(({ timeMs, slot, side, price, volume, cost, fee, liquidity }) =>
    [
      new Date(timeMs).toISOString(),
      slot,
      side,
      Price.format(price),
      Volume.format(volume),
      Quote.format(cost),
      Quote.format(fee),
      liquidity
    ].join(",")
  )
]

/** As `fillRows`, of the cycles. */
export const cycleRows = ({ cycles }: Pick<BacktestResult, "cycles">): ReadonlyArray<string> => [
  "entry_time,exit_time,slot,trade,cycle,kind,entry_price,exit_price,volume,gross,fees,net",
  ...cycles.map((cycle) =>
    [
      new Date(cycle.entryMs).toISOString(),
      new Date(cycle.exitMs).toISOString(),
      cycle.slot,
      cycle.tradeId,
      cycle.cycle,
      cycle.kind,
      Price.format(cycle.entryPrice),
      Price.format(cycle.exitPrice),
      Volume.format(cycle.volume),
      Quote.format(cycle.gross),
      Quote.format(cycle.fees),
      Quote.format(cycle.net)
    ].join(",")
  )
]

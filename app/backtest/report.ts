/** What is shown of a result: figures for tables and JSON, and rows for CSV. */
import { Price, Quote, Volume } from "../../shared/core/decimal/decimal.ts"
import { DAY_MS } from "../../shared/core/time/utcDay.ts"
import { cycleFigures } from "../../shared/ledger/core/cycleFigures.ts"
import type { BacktestResult, CurvePoint } from "./result.ts"
import { maxDrawdown, returnsOf, sharpe, sortino } from "./statistics.ts"

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

/** The opening balances held, and with all of the quote currency bought at the first price for a taker's fee, at each point of the curve. */
export const heldOf = ({
  curve,
  assumed: { base, quote, takerFeePct }
}: Pick<BacktestResult, "curve" | "assumed">): ReadonlyArray<{ readonly hold: number; readonly bought: number }> => {
  const [doge, usd, first] = [Volume.toNumber(base), Quote.toNumber(quote), curve[0]?.price ?? 1]
  const bought = doge + (usd * (1 - takerFeePct / 100)) / first
  return curve.map(({ price }) => ({ hold: doge * price + usd, bought: bought * price }))
}

/** The most that was traded within 30 days, quote currency: by it Kraken sets the fees, and here they stay as assumed. */
const mostIn30Days = (fills: BacktestResult["fills"]): Quote => {
  let [from, sum, most] = [0, 0n, 0n]
  for (const { timeMs, cost } of fills) {
    sum += cost
    for (let old = fills[from]; old !== undefined && timeMs - old.timeMs > 30 * DAY_MS; old = fills[++from])
      sum -= old.cost
    if (sum > most) most = sum
  }
  return most as Quote
}

/** Money as exact decimal text where it is booked, else numbers; null: there is no such figure. Ratios are of daily equity. */
export const figuresOf = (result: BacktestResult) => {
  const { curve, cycles, fills, modes, plainGrid } = result
  const equity = curve.map((point) => point.equity)
  const held = heldOf(result)
  const returns = returnsOf(daily(curve).map((point) => point.equity))
  const { recoveries_evicted, ...ofCycles } = cycleFigures(cycles)
  const lastedMs = Math.max(
    1,
    Object.values(modes).reduce((sum, ms) => sum + ms, 0)
  )
  return {
    from: new Date(result.fromMs).toISOString(),
    to: new Date(result.untilMs).toISOString(),
    candles: result.candles,
    equity_first: equity[0] ?? null,
    equity_last: equity.at(-1) ?? null,
    return_pct: changePct(equity),
    hold_pct: changePct(held.map(({ hold }) => hold)),
    buy_and_hold_pct: changePct([equity[0] ?? 0, held.at(-1)?.bought ?? 0]),
    plain_grid_pct: plainGrid === null ? null : changePct([equity[0] ?? 0, plainGrid.at(-1) ?? 0]),
    max_drawdown_pct: maxDrawdown(equity) * 100,
    sharpe: sharpe(returns),
    sortino: sortino(returns),
    ...ofCycles,
    fills: fills.length,
    fees: Quote.format(sumOf(fills.map(({ fee }) => fee))),
    volume_30d_max: Quote.format(mostIn30Days(fills)),
    exposure_mean_pct:
      curve.length === 0 ? null : (curve.reduce((sum, { exposure }) => sum + exposure, 0) / curve.length) * 100,
    recoveries: result.recoveries,
    recoveries_evicted,
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

/** As `fillRows`, of the account's curve: what the return, the deepest fall and, by the last of each day (UTC), the ratios are of. */
export const equityRows = ({ curve }: Pick<BacktestResult, "curve">): ReadonlyArray<string> => [
  "time,price,equity,exposure",
  ...curve.map(({ timeMs, price, equity, exposure }) =>
    [new Date(timeMs).toISOString(), price, equity, exposure].join(",")
  )
]

const TRADES_AS_RECORDED = ["Trades", "as recorded; all of a trade's volume may be ours, by price, then time"] as const

const throughCandles = (way: string): ReadonlyArray<readonly [string, string]> => [
  [
    "Way through a candle",
    way === "likely"
      ? "the nearer extreme first: a rising candle open, low, high, close, a falling one open, high, low, close"
      : way === "low-first"
        ? "open, low, high, close"
        : "open, high, low, close"
  ],
  [
    "Trades of a candle",
    "ten a minute, of equal volume, evenly in time; all of a trade's volume may be ours, by price, then time"
  ]
]

/** What a result rests on, a line each, for people. */
export const assumptionsOf = ({ assumed: { way, makerFeePct, takerFeePct } }: Pick<BacktestResult, "assumed">) =>
  [
    ...(way === "trades" ? [TRADES_AS_RECORDED] : throughCandles(way)),
    [
      "Queue",
      "beyond its price an order trades at once; at its price it waits for the volume that stood there when it came"
    ],
    ["Latency", "none: an order rests before the next trade"],
    ["Fees", `maker ${makerFeePct} %, taker ${takerFeePct} %, the whole time, whatever was traded in 30 days`],
    ["Market", "goes on as recorded: own orders do not move it"]
  ] as const

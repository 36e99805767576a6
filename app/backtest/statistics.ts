/** What the field reckons from a curve of equity, as it defines it. Pure; plain numbers, because none of it is booked. */
import { mean, sampleVariance } from "simple-statistics"

/** Days of a year in which this market trades: all of them. */
export const TRADING_DAYS = 365

/** Equity over one another, less one: `[100, 110]` is `[0.1]`. A curve of fewer than two points has none. */
export const returnsOf = (equity: ReadonlyArray<number>): ReadonlyArray<number> =>
  equity.slice(1).map((value, at) => value / (equity[at] ?? value) - 1)

/**
 * Sharpe's ratio of daily returns: their mean over their sample deviation (n − 1), times √365; the riskless return is 0. Null with fewer
 * than two returns, or where they do not vary.
 */
export const sharpe = (returns: ReadonlyArray<number>): number | null => {
  if (returns.length < 2) return null
  const variance = sampleVariance(returns)
  return variance === 0 ? null : (mean(returns) / Math.sqrt(variance)) * Math.sqrt(TRADING_DAYS)
}

/**
 * Sortino's ratio of daily returns: their mean over the root of the mean square of those below 0, taken over *all* days, times √365.
 * Null with fewer than two returns, or where none is below 0.
 */
export const sortino = (returns: ReadonlyArray<number>): number | null => {
  if (returns.length < 2) return null
  const downside = mean(returns.map((value) => Math.min(0, value) ** 2))
  return downside === 0 ? null : (mean(returns) / Math.sqrt(downside)) * Math.sqrt(TRADING_DAYS)
}

/** At each point how far the curve has fallen from the highest point before, as part of that: 0.2 is 20 %. */
export const drawdownsOf = (equity: ReadonlyArray<number>): ReadonlyArray<number> => {
  let height = Number.NEGATIVE_INFINITY
  return equity.map((value) => {
    height = Math.max(height, value)
    return (height - value) / height
  })
}

/** The deepest of them; 0 where the curve never falls. */
export const maxDrawdown = (equity: ReadonlyArray<number>): number =>
  drawdownsOf(equity).reduce((deepest, fall) => Math.max(deepest, fall), 0)

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

/** The deepest fall from a height before it, as part of that height: 0.2 is 20 %. 0 where the curve never falls. */
export const maxDrawdown = (equity: ReadonlyArray<number>): number => {
  let height = Number.NEGATIVE_INFINITY
  let deepest = 0
  for (const value of equity) {
    height = Math.max(height, value)
    deepest = Math.max(deepest, (height - value) / height)
  }
  return deepest
}

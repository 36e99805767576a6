/** What a bar must be, whatever brought it, before it is stored, played or learned from. Pure. */
import type { Candle } from "./candle.ts"
import { Price, Volume } from "../../core/decimal/decimal.ts"
import { RANGES } from "../../core/ranges.ts"
import { MOST_TRADES } from "./fields.ts"

/** The values of a bar. */
type Bar = Omit<Candle, "timeSec">

/** Why a bar is none: the kind, the field whose value is at fault, and what is wrong with it. */
export interface BarProblem {
  readonly kind: "price" | "volume" | "impossible" | "large"
  readonly field: keyof Bar
  readonly what: string
}

const PRICES = ["open", "high", "low", "close"] as const
const [MOST_PRICE, MOST_VOLUME] = [Price.parse(RANGES.price.most), Volume.parse(RANGES.volumeOfBar.most)]
const problem = (kind: BarProblem["kind"], field: keyof Bar, what: string): BarProblem => ({ kind, field, what })

/** Null for a bar that can have been: prices above 0, none outside low and high, volume and count not negative, nothing beyond what a market has. */
export const problemOf = (bar: Bar): BarProblem | null => {
  const { open, high, low, close, volume, trades } = bar
  for (const field of PRICES) if (bar[field] <= 0n) return problem("price", field, "must be above 0")
  if (volume < 0n) return problem("volume", "volume", "must not be negative")
  if (high < low) return problem("impossible", "high", "is below low")
  if (high < open || high < close) return problem("impossible", "high", "is below open or close")
  if (low > open || low > close) return problem("impossible", "low", "is above open or close")
  if (high > MOST_PRICE) return problem("large", "high", `is beyond what anything costs, ${RANGES.price.most}`)
  if (volume > MOST_VOLUME)
    return problem("large", "volume", `is beyond what trades in a bar, ${RANGES.volumeOfBar.most}`)
  return trades > MOST_TRADES ? problem("large", "trades", `is beyond what a store holds, ${MOST_TRADES}`) : null
}

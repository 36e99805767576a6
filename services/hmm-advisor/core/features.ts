/** From closed candles to the four numbers a regime is told by (docs/trading-contract.md §10). */
import { macdFromFirst } from "../../../shared/core/indicators/macd.ts"
import { emaFromFirst } from "../../../shared/core/indicators/movingAverage.ts"
import { rsi, WILDER_LENGTH } from "../../../shared/core/indicators/wilder.ts"
import type { Rows } from "./hmm/rows.ts"
import { refuse, type Refusal } from "./training/refusal.ts"

/** Closed candles of one interval without holes, oldest first: a missing candle is not a small move. */
export interface FeatureCandles {
  /** Positive. */
  readonly closes: Float64Array
  /** In base units, 0 or more. */
  readonly volumes: Float64Array
}

/** The columns of a feature row, in order. */
export const FEATURES = ["macdHistogramSlope", "emaSpread", "rsiZone", "volumeRatio"] as const
/** The column that tells bearish from bullish. */
export const EMA_SPREAD = 1
/** Leading candles without a feature row: the RSI has no value for them. */
export const WARM_UP_CANDLES = WILDER_LENGTH

const FAST_EMA = 9
const SLOW_EMA = 21
const VOLUME_EMA = 20

/**
 * One row per candle after the first 14: the change of the MACD histogram (price units), (EMA9 − EMA21) / EMA21, the
 * RSI as −1 … 1, and the volume over its own average (0 where there is none). All averages start at their first value,
 * so about 35 rows carry the seed: give the last 50 rows at least 150 candles. A row depends on no later candle.
 */
export const featureRows = (candles: FeatureCandles): Rows | Refusal => {
  const count = candles.closes.length
  const refused = checkCandles(candles)
  if (refused !== null) return refused
  if (count <= WARM_UP_CANDLES) {
    return refuse("too-few-rows", `features need more than ${WARM_UP_CANDLES} candles, there are ${count}`)
  }
  const values = featureTable(candles).slice(WARM_UP_CANDLES * FEATURES.length)
  if (!values.every(Number.isFinite))
    return refuse("overflow", "the prices or volumes are too large for their averages")
  return { count: count - WARM_UP_CANDLES, features: FEATURES.length, values }
}

const checkCandles = ({ closes, volumes }: FeatureCandles): Refusal | null => {
  const count = closes.length
  if (volumes.length !== count) {
    return refuse("bad-input", `there are ${count} closes and ${volumes.length} volumes: one of each per candle`)
  }
  for (let i = 0; i < count; i++) {
    if (!(closes[i]! > 0) || closes[i] === Number.POSITIVE_INFINITY) {
      return refuse("bad-input", `close of candle ${i} must be positive and finite, is ${closes[i]}`)
    }
    if (!(volumes[i]! >= 0) || volumes[i] === Number.POSITIVE_INFINITY) {
      return refuse("bad-input", `volume of candle ${i} must be 0 or more and finite, is ${volumes[i]}`)
    }
  }
  return null
}

/** The rows of all candles: the first 14 have NaN for the RSI. The candles must be in order already. */
export const featureTable = ({ closes, volumes }: FeatureCandles): Float64Array => {
  const fast = emaFromFirst(closes, FAST_EMA)
  const slow = emaFromFirst(closes, SLOW_EMA)
  const { histogram } = macdFromFirst(closes)
  const strength = rsi(closes)
  const usualVolume = emaFromFirst(volumes, VOLUME_EMA)
  const values = new Float64Array(closes.length * FEATURES.length)
  for (let i = 0, at = 0; i < closes.length; i++, at += FEATURES.length) {
    values[at] = i === 0 ? 0 : histogram[i]! - histogram[i - 1]!
    values[at + 1] = (fast[i]! - slow[i]!) / slow[i]!
    values[at + 2] = (strength[i]! - 50) / 50
    values[at + 3] = usualVolume[i]! > 0 ? volumes[i]! / usualVolume[i]! : 0
  }
  return values
}

/** What both detectors say now, as the fact that goes into the journal. */
import type { EventOf } from "../../../shared/events/event.ts"
import { consensus } from "./consensus.ts"
import { featureRows } from "./features.ts"
import { type InferenceSettings, neutralReading, readRegime } from "./regime.ts"
import { isRefusal } from "./training/refusal.ts"
import type { Series } from "./series.ts"
import type { TrainedModel } from "./training/train.ts"

/** One detector: its model, if it has one, and the candles it looks at. */
export interface Detector {
  readonly intervalMin: number
  readonly model: { readonly trained: TrainedModel; readonly dataHash: string } | null
  readonly recent: Series
}

/** A detector whose newest candle ended longer ago than this many of its intervals has nothing to say about now. */
const STALE_AFTER_INTERVALS = 3
/** Nor one that is later than a quarter of an hour, however short its interval (docs/trading-contract.md §11). */
const STALE_AFTER_SEC = 900

/** When the newest candle that the detector looks at was over, Unix milliseconds of the exchange; 0 without candles. */
export const endedMs = ({ intervalMin, recent: { toSec } }: Detector): number =>
  toSec === null ? 0 : (toSec + intervalMin * 60) * 1_000

type Reading = EventOf<"RegimeObserved">["fast"]

/** What one detector says at `nowSec` of the exchange, Unix seconds. */
export const readingAt = (detector: Detector, nowSec: number, settings: InferenceSettings): Reading => {
  const { intervalMin, model, recent } = detector
  const rows = featureRows(recent)
  const samples = isRefusal(rows) ? 0 : Math.min(rows.count, settings.inferenceWindow)
  const ageSec = recent.toSec === null ? null : nowSec - endedMs(detector) / 1_000
  const stale = ageSec === null || ageSec > Math.max(STALE_AFTER_SEC, STALE_AFTER_INTERVALS * intervalMin * 60)
  const reading = stale
    ? neutralReading(ageSec === null ? "no candles" : `the newest candle is ${Math.round(ageSec)} s old`)
    : readRegime(model?.trained ?? null, rows, settings)
  return { intervalMin, ...reading, samples, ageSec, model: reading.trained ? (model?.dataHash ?? null) : null }
}

/** Both readings and their consensus. */
export const adviceOf = (
  detectors: { readonly fast: Detector; readonly slow: Detector },
  nowSec: number,
  settings: InferenceSettings
): EventOf<"RegimeObserved"> => {
  const fast = readingAt(detectors.fast, nowSec, settings)
  const slow = readingAt(detectors.slow, nowSec, settings)
  return { _tag: "RegimeObserved", fast, slow, consensus: consensus(fast, slow) }
}

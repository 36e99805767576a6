/** A recorded reading done again: the model in use and the candles of that moment give the same regime. */
import { intervalSec } from "../../../../shared/candles/core/candle.ts"
import type { EventOf } from "../../../../shared/events/event.ts"
import { type Detector, readingAt } from "../advice.ts"
import type { InferenceSettings } from "../regime.ts"
import { differenceOf } from "./difference.ts"
import { type History, momentsOf, stretchAt } from "./history.ts"
import type { Verdict } from "./verdict.ts"

type Reading = EventOf<"RegimeObserved">["fast"]

/** How the advisor reads: the settings that the journal does not bear. */
export interface ReadingSettings extends InferenceSettings {
  /** Candles read for one answer. */
  readonly recentCandles: number
}

/** What a reading is recomputed from. */
export interface ReadingInput {
  readonly history: History
  /** Starts of the store's candles that a training's data hash has proven. */
  readonly proven: ReadonlySet<number>
  readonly model: Detector["model"]
  /** The record it stands in. */
  readonly seq: number
  /** The exchange's clock when it was made, Unix milliseconds. */
  readonly madeMs: number
}

/**
 * When the readings of a record were made, Unix milliseconds of the exchange: at or before the time of the record, as a training
 * may lie between. Candles end at multiples of their length, so that the longer one's age tells; null where no reading has
 * an age.
 */
export const madeMsOf = (recordMs: number, readings: ReadonlyArray<Reading>): number | null => {
  const [longest] = readings.filter(({ ageSec }) => ageSec !== null).toSorted((a, b) => b.intervalMin - a.intervalMin)
  if (longest === undefined || longest.ageSec === null) return null
  const late = Math.round(recordMs - longest.ageSec * 1_000) % (intervalSec(longest.intervalMin) * 1_000)
  return recordMs - late
}

/** Start of the newest candle that a reading looked at, Unix seconds; null where its age fits no candle. */
export const newestReadSec = ({ intervalMin, ageSec }: Reading, madeMs: number): number | null => {
  if (ageSec === null) return null
  const endSec = Math.round(madeMs - ageSec * 1_000) / 1_000
  return endSec % intervalSec(intervalMin) === 0 ? endSec - intervalSec(intervalMin) : null
}

/** Reads again. `Same` where any moment that may have stood behind the record gives exactly what is recorded. */
export const reread = (
  recorded: Reading,
  { history, proven, model, seq, madeMs }: ReadingInput,
  { recentCandles, ...settings }: ReadingSettings
): Verdict => {
  const { intervalMin, ageSec } = recorded
  if (ageSec === null) return { _tag: "NotAtHand", why: "the advisor had no candles" }
  const toSec = newestReadSec(recorded, madeMs)
  if (toSec === null) {
    const difference = { field: "ageSec", recorded: String(ageSec), recomputed: "an age at which no candle ended" }
    return { _tag: "Differs", difference }
  }
  let verdict: Verdict | null = null
  for (const moment of momentsOf(history, seq, toSec)) {
    const { series, complete, stored } = stretchAt(history, moment, toSec, recentCandles)
    if (series.closes.length === 0) return { _tag: "NotAtHand", why: "candles are missing" }
    const again = readingAt({ intervalMin, model, recent: series }, madeMs / 1_000, settings)
    const difference = differenceOf(recorded, again)
    // What no model said follows from hardly a candle: it proves nothing of those that are missing.
    if (difference === null && (complete || recorded.trained)) return { _tag: "Same" }
    const known = stored.every((timeSec) => proven.has(timeSec))
    verdict ??= !complete
      ? { _tag: "NotAtHand", why: "candles are missing" }
      : !known
        ? { _tag: "NotAtHand", why: "no data hash proves the store's candles" }
        : difference === null
          ? null
          : { _tag: "Differs", difference }
  }
  return verdict ?? { _tag: "NotAtHand", why: "candles are missing" }
}

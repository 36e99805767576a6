/**
 * The regime advisor on a recording, at a time of its own: the candles an exchange would have shown then, and what the
 * advisor's own code makes of them. Only its shell is missing: the store, the worker, the timer.
 */
import { aggregate, type Candle } from "../../services/exchange-sim/core/market/candles.ts"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { adviceOf, type Detector } from "../../services/hmm-advisor/core/advice.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { newestStretch, type Series } from "../../services/hmm-advisor/core/series.ts"
import type { AdvisorOptions, DetectorOptions } from "../../services/hmm-advisor/service.ts"
import { canonicalBytes, train } from "../../services/hmm-advisor/core/training/train.ts"
import { outcomeOf, trainingRefused, trainingTask } from "../../services/hmm-advisor/core/training/training.ts"
import { sha256 } from "../../shared/actor/hash.ts"
import { normalise, type RawCandle } from "../../shared/candles/core/normalise.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import type { MarketEvent } from "../../shared/events/event.ts"

/** As the settings have it. */
export type RecordedAdvisorOptions = Omit<AdvisorOptions, "subjects" | "epoch">

/** The advisor on a recording. */
export interface RecordedAdvisor {
  /** What it writes at a time; times only grow. Trains at the first one. */
  readonly facts: (nowMs: number) => ReadonlyArray<MarketEvent>
  /** Before this time it writes nothing, Unix milliseconds. */
  readonly dueMs: () => number
}

/** Its candles are kept in memory, some 200 bytes each. */
export const recordedAdvisor = (rows: ReadonlyArray<CandleRow>, options: RecordedAdvisorOptions): RecordedAdvisor => {
  const minutes = rows.map((row): Candle => ({ ...row, turnover: row.close * row.volume, count: 1 }))
  const fast = recordedDetector(minutes, options, options.fast)
  const slow = recordedDetector(minutes, options, options.slow)
  let trainAtMs = 0
  let answerAtMs = 0
  const facts = (nowMs: number): ReadonlyArray<MarketEvent> => {
    if (nowMs < answerAtMs) return []
    answerAtMs = nowMs + options.answerEveryMs
    const written: Array<MarketEvent> = []
    if (nowMs >= trainAtMs) {
      trainAtMs = nowMs + options.retrainEveryMs
      written.push(fast.train(nowMs), slow.train(nowMs))
    }
    written.push(adviceOf({ fast: fast.look(nowMs), slow: slow.look(nowMs) }, nowMs / 1_000, options.inference))
    return written
  }
  return { facts, dueMs: () => answerAtMs }
}

const recordedDetector = (
  minutes: ReadonlyArray<Candle>,
  { training, recentCandles }: RecordedAdvisorOptions,
  { intervalMin, trainingCandles, minimumRows }: DetectorOptions
) => {
  let model: Detector["model"] = null
  return {
    train: (nowMs: number): MarketEvent => {
      const series = closedCandles(minutes, intervalMin, trainingCandles, nowMs)
      const task = trainingTask(intervalMin, series, { ...training, minimumRows })
      if (isRefusal(task)) return trainingRefused(intervalMin, task)
      const answer = train(task.rows, task.settings, model?.trained ?? null)
      const outcome = outcomeOf(task, answer, sha256(canonicalBytes(task.rows)))
      model = outcome.model ?? model
      return outcome.fact
    },
    look: (nowMs: number): Detector => ({
      intervalMin,
      model,
      recent: closedCandles(minutes, intervalMin, recentCandles, nowMs)
    })
  }
}

/**
 * As an exchange answers and the ingestor keeps it: the newest candle is still forming, and is left out by the rule that
 * leaves it out in production. It is made of the whole recording: were it kept, the future would show in the answer.
 */
const closedCandles = (minutes: ReadonlyArray<Candle>, intervalMin: number, count: number, nowMs: number): Series => {
  const shown = aggregate(minutes, intervalMin * 60_000, nowMs, count + 1)
  return newestStretch(normalise(shown.map(rawOf), intervalMin, nowMs / 1_000).candles, intervalMin)
}

const rawOf = ({ timeMs, open, high, low, close, volume, count }: Candle): RawCandle => [
  String(timeMs / 1_000),
  ...[open, high, low, close].map(Price.format),
  Volume.format(volume),
  String(count)
]

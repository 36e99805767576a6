/**
 * How often does training reach the best likelihood known of a window, and what does it cost? The best known is that of 200
 * random starts, each climbed to the end, or of the training itself where that is better. The windows are of the repository's
 * month, or of the candles that `KENNEL_RECORDING` names, at every length of candle of which there are enough. Each share is told
 * of its own. It says nothing of how good regimes are.
 */
import { bestOfRandomStarts, REACHED } from "../../conformance/regime/randomStarts.ts"
import { aggregate } from "../../services/exchange-sim/core/market/candles.ts"
import { type FeatureCandles, featureRows } from "../../services/hmm-advisor/core/features.ts"
import type { Rows } from "../../services/hmm-advisor/core/hmm/linear/rows.ts"
import { isRefusal, type Refusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { scalingOf, standardise } from "../../services/hmm-advisor/core/training/scaling.ts"
import { search } from "../../services/hmm-advisor/core/training/search.ts"
import { startsOf } from "../../services/hmm-advisor/core/training/starts.ts"
import { DEFAULT_TRAINING, train } from "../../services/hmm-advisor/core/training/train.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { randomNumbers } from "../../shared/core/random.ts"
import { monthToPlay } from "../../tests/data/recording.ts"
import { textbookFit, textbookModel } from "./hmmTextbook.ts"
import { type BenchResult, type Cost, figuresOf, timed } from "../result.ts"

const SEED = 1
const INTERVALS_MIN = [1, 5, 15, 240] as const
/** 720 rows after the warm-up. */
const CANDLES = 734
const TEXTBOOK_ITERATIONS = 100
const SETTINGS = { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 1 } as const

/** Goals: at least 41 windows of 42 reached; a training within the time of one fit of 100 iterations by a plain program. */
export const hmmStartsBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const random = randomNumbers(SEED)
  const starts = quick ? 10 : 200
  const sets = INTERVALS_MIN.map((intervalMin) => ({ intervalMin, rows: windowsOf(intervalMin, quick ? 1 : 16) }))
  const told = sets.filter(({ rows }) => rows.length > 0)
  const windows = told.map(({ rows }) => rows)
  const judged = windows.map((some) => some.map((rows) => judge(rows, bestOfRandomStarts(rows, starts, random))))
  const share = (reached: (one: Judged) => boolean) =>
    judged.map((some) => (100 * some.filter(reached).length) / some.length)
  const count = judged.flat().length
  const missed = judged.flat().filter(({ training }) => !training).length
  const each = judged.map(
    (some, at) => `${some.filter(({ training }) => training).length} of ${some.length} at ${told[at]?.intervalMin} min`
  )
  const all = windows.flat()
  for (const rows of all.slice(0, 3)) timedTraining(rows)
  const [first] = all
  return [
    {
      name: `windows in which training reaches the best of ${starts} random starts, by length of candle`,
      unit: "%",
      samples: share(({ training }) => training),
      baseline: { name: "the five cuts alone", samples: share(({ cuts }) => cuts) },
      note: `seed ${SEED}, ${count - missed} of ${count} windows within ${REACHED} relatively: ${each.join(", ")}`
    },
    {
      name: "training, 720 rows × 4 features, 3 states, all starts",
      unit: "ms",
      ...figuresOf(all.map(timedTraining)),
      baseline: {
        name: `one fit of ${TEXTBOOK_ITERATIONS} iterations by a textbook's program`,
        ...figuresOf(all.map(timedTextbook))
      },
      checksum: first === undefined ? "" : String(given(train(first, SETTINGS, null)).logLikelihood)
    }
  ]
}

const given = <A extends object>(result: A | Refusal): A => {
  if (isRefusal(result)) throw new Error(`hmmStarts: ${result.reason}: ${result.detail}`)
  return result
}

/** Windows spread evenly over the month, in raw features; none where it has not the candles of two. */
const windowsOf = (intervalMin: number, count: number): ReadonlyArray<Rows> => {
  const minutes = monthToPlay().map((row) => ({ ...row, turnover: 0n, count: 1 }))
  const endMs = (minutes.at(-1)?.timeMs ?? 0) + 60_000
  const candles = aggregate(minutes, intervalMin * 60_000, endMs, minutes.length).slice(0, -1)
  const series: FeatureCandles = {
    closes: Float64Array.from(candles, ({ close }) => Price.toNumber(close)),
    volumes: Float64Array.from(candles, ({ volume }) => Volume.toNumber(volume))
  }
  if (candles.length < 2 * CANDLES) return []
  return Array.from({ length: count }, (_, n) => {
    const from = Math.floor(((n + 0.5) / count) * (candles.length - CANDLES))
    const part = (values: Float64Array) => values.subarray(from, from + CANDLES)
    return given(featureRows({ closes: part(series.closes), volumes: part(series.volumes) }))
  })
}

/** Whether training, and whether its cuts alone, reached the best known likelihood of a window. */
interface Judged {
  readonly training: boolean
  readonly cuts: boolean
}

const judge = (rows: Rows, random: number): Judged => {
  const { logLikelihood } = given(train(rows, SETTINGS, null))
  const standard = standardise(rows, given(scalingOf(rows)))
  const [first, ...others] = startsOf(standard, 3, "diag").filter(({ name }) => !/^(spread|stretch)-/.test(name))
  const cuts = first === undefined ? null : search([first, ...others], standard, SETTINGS).best
  const best = Math.max(random, logLikelihood)
  const reached = (value: number | undefined) => value !== undefined && best - value <= REACHED * Math.abs(best)
  return { training: reached(logLikelihood), cuts: reached(cuts?.reached.logLikelihood) }
}

const timedTraining = (rows: Rows): Cost => timed(() => train(rows, SETTINGS, null))[1]

const timedTextbook = (rows: Rows): Cost => {
  const standard = standardise(rows, given(scalingOf(rows)))
  const model = startsOf(standard, 3, "diag")[0]!.model
  const lists = Array.from({ length: rows.count }, (_, t) =>
    Array.from(standard.values.subarray(t * rows.features, (t + 1) * rows.features))
  )
  return timed(() => textbookFit(textbookModel(model), lists, TEXTBOOK_ITERATIONS, SETTINGS.covariancePrior))[1]
}

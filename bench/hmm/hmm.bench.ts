/**
 * What does a fit of the regime model cost per row and iteration beside a textbook program that comes to the same
 * likelihood, and how long does one tick of the whole advisor take? The candles are made from a seed, with calm, rising
 * and falling stretches. It says nothing of how good the regimes are.
 */
import { candles } from "../../services/hmm-advisor/testing/rows.ts"
import { consensus } from "../../services/hmm-advisor/core/consensus.ts"
import { featureRows } from "../../services/hmm-advisor/core/features.ts"
import { DEFAULT_FIT, fit } from "../../services/hmm-advisor/core/hmm/fit.ts"
import type { Rows } from "../../services/hmm-advisor/core/hmm/linear/rows.ts"
import { readRegime } from "../../services/hmm-advisor/core/regime.ts"
import { isRefusal, type Refusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { scalingOf, standardise } from "../../services/hmm-advisor/core/training/scaling.ts"
import { startsOf } from "../../services/hmm-advisor/core/training/starts.ts"
import { DEFAULT_TRAINING, train } from "../../services/hmm-advisor/core/training/train.ts"
import { textbookFit, textbookModel } from "./hmmTextbook.ts"
import { type BenchResult, type Cost, figuresOf, timed } from "../result.ts"

const SEED = 7
const ROWS = 720
/** Fits per sample: one alone is over in a millisecond or two. */
const CLIMBS = 10
const TICK_CANDLES = 150
const INFERENCE = { inferenceWindow: 50, confidenceThreshold: 0.15, biasGain: 1, dampWeakModels: true }
/** A tolerance of 0 keeps climbing until rounding alone is left: up to 100 iterations. */
const LONG_CLIMB = { ...DEFAULT_FIT, tolerance: 0 }

/** Goals: at most 55 ns per row and iteration at 3 × 4, at most four times that at other sizes; a tick's p99 at most 1 ms. */
export const hmmBench = async ({ quick }: { readonly quick: boolean }): Promise<Array<BenchResult>> => {
  const raw = given(featureRows(candles(SEED, ROWS + 14)))
  const rows = standardise(raw, given(scalingOf(raw)))
  const runs = quick ? 3 : 15
  return [
    fitResult("HMM fit, 3 states × 4 features", rows, 3, runs),
    fitResult("HMM fit, 4 states × 4 features (any size)", rows, 4, runs),
    fitResult("HMM fit, 6 states × 4 features (any size)", rows, 6, runs),
    fitResult("HMM fit, 8 states × 4 features (the most that HMM_N_STATES allows)", rows, 8, runs),
    fitResult("HMM fit, 2 states × 3 features (any size)", without(rows, 3), 2, runs),
    tickResult(quick ? 200 : 2_000, runs)
  ]
}

const given = <A extends object>(result: A | Refusal): A => {
  if (isRefusal(result)) throw new Error(`hmm: ${result.reason}: ${result.detail}`)
  return result
}

const fitResult = (name: string, rows: Rows, states: number, runs: number): BenchResult => {
  const start = startsOf(rows, states, "diag")[0]!.model
  const climb = () => given(fit(start, rows, LONG_CLIMB))
  const { logLikelihoods } = climb()
  const iterations = logLikelihoods.length
  const lists = Array.from({ length: rows.count }, (_, t) =>
    Array.from(rows.values.subarray(t * rows.features, (t + 1) * rows.features))
  )
  const textbook = () => textbookFit(textbookModel(start), lists, iterations, LONG_CLIMB.covariancePrior)
  const reached = logLikelihoods.at(-1)!
  if (Math.abs(textbook() - reached) > 1e-9 * Math.abs(reached)) {
    throw new Error(`hmm: ${name} reaches ${reached}, the textbook's program ${textbook()}`)
  }
  // Both are compiled before either is timed.
  for (let i = 0; i < (runs < 15 ? 5 : 60); i++) climb()
  for (let i = 0; i < (runs < 15 ? 1 : 20); i++) textbook()
  const severalClimbs = () => {
    for (let i = 0; i < CLIMBS; i++) climb()
  }
  const costs: Array<Cost> = []
  const floor: Array<Cost> = []
  // The fit's last look, at the likelihood of what it found, is counted as half an iteration: it updates nothing.
  const perRow = (looks: number) => (ms: number) => (ms * 1e6) / rows.count / looks
  for (let run = 0; run < runs; run++) {
    costs.push(timed(severalClimbs)[1])
    floor.push(timed(textbook)[1])
  }
  return {
    name,
    unit: "ns per row and iteration",
    ...figuresOf(costs, perRow(CLIMBS * (iterations + 0.5))),
    baseline: { name: "textbook", ...figuresOf(floor, perRow(iterations)) },
    note: `seed ${SEED}, ${rows.count} rows, ${iterations} iterations`,
    checksum: String(reached)
  }
}

const tickResult = (ticks: number, runs: number): BenchResult => {
  const settings = { ...DEFAULT_TRAINING, states: 3, covarianceType: "diag", minimumRows: 500 } as const
  const trained = given(train(given(featureRows(candles(SEED, ROWS + 14))), settings, null))
  const minutes = candles(SEED + 1, TICK_CANDLES)
  const quarters = candles(SEED + 2, TICK_CANDLES)
  const tick = () =>
    consensus(
      readRegime(trained, featureRows(minutes), INFERENCE),
      readRegime(trained, featureRows(quarters), INFERENCE)
    )
  const expected = JSON.stringify(tick())
  for (let i = 0; i < ticks; i++) tick()
  const samples: Array<number> = []
  const [, { cpuMs }] = timed(() => {
    for (let run = 0; run < runs; run++) {
      const times = Float64Array.from({ length: ticks }, () => timed(tick)[1].wallMs).sort()
      samples.push(times[Math.floor(ticks * 0.99)]!)
    }
  })
  if (JSON.stringify(tick()) !== expected) throw new Error("hmm: a tick changed its answer")
  const note = `p99 of ${ticks} ticks: features of ${TICK_CANDLES} candles, ${INFERENCE.inferenceWindow}-row posterior, both timeframes, consensus`
  return {
    name: "advisor tick, p99 (CPU: the mean)",
    unit: "ms",
    samples,
    cpu: cpuMs / runs / ticks,
    note,
    checksum: expected
  }
}

/** Rows without one of their columns. */
const without = ({ count, features, values }: Rows, column: number): Rows => ({
  count,
  features: features - 1,
  values: values.filter((_, at) => at % features !== column)
})

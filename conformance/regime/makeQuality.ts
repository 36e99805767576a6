/**
 * `node conformance/regime/makeQuality.ts` writes the cases of quality: windows of the repository's month, and for each the
 * best likelihood that many random starts reach. What training reaches with its few fixed starts is held against that:
 * it comes as far in 22 of these 24 windows, and in 108 of 120.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { dataNear } from "../data.ts"
import { candlesOf, windowOf } from "./windows.ts"
import { randomNumbers } from "../../shared/core/random.ts"
import { DEFAULT_FIT, fit } from "../../services/hmm-advisor/core/hmm/fit.ts"
import type { HmmModel } from "../../services/hmm-advisor/core/hmm/model.ts"
import type { Rows } from "../../services/hmm-advisor/core/hmm/linear/rows.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"
import { scalingOf, standardise } from "../../services/hmm-advisor/core/training/scaling.ts"

const FILE = join(import.meta.dirname, "../cases/quant/hmm-6-quality.json.gz")
const RECORDING = "month"
const WINDOWS = 24
/** As many as a detector is trained with. */
const ROWS_PER_WINDOW = 720
const STARTS = 60
const SEED = 1
const STATES = 3

/** Three different rows as means, variance 1, and a random inclination to stay. `rows` hold standardised features. */
const randomStart = ({ count, features, values }: Rows, random: () => number): HmmModel => {
  const chosen = new Set<number>()
  while (chosen.size < STATES) chosen.add(Math.floor(random() * count))
  const staying = 0.5 + 0.49 * random()
  const leaving = (1 - staying) / (STATES - 1)
  return {
    states: STATES,
    features,
    covarianceType: "diag",
    start: Array.from({ length: STATES }, () => 1 / STATES),
    transition: Array.from({ length: STATES * STATES }, (_, at) => (at % (STATES + 1) === 0 ? staying : leaving)),
    means: [...chosen].flatMap((row) => [...values.subarray(row * features, (row + 1) * features)]),
    covariances: Array.from({ length: STATES * features }, () => 1)
  }
}

const bestOf = (rows: Rows, random: () => number): number => {
  const scaling = scalingOf(rows)
  if (isRefusal(scaling)) throw new Error(scaling.detail)
  const standard = standardise(rows, scaling)
  const fits = Array.from({ length: STARTS }, () => fit(randomStart(standard, random), standard, DEFAULT_FIT))
  return Math.max(...fits.flatMap((one) => (isRefusal(one) ? [] : [one.logLikelihood])))
}

const random = randomNumbers(SEED)
const candles = candlesOf(dataNear(FILE)(RECORDING), RECORDING)
const every = Math.floor((candles.closes.length - ROWS_PER_WINDOW) / (WINDOWS - 1))
const windows = Array.from({ length: WINDOWS }, (_, at) => {
  const rows = windowOf(candles, at * every, ROWS_PER_WINDOW)
  if (isRefusal(rows)) throw new Error(rows.detail)
  return { startRow: at * every, bestKnownLogLikelihood: bestOf(rows, random) }
})
const sets = [{ file: RECORDING, rowsPerWindow: ROWS_PER_WINDOW, randomStarts: STARTS, windows }]
writeFileSync(FILE, gzipSync(JSON.stringify({ name: "quality of the starts", sets }), { level: 9 }))

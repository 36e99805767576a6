/**
 * `node conformance/regime/makeQuality.ts` writes the cases of quality: windows of the repository's month, and for each the
 * best likelihood that many random starts reach. What training reaches is held against that: it comes as far in all of these.
 * `npm run bench -- hmmStarts` asks more windows and more starts.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { dataNear } from "../data.ts"
import { bestOfRandomStarts } from "./randomStarts.ts"
import { candlesOf, windowOf } from "./windows.ts"
import { randomNumbers } from "../../shared/core/random.ts"
import { isRefusal } from "../../services/hmm-advisor/core/training/refusal.ts"

const FILE = join(import.meta.dirname, "../cases/quant/hmm-6-quality.json.gz")
const RECORDING = "month"
const WINDOWS = 24
/** As many as a detector is trained with. */
const ROWS_PER_WINDOW = 720
const STARTS = 60
const SEED = 1
const random = randomNumbers(SEED)
const candles = candlesOf(dataNear(FILE)(RECORDING), RECORDING)
const every = Math.floor((candles.closes.length - ROWS_PER_WINDOW) / (WINDOWS - 1))
const windows = Array.from({ length: WINDOWS }, (_, at) => {
  const rows = windowOf(candles, at * every, ROWS_PER_WINDOW)
  if (isRefusal(rows)) throw new Error(rows.detail)
  return { startRow: at * every, bestKnownLogLikelihood: bestOfRandomStarts(rows, STARTS, random) }
})
const sets = [{ file: RECORDING, rowsPerWindow: ROWS_PER_WINDOW, randomStarts: STARTS, windows }]
writeFileSync(FILE, gzipSync(JSON.stringify({ name: "quality of the starts", sets }), { level: 9 }))

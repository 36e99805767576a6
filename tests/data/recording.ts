/** The month that tests play: ours, or another one. A missing file is an error, never a test left out. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { readRecording } from "../../services/exchange-sim/testing/recording.ts"

/** One-minute candles, oldest first, of the month that comes with the repository, or of a packed file in the same form. */
export const candlesOf = (file: string = join(import.meta.dirname, "month.csv.gz")): ReadonlyArray<CandleRow> => {
  const recording = readRecording(file, gunzipSync(readFileSync(file)).toString("utf8"))
  if (recording.kind !== "candles") throw new Error(`${file} holds trades, not candles`)
  return recording.rows
}

/** The candles that the simulations play: `KENNEL_RECORDING` names a file, else it is the repository's month. */
export const monthToPlay = (): ReadonlyArray<CandleRow> => candlesOf(process.env["KENNEL_RECORDING"] || undefined)

/** How many quarters of an hour without a hole the slow detector of the regime advisor is trained with. */
const TRAINING_MS = 720 * 15 * 60_000
const DAY_MS = 86_400_000

/**
 * The midnight (Unix milliseconds) from which `days` days rise and then fall the most: by the price at their middle over that
 * at either end. Before it lie enough candles to train a regime model with. Throws where a recording is too short.
 */
export const riseAndFall = (rows: ReadonlyArray<CandleRow>, days: number): number => {
  const opens = new Map(rows.map(({ timeMs, open }) => [timeMs, Number(open)]))
  const resumes = rows.findLast(({ timeMs }, at) => at === 0 || timeMs - (rows[at - 1]?.timeMs ?? 0) > 60_000)
  const midnights = Math.ceil(((resumes?.timeMs ?? 0) + TRAINING_MS) / DAY_MS)
  let best = { fromMs: Number.NaN, height: 0 }
  for (let fromMs = midnights * DAY_MS; opens.has(fromMs); fromMs += DAY_MS) {
    const [from, middle, to] = [0, days / 2, days].map((day) => opens.get(fromMs + day * DAY_MS) ?? Number.NaN)
    const height = (middle ?? 0) ** 2 / ((from ?? 0) * (to ?? 0))
    if (height > best.height) best = { fromMs, height }
  }
  if (Number.isNaN(best.fromMs)) throw new Error(`no ${days} days follow ${TRAINING_MS / DAY_MS} days without a hole`)
  return best.fromMs
}

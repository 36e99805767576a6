/**
 * What makes a recording of one-minute candles look real, in figures. `node tests/data/statistics.ts <candles.csv.gz>…`
 * prints a table with a column for each file; without a file it describes `month.csv.gz`.
 */
import { basename, join } from "node:path"
import { mean, standardDeviation, sumNthPowerDeviations, variance } from "simple-statistics"
import type { CandleRow } from "../../services/exchange-sim/core/market/rows.ts"
import { readRecording } from "../../services/exchange-sim/testing/recording.ts"
import { Price, Volume } from "../../shared/core/decimal/decimal.ts"
import { readText } from "../../shared/files/textFile.ts"

const MINUTE_MS = 60_000
const HOUR = 60
const DAY = 24 * HOUR

/** A figure by its name, with the text that a reader wants to see. */
export type Figure = readonly [name: string, text: string]

/** Returns are of closes, one minute apart, in basis points (0.01 %); none is taken across a gap. */
export const statisticsOf = (rows: ReadonlyArray<CandleRow>): ReadonlyArray<Figure> => {
  const closes = rows.map(({ close }) => Price.toNumber(close))
  const returns = stretchesOf(rows).map(([from, to]) => changes(closes.slice(from, to)))
  const all = returns.flat()
  const far = 4 * standardDeviation(all)
  const sizes = returns.map((some) => some.map(Math.abs))
  const volumes = rows.map(({ volume }) => Volume.toNumber(volume))
  const rootVolumes = stretchesOf(rows).map(([from, to]) => volumes.slice(from, to).map(Math.sqrt))
  const hours = inPieces(returns, HOUR).map(standardDeviation).sort(ascending)
  const quarters = stretchesOf(rows).map(([from, to]) =>
    changes(closes.slice(from, to).filter((_, at) => at % 15 === 0))
  )
  return [
    ["candles", String(rows.length)],
    ["missing minutes (longest gap)", gapsOf(rows)],
    ["first → last close", `${closes[0]} → ${closes.at(-1)}`],
    ["lowest, highest", [extreme(rows, "low", Math.min), extreme(rows, "high", Math.max)].join(", ")],
    ["deepest fall from a high", `${(deepestFall(closes) * 100).toFixed(0)} %`],
    [
      "opens with more than 5 decimals",
      percent(rows.filter(({ open }) => Price.format(open).length > "0.12345".length).length / rows.length)
    ],
    ["deviation of a minute's return", bp(standardDeviation(all))],
    ["… of the calmest tenth of hours", bp(quantile(hours, 0.1))],
    ["… of the middle hour", bp(quantile(hours, 0.5))],
    ["… of the wildest tenth of hours", bp(quantile(hours, 0.9))],
    ["… of the wildest hour", bp(quantile(hours, 1))],
    ["deviation of a quarter hour's return", bp(standardDeviation(quarters.flat()))],
    ["excess kurtosis, 1 min", kurtosis(all).toFixed(1)],
    ["excess kurtosis, 15 min", kurtosis(quarters.flat()).toFixed(1)],
    ["largest fall, rise of a minute", `${bp(Math.min(...all))}, ${bp(Math.max(...all))}`],
    ["minutes beyond 4 deviations", percent(all.filter((one) => Math.abs(one) > far).length / all.length, 2)],
    ["autocorrelation of returns, lag 1 min", correlation(returns, 1).toFixed(2)],
    ["… of their sizes, lag 1 min", correlation(sizes, 1).toFixed(2)],
    ["… lag 10 min", correlation(sizes, 10).toFixed(2)],
    ["… lag 1 h", correlation(sizes, HOUR).toFixed(2)],
    ["… lag 6 h", correlation(sizes, 6 * HOUR).toFixed(2)],
    ["… lag 24 h", correlation(sizes, DAY).toFixed(2)],
    ["high − low of a candle, mean", bp(mean(rows.map(rangeOf)))],
    ["open away from the close before, mean", bp(mean(jumps(rows)))],
    [
      "volume of a candle, mean, middle",
      `${millions(mean(volumes))}, ${millions(quantile(volumes.toSorted(ascending), 0.5))}`
    ],
    ["autocorrelation of √volume, lag 1 min", correlation(rootVolumes, 1).toFixed(2)],
    ["busiest hour of the day to the quietest", dayShape(rows, volumes).toFixed(1)]
  ]
}

const ascending = (a: number, b: number): number => a - b
/** The nearest of the values, as the figures of the real month were taken, which is no longer at hand. */
const quantile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
/** Of the values themselves, not an estimate for more of them. */
const kurtosis = (values: ReadonlyArray<number>): number =>
  sumNthPowerDeviations(values, 4) / values.length / variance(values) ** 2 - 3

const bp = (share: number): string => `${(share * 10_000).toFixed(1)} bp`
const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`
const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`

/** From and up to which row minutes follow each other. */
const stretchesOf = (rows: ReadonlyArray<CandleRow>): ReadonlyArray<readonly [from: number, to: number]> => {
  const starts = rows.flatMap((row, at) => (row.timeMs - (rows[at - 1]?.timeMs ?? 0) === MINUTE_MS ? [] : [at]))
  return starts.map((from, at) => [from, starts[at + 1] ?? rows.length])
}

const gapsOf = (rows: ReadonlyArray<CandleRow>): string => {
  const gaps = rows.slice(1).map((row, at) => (row.timeMs - (rows[at]?.timeMs ?? 0)) / MINUTE_MS - 1)
  return `${gaps.reduce((sum, gap) => sum + gap, 0)} (${Math.max(...gaps)})`
}

const changes = (prices: ReadonlyArray<number>): ReadonlyArray<number> =>
  prices.slice(1).map((price, at) => Math.log(price / (prices[at] ?? price)))

/** Whole pieces of each stretch; what is left at its end is dropped. */
const inPieces = (stretches: ReadonlyArray<ReadonlyArray<number>>, length: number): Array<ReadonlyArray<number>> =>
  stretches.flatMap((some) =>
    Array.from({ length: Math.floor(some.length / length) }, (_, at) => some.slice(at * length, (at + 1) * length))
  )

/** Of values `lag` apart in one stretch. */
const correlation = (stretches: ReadonlyArray<ReadonlyArray<number>>, lag: number): number => {
  const middle = mean(stretches.flat())
  const pairs = stretches.flatMap((some) =>
    some.slice(lag).map((value, at) => (value - middle) * ((some[at] ?? middle) - middle))
  )
  return mean(pairs) / variance(stretches.flat())
}

const extreme = (rows: ReadonlyArray<CandleRow>, field: "low" | "high", of: (a: number, b: number) => number): number =>
  rows.map((row) => Price.toNumber(row[field])).reduce((a, b) => of(a, b))

const deepestFall = (closes: ReadonlyArray<number>): number => {
  let high = 0
  let deepest = 0
  for (const close of closes) {
    high = Math.max(high, close)
    deepest = Math.max(deepest, 1 - close / high)
  }
  return deepest
}

const rangeOf = ({ high, low, close }: CandleRow): number =>
  (Price.toNumber(high) - Price.toNumber(low)) / Price.toNumber(close)

const jumps = (rows: ReadonlyArray<CandleRow>): ReadonlyArray<number> =>
  rows.slice(1).flatMap((row, at) => {
    const before = rows[at]
    if (before === undefined || row.timeMs - before.timeMs !== MINUTE_MS) return []
    return [Math.abs(Price.toNumber(row.open) / Price.toNumber(before.close) - 1)]
  })

/** Mean volume of the busiest of the 24 hours of the day over that of the quietest. */
const dayShape = (rows: ReadonlyArray<CandleRow>, volumes: ReadonlyArray<number>): number => {
  const sums = Array.from({ length: 24 }, () => ({ sum: 0, count: 0 }))
  rows.forEach(({ timeMs }, at) => {
    const hour = sums[new Date(timeMs).getUTCHours()]
    if (hour === undefined) return
    hour.sum += volumes[at] ?? 0
    hour.count++
  })
  const means = sums.flatMap(({ sum, count }) => (count === 0 ? [] : [sum / count]))
  return Math.max(...means) / Math.min(...means)
}

if (import.meta.main) {
  const files = process.argv.length > 2 ? process.argv.slice(2) : [join(import.meta.dirname, "month.csv.gz")]
  const columns: Array<ReadonlyArray<Figure>> = []
  for (const file of files) {
    const recording = readRecording(file, await readText(file))
    if (recording.kind !== "candles") throw new Error(`${file} holds trades; statistics are of candles`)
    columns.push(statisticsOf(recording.rows))
  }
  const line = (cells: ReadonlyArray<string>): void => void process.stdout.write(`| ${cells.join(" | ")} |\n`)
  line(["", ...files.map((file) => basename(file, ".csv.gz"))])
  line(["---", ...files.map(() => "---:")])
  columns[0]?.forEach(([name], at) => line([name, ...columns.map((column) => column[at]?.[1] ?? "")]))
}

/**
 * `npm run bench [-- --quick] [-- --json] [name…]`: what is measured, with medians and spread, each beside its baseline
 * from the same run. Ratios are the result; absolute figures belong to the machine and the minute.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { parseArgs } from "node:util"
import { median } from "simple-statistics"
import { table } from "../cli/shared/table.ts"
import { messageOf } from "../shared/core/messageOf.ts"
import { backtestBench } from "./backtest/backtest.bench.ts"
import { candlesBench } from "./candles/candles.bench.ts"
import { besideBench } from "./context/beside.bench.ts"
import { contextBench } from "./context/context.bench.ts"
import { scanBench } from "./context/scan.bench.ts"
import { hmmBench } from "./hmm.bench.ts"
import { hmmRetrainBench } from "./hmmRetrain.bench.ts"
import { hmmStartsBench } from "./hmmStarts.bench.ts"
import { hotPathBench } from "./hotPath.bench.ts"
import { journalBench } from "./journal.bench.ts"
import { longLifeBench } from "./longLife/longLife.bench.ts"
import { manySlotsBench } from "./longLife/manySlots.bench.ts"
import { pastBench } from "./longLife/past.bench.ts"
import { moneyBench } from "./money.bench.ts"
import { httpBench } from "./pages/http.bench.ts"
import { framesBench } from "./pages/frames.bench.ts"
import { pagesBench } from "./pages/pages.bench.ts"
import { openingBench } from "./opening/opening.bench.ts"
import { recoveryBench } from "./recovery.bench.ts"
import type { BenchResult } from "./result.ts"
import { signingBench } from "./signing/signing.bench.ts"
import { slotFoldBench } from "./slotFold.bench.ts"
import { storeBench } from "./store.bench.ts"

const BENCHES = {
  slotFold: slotFoldBench,
  backtest: backtestBench,
  money: moneyBench,
  journal: journalBench,
  opening: openingBench,
  recovery: recoveryBench,
  longLife: longLifeBench,
  manySlots: manySlotsBench,
  past: pastBench,
  hotPath: hotPathBench,
  hmm: hmmBench,
  hmmRetrain: hmmRetrainBench,
  hmmStarts: hmmStartsBench,
  candles: candlesBench,
  context: contextBench,
  contextScan: scanBench,
  contextBeside: besideBench,
  signing: signingBench,
  http: httpBench,
  pages: pagesBench,
  frames: framesBench,
  store: storeBench
} as const
type Name = keyof typeof BENCHES

/** What is printed and written for one measurement. `ratio` is its median over the baseline's. */
const summarise = ({ name, unit, samples, baseline, note, checksum }: BenchResult) => ({
  name,
  unit,
  median: median(samples),
  min: Math.min(...samples),
  max: Math.max(...samples),
  runs: samples.length,
  ...(baseline === undefined
    ? {}
    : {
        baseline: baseline.name,
        baselineMedian: median(baseline.samples),
        ratio: median(samples) / median(baseline.samples)
      }),
  ...(note === undefined ? {} : { note }),
  ...(checksum === undefined ? {} : { checksum })
})

const figure = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en") : value >= 10 ? value.toFixed(1) : value.toPrecision(3)

const figures = (rows: ReadonlyArray<ReturnType<typeof summarise>>): string =>
  table([
    ["what", "median", "min … max", "unit", "× baseline"],
    ...rows.map((row) => [
      row.name,
      figure(row.median),
      `${figure(row.min)} … ${figure(row.max)}`,
      row.unit,
      row.ratio === undefined
        ? ""
        : `${row.ratio.toFixed(2)} of ${row.baseline} (${figure(row.baselineMedian ?? Number.NaN)})`
    ])
  ])

const OPTIONS = { quick: { type: "boolean" }, json: { type: "boolean" }, help: { type: "boolean" } } as const
const NAMED = Object.keys(BENCHES).join(", ")
const { values, positionals } = (() => {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true })
  } catch (error) {
    process.stderr.write(`bench: ${messageOf(error)}\n`)
    return process.exit(1)
  }
})()
if (values.help === true) {
  process.stdout.write(`npm run bench -- [--quick] [--json] [name …]; all of them when none is named:\n${NAMED}\n`)
  process.exit(0)
}
const unknown = positionals.filter((name) => !(name in BENCHES))
if (unknown.length > 0) {
  process.stderr.write(`bench: no benchmark ${unknown.join(", ")}; there are ${NAMED}\n`)
  process.exit(1)
}
const names = (positionals.length > 0 ? positionals : Object.keys(BENCHES)) as ReadonlyArray<Name>
const rows: Array<ReturnType<typeof summarise>> = []
for (const name of names) {
  process.stderr.write(`bench: ${name} …\n`)
  rows.push(...(await BENCHES[name]({ quick: values.quick === true })).map(summarise))
}
process.stdout.write(
  values.json === true ? `${JSON.stringify({ node: process.version, rows }, null, 2)}\n` : `${figures(rows)}\n`
)
for (const row of values.json === true ? [] : rows)
  if (row.note !== undefined) process.stdout.write(`\n${row.name}: ${row.note}`)
if (values.json !== true) process.stdout.write("\n")

/**
 * `npm run bench [-- --quick] [-- --json] [-- name…]`: what is measured, with medians and spread, each beside its baseline
 * from the same run. Ratios are the result; absolute figures belong to the machine and the minute. `--all` measures everything and
 * writes docs/performance.md.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { messageOf } from "../shared/core/messageOf.ts"
import { BENCHES } from "./benches.ts"
import { asDocument, asText, type Row, rowOf } from "./report.ts"
import type { BenchSize } from "./result.ts"

const OPTIONS = {
  quick: { type: "boolean" },
  json: { type: "boolean" },
  all: { type: "boolean" },
  records: { type: "string" },
  without: { type: "string" },
  help: { type: "boolean" }
} as const
const NAMED = Object.keys(BENCHES).join(", ")
const HELP = `npm run bench -- [--quick] [--json] [--records <number>] [name …]
npm run bench -- --all   all of it, which takes some ten minutes, and docs/performance.md from it

--records   length of the longest journal that is made: 1e6 when left out
--without   names that --all leaves out, with commas between them: hmmStarts,hmmRetrain,contextScan take longest
names       ${NAMED}
`

const refuse = (problem: string): never => {
  process.stderr.write(`bench: ${problem}\n`)
  return process.exit(1)
}

const { values, positionals } = (() => {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return refuse(messageOf(error))
  }
})()
if (values.help === true) {
  process.stdout.write(HELP)
  process.exit(0)
}
const without = values.without === undefined ? [] : values.without.split(",")
const unknown = [...positionals, ...without].filter((name) => !(name in BENCHES))
if (unknown.length > 0) refuse(`no benchmark ${unknown.join(", ")}; there are ${NAMED}`)
if (values.all === true && positionals.length > 0) refuse("--all measures everything: leave the names out")

const recordsOf = (text: string): number => {
  const records = Number(text)
  return Number.isInteger(records) && records >= 10_000 && records <= 1e8
    ? records
    : refuse(`--records is ${text}, expected a whole number from 10,000 to 100,000,000 such as 1e7`)
}
const size: BenchSize = {
  quick: values.quick === true,
  ...(values.records === undefined ? {} : { records: recordsOf(values.records) })
}

const load = (): number => loadavg()[0] ?? Number.NaN
const [startedMs, loadBefore] = [Date.now(), load()]
const rows: Array<Row> = []
const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES)
for (const name of wanted.filter((one) => !without.includes(one))) {
  const began = performance.now()
  rows.push(...((await BENCHES[name]?.(size)) ?? []).map(rowOf))
  process.stderr.write(`bench: ${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s\n`)
}
process.stdout.write(
  values.json === true ? `${JSON.stringify({ node: process.version, rows }, null, 2)}\n` : `${asText(rows)}\n`
)
if (values.all === true && !size.quick) {
  const [cpu] = cpus()
  const machine = {
    date: new Date(startedMs).toISOString().slice(0, 10),
    node: process.version,
    cpu: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: totalmem() / 1e9,
    load: [loadBefore, load()],
    minutes: (Date.now() - startedMs) / 60_000
  } as const
  const asked = (["records", "without"] as const).flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [` --${name} ${value}`]
  })
  const command = `npm run bench -- --all${asked.join("")}`
  writeFileSync(join(import.meta.dirname, "../docs/performance.md"), asDocument(rows, machine, command))
}

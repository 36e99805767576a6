/** What benchmarks have found, as tables: for a terminal, and for docs/performance.md. Everything in a table is made from the results. */
import { median, quantile } from "simple-statistics"
import { table } from "../cli/shared/table.ts"
import type { BenchResult, Growth } from "./result.ts"

type Cells = ReadonlyArray<string>

/** What is kept of one result, as `--json` prints it. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
  /** The same figure by CPU time. */
  readonly cpu?: number
  readonly baseline?: { readonly name: string; readonly median: number; readonly cpu?: number }
  /** The median over the baseline's; of pairs the median of their ratios. */
  readonly ratio?: number
  /** Of pairs: the middle half of their ratios. */
  readonly ratioFrom?: number
  readonly ratioTo?: number
  /** The same of the figures by CPU time. */
  readonly cpuRatio?: number
  readonly growth?: Growth
  readonly note?: string
  readonly checksum?: string
}

const ratioOf = (samples: ReadonlyArray<number>, baseline: NonNullable<BenchResult["baseline"]>) => {
  if (baseline.paired !== true) return { ratio: median([...samples]) / median([...baseline.samples]) }
  const ratios = samples.map((sample, at) => sample / (baseline.samples[at] ?? Number.NaN))
  return { ratio: median(ratios), ratioFrom: quantile(ratios, 0.25), ratioTo: quantile(ratios, 0.75) }
}

/** One result in figures. */
export const rowOf = ({ samples, baseline, ...result }: BenchResult): Row => {
  const middle = median([...samples])
  const floor = baseline === undefined ? undefined : median([...baseline.samples])
  return {
    ...result,
    median: middle,
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
    ...(baseline === undefined || floor === undefined
      ? {}
      : {
          baseline: {
            name: baseline.name,
            median: floor,
            ...(baseline.cpu === undefined ? {} : { cpu: baseline.cpu })
          },
          ...ratioOf(samples, baseline),
          ...(baseline.cpu === undefined || result.cpu === undefined ? {} : { cpuRatio: result.cpu / baseline.cpu })
        })
  }
}

const figure = (value: number | undefined): string => {
  if (value === undefined) return ""
  return value >= 1_000 ? Math.round(value).toLocaleString("en") : value >= 10 ? value.toFixed(1) : value.toPrecision(3)
}

const ratio = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(2))

const HEAD: Cells = ["work", "unit", "ours", "min … max", "CPU", "beside", "its", "its CPU", "ratio", "CPU ratio"]

const cellsOf = (row: Row): Cells => [
  row.name,
  row.unit,
  figure(row.median),
  row.runs === 1 ? "" : `${figure(row.min)} … ${figure(row.max)}`,
  figure(row.cpu),
  row.baseline?.name ?? "",
  figure(row.baseline?.median),
  figure(row.baseline?.cpu),
  row.ratioFrom === undefined
    ? ratio(row.ratio)
    : `${ratio(row.ratio)} (${ratio(row.ratioFrom)} … ${ratio(row.ratioTo)})`,
  ratio(row.cpuRatio)
]

/** How each thing grows: its figure at each size, by CPU time where that is known; and what the whole step from the least to the most makes of it. */
const growthCells = (rows: ReadonlyArray<Row>): ReadonlyArray<Cells> => {
  const series = new Map<string, Array<{ readonly growth: Growth; readonly row: Row }>>()
  for (const row of rows) {
    if (row.growth === undefined) continue
    const { what, by } = row.growth
    const key = `${what} ${by}`
    series.set(key, [...(series.get(key) ?? []), { growth: row.growth, row }])
  }
  return [...series.values()].map((points) => {
    const sorted = points.toSorted((a, b) => a.growth.size - b.growth.size)
    const value = ({ row }: { readonly row: Row }) => row.cpu ?? row.median
    const [first, last] = [sorted.at(0), sorted.at(-1)]
    const times = first === undefined || last === undefined ? Number.NaN : value(last) / value(first)
    const sizes = first === undefined || last === undefined ? Number.NaN : last.growth.size / first.growth.size
    return [
      first?.growth.what ?? "",
      `${first?.row.unit ?? ""}${first?.row.cpu === undefined ? "" : ", CPU"}`,
      sorted.map((point) => `${figure(value(point))} at ${point.growth.size.toLocaleString("en")}`).join(", "),
      first?.growth.by ?? "",
      `× ${times.toFixed(2)} for × ${figure(sizes)}`
    ]
  })
}

const GROWTH_HEAD: Cells = ["what grows", "unit", "figures", "by", "from the least to the most"]

const notesOf = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => [
  ...new Set(rows.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`])))
]

/** For a terminal. */
export const asText = (rows: ReadonlyArray<Row>): string => {
  const growth = growthCells(rows)
  const grown = growth.length === 0 ? [] : ["", table([GROWTH_HEAD, ...growth])]
  return [table([HEAD, ...rows.map(cellsOf)]), ...grown, "", ...notesOf(rows)].join("\n")
}

const markdown = (head: Cells, rows: ReadonlyArray<Cells>): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

/** Where and when it was measured. */
export interface Machine {
  readonly date: string
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  /** Processes that wanted a core, a minute's mean, before and after. */
  readonly load: readonly [before: number, after: number]
  readonly minutes: number
}

/** docs/performance.md: all of it. `command`: what was typed. */
export const asDocument = (rows: ReadonlyArray<Row>, machine: Machine, command: string): string => {
  const { date, node, cpu, cores, memoryGb, load, minutes } = machine
  return `# Performance

Written by \`${command}\` on ${date}, in ${minutes.toFixed(0)} minutes: Node ${node}, ${cores} cores (${cpu}), ${memoryGb.toFixed(0)} GB. The machine's load was
${load[0].toFixed(1)} before and ${load[1].toFixed(1)} after${load[0] > cores * 0.5 ? ": it did other work at the same time, so believe ratios and CPU time, not the clock" : ""}.

- **ours** is the median of the timed runs by the clock on the wall; **CPU** is the same figure by the time that all threads of this process
  worked. A server beside it (NATS, PostgreSQL) is in neither.
- **beside** is the floor or the peer that did the same in the same run, **ratio** ours over its. Of rates more is better, of times less.
- \`npm run bench -- <name …>\` measures single things; what each measures, and what it does not say, stands at the head of its file in
  \`bench/\`. \`--records 1e7\` makes the longest journal ten million records long.
- Other people's event stores are measured where they are installed: \`npm ci --prefix bench/peers\`.

## All of it

${markdown(HEAD, rows.map(cellsOf))}

## How it grows

${markdown(GROWTH_HEAD, growthCells(rows))}

## Notes

${notesOf(rows)
  .map((note) => `- ${note}`)
  .join("\n")}
`
}

/** The quantitative reference values, and that the comparison notices a wrong one. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"
import { caseFiles, readCaseFile } from "./cases.ts"
import { runConformance } from "./run.ts"

const files = caseFiles().filter((file) => file.includes("quant"))

const run = async (file: string) => {
  const lines: Array<string> = []
  const { exitCode } = await runConformance([file], (line) => lines.push(line))
  return { exitCode, lines }
}

/** Runs a document made for the purpose. */
const runMade = async (name: string, document: unknown) => {
  const folder = mkdtempSync(join(tmpdir(), "kennel-quant-"))
  try {
    const file = join(folder, name)
    writeFileSync(file, JSON.stringify(document))
    return await run(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const read = (name: string) => JSON.parse(readCaseFile(`quant/${name}`))

/** A document with every number under `expected…` a little off. */
const spoiled = (value: unknown, inside = false): unknown => {
  if (typeof value === "number") return inside ? value + 0.001 : value
  if (Array.isArray(value)) return value.map((item) => spoiled(item, inside))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, spoiled(item, inside || key.startsWith("expected"))])
  )
}

describe("the quantitative reference values", () => {
  it.each(files)("%s holds", async (file) => {
    const { exitCode, lines } = await run(file)
    expect(lines.join("\n")).toMatch(/ 0 failed$/)
    expect(exitCode).toBe(0)
  })

  it("training reaches the best known likelihood in nineteen windows of twenty, and would be told if it did not", async () => {
    const { sets, ...rest } = read("hmm-6-quality.json.gz")
    const raised = (share: number) =>
      sets.map((set: { windows: ReadonlyArray<{ bestKnownLogLikelihood: number }> }) => ({
        ...set,
        windows: set.windows.map((window) => ({
          ...window,
          bestKnownLogLikelihood: window.bestKnownLogLikelihood + share * Math.abs(window.bestKnownLogLikelihood)
        }))
      }))
    expect((await runMade("same.json", { ...rest, sets: raised(0) })).exitCode).toBe(0)
    expect((await runMade("raised.json", { ...rest, sets: raised(0.001) })).exitCode).toBe(1)
  })

  // These two have no figures under `expected`.
  const figured = files.filter((file) => !/rebalancer|quality/.test(file))
  it.each(figured)("%s would notice a wrong figure", async (file) => {
    const name = basename(file)
    expect((await runMade(basename(name, ".gz"), spoiled(read(name)))).exitCode).toBe(1)
  })

  it("a reading is judged with or without the order of the states beside it", async () => {
    const { expected, inference, ...rest } = read("hmm-2-candles.json.gz")
    const { stateOrderByFeature: _order, labels: _labels, ...fitted } = expected
    expect((await runMade("a.json", { ...rest, expected: fitted, inference })).exitCode).toBe(0)
    const steps = inference.steps.map((step: object) => ({ ...step, confidence: 0.5 }))
    expect((await runMade("b.json", { ...rest, expected: fitted, inference: { ...inference, steps } })).exitCode).toBe(
      1
    )
  })
})

/** The quantitative reference values, where they are at hand, and that the comparison notices a wrong one. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { runConformance } from "../cli/conformance.ts"

const FOLDER = "../shared/reference/quant"
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith(".json")) : []
if (files.length === 0) process.stderr.write(`tests skipped: no reference values in ${FOLDER}\n`)

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
const read = (name: string) => JSON.parse(readFileSync(join(FOLDER, name), "utf8"))

/** The same document with every number under `expected…` a little off. */
const spoiled = (value: unknown, inside = false): unknown => {
  if (typeof value === "number") return inside ? value + 0.001 : value
  if (Array.isArray(value)) return value.map((item) => spoiled(item, inside))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, spoiled(item, inside || key.startsWith("expected"))])
  )
}

describe.runIf(files.length > 0)("the quantitative reference values", () => {
  it.each(files)("%s holds", async (name) => {
    const { exitCode, lines } = await run(join(FOLDER, name))
    expect(lines.join("\n")).toMatch(/ 0 failed$/)
    expect(exitCode).toBe(0)
  })

  it.each(files.filter((name) => !/quality|rebalancer/.test(name)))("%s would notice a wrong figure", async (name) => {
    expect((await runMade(name, spoiled(read(name)))).exitCode).toBe(1)
  })

  it("a reading is judged with or without the order of the states beside it", async () => {
    const { expected, inference, ...rest } = read("hmm-2-candles.json")
    const { stateOrderByFeature: _order, labels: _labels, ...fitted } = expected
    expect((await runMade("a.json", { ...rest, expected: fitted, inference })).exitCode).toBe(0)
    const steps = inference.steps.map((step: object) => ({ ...step, confidence: 0.5 }))
    expect((await runMade("b.json", { ...rest, expected: fitted, inference: { ...inference, steps } })).exitCode).toBe(
      1
    )
  })
})

import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { caseFiles } from "./cases.ts"
import { runConformance } from "./run.ts"

const good = {
  name: "tiny",
  config: { entry_pct: 1 },
  initial: { market_price: 1, now: 100 },
  steps: [
    { op: "event", event: { type: "TimerTick", timestamp: 101 }, order_size_usd: 2, actions: [], state: { now: 101 } }
  ]
}
const wrong = {
  ...good,
  name: "off",
  steps: [{ ...good.steps[0], state: { now: 102, cycle_a: 2, cycle_b: 2, phase: "S2" } }]
}

describe("kennel conformance", () => {
  let folder = ""
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kennel-conformance-"))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const run = async (name: string, content: string | Uint8Array) => {
    const file = join(folder, name)
    await writeFile(file, content)
    const lines: Array<string> = []
    const { exitCode } = await runConformance([file], (line) => lines.push(line.replaceAll(`${folder}/`, "")))
    return { exitCode, lines }
  }
  const jsonl = (...cases: ReadonlyArray<unknown>) => cases.map((one) => JSON.stringify(one)).join("\n")

  it("counts what passed, packed or not", async () => {
    expect(await run("a.jsonl", jsonl(good, good))).toEqual({ exitCode: 0, lines: ["a.jsonl: 2 passed, 0 failed"] })
    expect(await run("b.jsonl.gz", gzipSync(jsonl(good)))).toEqual({
      exitCode: 0,
      lines: ["b.jsonl.gz: 1 passed, 0 failed"]
    })
  })

  it("shows the first differences of a failed case", async () => {
    expect(await run("c.jsonl", jsonl(good, wrong))).toEqual({
      exitCode: 1,
      lines: [
        "c.jsonl: off (line 2) failed",
        "  step 0, state.now: expected 102, got 101",
        "  step 0, state.cycle_a: expected 2, got 1",
        "  step 0, state.cycle_b: expected 2, got 1",
        "  … and 1 more differences",
        "c.jsonl: 1 passed, 1 failed"
      ]
    })
  })

  it("reads a document of several cases, which share what stands beside them", async () => {
    const look = { now: 100, price: 0.1, idle_ratio: 0.5 }
    const document = {
      config: { REBALANCE_TARGET_IDLE_PCT: 0.5 },
      cases: [
        { name: "still", steps: [{ ...look, skew: 0 }] },
        { name: "own settings", config: { REBALANCE_TARGET_IDLE_PCT: 0.4 }, steps: [{ ...look, target: 0.5 }] }
      ]
    }
    const lines = [
      "h.json: own settings (the document, case 2) failed",
      "  step 0, target: expected 0.5, got 0.4",
      "h.json: 1 passed, 1 failed"
    ]
    expect(await run("h.json", JSON.stringify(document, null, 2))).toEqual({ exitCode: 1, lines })
    expect((await run("h.json.gz", gzipSync(JSON.stringify(document)))).exitCode).toBe(1)
    expect((await run("h.jsonl", jsonl(document, good))).lines.at(-1)).toBe("h.jsonl: 2 passed, 1 failed")
  })

  it.each([
    ["d.json", "{", 2, /^d\.json: the document is no JSON/],
    ["e.json", '{"cases":[]}', 2, /^e\.json: holds no case/],
    ["f.json", '{"cases":[1]}', 1, /^f\.json: the document, case 1 \(the document, case 1\) failed/],
    ["d.jsonl", "{", 2, /^d\.jsonl: line 1 is no JSON/],
    ["e.jsonl", "", 2, /^e\.jsonl: holds no case/],
    ["f.jsonl.gz", "plain", 2, /^f\.jsonl\.gz: is not a gzip file/],
    ["g.jsonl", "{}", 1, /^g\.jsonl: line 1 \(line 1\) failed/]
  ])("says what is wrong with %s", async (name, content, exitCode, message) => {
    const result = await run(name, content)
    expect(result.exitCode).toBe(exitCode)
    expect(result.lines[0]).toMatch(message)
  })

  it("names the fields of a case that nothing looks at, so that a pass is not taken for more", async () => {
    const silent = { regime: "RANGING", confidence: 0, biasSignal: 0 }
    const two = { oneMinute: null, fifteenMinute: null, expected: { ...silent, agreement: "none" } }
    expect(await run("i.json", JSON.stringify(two))).toEqual({
      exitCode: 0,
      lines: ["i.json: not compared: expected.agreement", "i.json: 1 passed, 0 failed"]
    })
  })

  const reading = { regime: "BULLISH", confidence: 0.5, biasSignal: 0.5 }
  const parameters = { start: [1], transition: [[1]], means: [[0]], variances: [[1]] }
  const options = { maxIterations: 1, tolerance: 0, covarsPrior: 0.01 }
  const candle = [0, 1, 1, 1, 1, 1]
  it.each([
    ["another document", { hello: 1 }, "is no case of a known kind; it has hello"],
    ["a missing detector", { oneMinute: reading, expected: reading }, "case.fifteenMinute is missing; it may be null"],
    ["a fit without a start", { options, observations: [[1]] }, "case.initial must be an object, is missing"],
    [
      "an option of a fit that is missing",
      { initial: parameters, options: {}, observations: [[1]] },
      "case.options.maxIterations must be a"
    ],
    [
      "a fit of another covariance type, whose variances are no rows",
      { options: { ...options, covarianceType: "full" }, observations: [[1]] },
      'case.options.covarianceType must be one of diag, is "full"'
    ],
    ["observations without parameters", { observations: [[1]] }, "case.parameters must be an object, is missing"],
    ["an infinite number", { parameters: { ...parameters, means: [["∞"]] }, observations: [[1]] }, "is Infinity"],
    ["an expectation that is no number", { candles: [candle], expectedLast: { rsi14: "x" } }, "rsi14 must be a number"],
    [
      "a case that expects nothing",
      { config: { REBALANCE_KP: 1 }, steps: [{ now: 1 }] },
      "there is no number to compare"
    ],
    ["windows of no data", { sets: [] }, "case.sets name no window"],
    ["a trade without a size", { tickSize: 1, trades: [[1]], expected: null }, "case.trades[0] must hold 2 numbers"],
    ["a tick of 0", { tickSize: 0, trades: [[1, 1]], expected: null }, "case: tickSize must be above 0, is 0"]
  ])("names what is wrong with %s", async (_name, content, message) => {
    const { exitCode, lines } = await run("j.json", JSON.stringify(content).replaceAll('"∞"', "1e999"))
    expect(exitCode).toBe(1)
    expect(lines[1]).toContain(message)
  })

  it("asks of a row that is not finite that it is refused", async () => {
    const rows = (value: string) => JSON.stringify({ parameters, observations: [[value]], expected: null })
    expect((await run("k.json", rows("∞").replace('"∞"', "1e999"))).exitCode).toBe(0)
    expect((await run("k.json", rows("∞").replace('"∞"', "null"))).exitCode).toBe(0)
    expect((await run("k.json", rows("∞").replace('"∞"', "1"))).exitCode).toBe(1)
  })

  it("says which file is missing", async () => {
    const lines: Array<string> = []
    expect(await runConformance(["/no/such.jsonl"], (line) => lines.push(line))).toEqual({ exitCode: 2 })
    expect(lines.at(-1)).toBe("/no/such.jsonl: no such file")
  })

  it("runs the cases of the repository when none are named", async () => {
    const lines: Array<string> = []
    expect(await runConformance([], (line) => lines.push(line))).toEqual({ exitCode: 0 })
    expect(lines.filter((line) => line.endsWith(" 0 failed"))).toHaveLength(caseFiles().length)
  })
})

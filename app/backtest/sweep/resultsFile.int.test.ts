import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import type { Job } from "./points.ts"
import { openResults, type SweepRow } from "./resultsFile.ts"

const directories: Array<string> = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})
const fresh = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "kennel-sweep-"))
  directories.push(directory)
  return join(directory, "results.jsonl")
}

const job = (entryPct: string): Job => ({ set: { ENTRY_PCT: entryPct }, fromMs: 0, untilMs: 60_000 })
const row = (entryPct: string): SweepRow => ({ ...job(entryPct), problem: "nothing trades in the time asked for" })

describe("a file of sweep results", () => {
  it("holds what was appended, whoever opens it next", () => {
    const path = fresh()
    openResults(path, "input").add(row("0.1"))
    openResults(path, "input").add(row("0.2"))
    expect([...openResults(path, "input").known.values()]).toStrictEqual([row("0.1"), row("0.2")])
  })

  it("loses a line that a killed process did not finish, and no other", () => {
    const path = fresh()
    openResults(path, "input").add(row("0.1"))
    const whole = readFileSync(path, "utf8")
    appendFileSync(path, JSON.stringify(row("0.2")).slice(0, 20))
    const opened = openResults(path, "input")
    expect([...opened.known.values()]).toStrictEqual([row("0.1")])
    expect(readFileSync(path, "utf8")).toBe(whole)
    opened.add(row("0.2"))
    expect(openResults(path, "input").known.size).toBe(2)
  })

  it("of another recording or other settings is refused, and so is any other file", () => {
    const path = fresh()
    openResults(path, "input")
    expect(() => openResults(path, "another")).toThrow("holds results of another recording or of other settings")
    const other = fresh()
    appendFileSync(other, '{"a":1}\n')
    expect(() => openResults(other, "input")).toThrow("is no file of sweep results: name another")
    const text = fresh()
    appendFileSync(text, "time,price\n")
    expect(() => openResults(text, "input")).toThrow("line 1, is no JSON")
  })

  it.each([
    ["a text without an end of line", "my notes"],
    ["a list", "time,price\n1,2"],
    ["an object of JSON", '{"a":1}'],
    ["JSON that is no object", "null\n"],
    ["rows without their head", '{"set":{"ENTRY_PCT":"0.1"},"fromMs":0,"untilMs":1}\n{"set":']
  ])("another file stays as it is: %s", (_, content) => {
    const path = fresh()
    writeFileSync(path, content)
    expect(() => openResults(path, "input")).toThrow(/name another/)
    expect(readFileSync(path, "utf8")).toBe(content)
  })

  it("whose head was cut off begins anew", () => {
    const path = fresh()
    openResults(path, "input")
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 30))
    openResults(path, "input").add(row("0.1"))
    expect(openResults(path, "input").known.size).toBe(1)
  })

  it("says which line is no row", () => {
    const path = fresh()
    openResults(path, "input").add(row("0.1"))
    appendFileSync(path, '{"set":{"ENTRY_PCT":"0.2"}}\n')
    expect(() => openResults(path, "input")).toThrow(/line 3, is no row of a sweep/)
  })
})

import { spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { afterEach, describe, expect, it } from "vitest"
import type { Job } from "./points.ts"
import { claimResults, openResults, type SweepRow } from "./resultsFile.ts"

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

/** A process that has the file until it is killed. */
const otherSweep = async (path: string) => {
  const module = new URL("./resultsFile.ts", import.meta.url).href
  const script = `
    import { Effect } from "effect"
    import { claimResults } from ${JSON.stringify(module)}
    const held = claimResults(${JSON.stringify(path)}, "input").pipe(Effect.andThen(Effect.sync(() => console.log("has it"))))
    await Effect.runPromise(Effect.scoped(Effect.andThen(held, Effect.callback(() => process.stdin.resume()))))`
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"]
  })
  await once(child.stdout, "data")
  return child
}

const claimed = (path: string) =>
  Effect.runPromise(Effect.scoped(claimResults(path, "input")).pipe(Effect.map(({ known }) => known.size)))

describe("two sweeps at once on one file of results", { timeout: 60_000 }, () => {
  it("the second is refused, with the process that has it, and under another name of the file too", async () => {
    const path = fresh()
    const other = await otherSweep(path)
    const refusal = `is written to by process ${other.pid}, another sweep: wait for its end, stop it, or name another file`
    await expect(claimed(path)).rejects.toThrow(`${path} ${refusal}`)
    const link = `${path}.link`
    symlinkSync(path, link)
    await expect(claimed(link)).rejects.toThrow(`${link} ${refusal}`)
    other.kill("SIGKILL")
    await once(other, "exit")
  })

  it("a killed one has it no longer, and one that is over gives it back", async () => {
    const path = fresh()
    const other = await otherSweep(path)
    other.kill("SIGKILL")
    await once(other, "exit")
    await expect(claimed(path)).resolves.toBe(0)
    openResults(path, "input").add(row("0.1"))
    await expect(claimed(path)).resolves.toBe(1)
  })

  it("in a directory that cannot be made is refused in words", async () => {
    const path = fresh()
    writeFileSync(path, "my notes")
    await expect(claimed(join(path, "results.jsonl"))).rejects.toThrow(
      /results\.jsonl cannot be written to: .*directory/
    )
    const folder = dirname(path)
    await expect(claimed(folder)).rejects.toThrow(`${folder} is a folder: name a file in it`)
    expect(existsSync(`${folder}.lock`)).toBe(false)
  })
})

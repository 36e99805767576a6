/** What a person sees first: its text, and how little is read for it. One process each, some seconds together on a busy machine. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { COMMANDS } from "../commands.ts"
import { fileOf, helpTexts } from "./texts.ts"

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "kennel-help-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const run = (args: ReadonlyArray<string>) => {
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env: { HOME: directory } })
  return { status, said: stdout.trimEnd() }
}

/** The modules that a command reads, as a hook of the loader sees them. */
const readBy = (...args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [hook, list] = [join(directory, "hook.mjs"), join(directory, "modules.txt")]
  writeFileSync(list, "")
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module"
    import { appendFileSync } from "node:fs"
    registerHooks({ load: (url, context, next) => {
      appendFileSync(${JSON.stringify(list)}, url + "\\n")
      return next(url, context)
    } })`
  )
  run(["--import", hook, "cli/kennel.mjs", ...args])
  return readFileSync(list, "utf8").split("\n")
}

/** What belongs to a market that runs: servers and databases, and the services that stand on them. */
const RUNS =
  /pglite|nats-io|supabase|express|telegraf|node_modules\/ws\/|services\/[a-z-]+\/(layer|service|http|rest|ws)\b/

describe("what a person sees first", () => {
  it("is help in the words of the parser of the command line", async () => {
    const texts = await Effect.runPromise(helpTexts)
    expect(readFileSync(join(import.meta.dirname, "texts.json"), "utf8"), "run: npm run -s generate").toBe(
      fileOf(texts)
    )
    expect(Object.keys(texts)).toEqual(expect.arrayContaining(["", ...Object.keys(COMMANDS), "journal tail"]))
    const asked = ["journal", "tail", "--help"]
    expect(run(["cli/kennel.mjs", ...asked])).toStrictEqual(run(["cli/main.ts", ...asked]))
  })

  it.each(["--help", "action --help", "journal tail -h", "--version", ""])(
    "and is there at once for `kennel %s`: no package is read, and no module of a command or a service",
    (asked) => {
      const read = readBy(...asked.split(" ").filter((arg) => arg !== "")).filter((url) => url.startsWith("file:"))
      const heavy = /node_modules|\/(cli\/commands|services|app|shared)\//
      expect(read.filter((url) => heavy.test(url))).toStrictEqual([])
      expect(read.some((url) => url.endsWith("cli/help/quick.ts"))).toBe(true)
    }
  )
})

describe("a command that looks", () => {
  it.each(["config", "journal stat /nowhere"])(
    "reads nothing of what a running market stands on: `kennel %s`",
    (asked) => {
      const read = readBy(...asked.split(" "))
      expect(read.some((url) => url.includes("/cli/commands/"))).toBe(true)
      expect(read.filter((url) => RUNS.test(url))).toStrictEqual([])
    }
  )
})

/** What a person sees first: its text, and how little is read for it. One process each, some seconds together on a busy machine. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

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

describe("what a person sees first", () => {
  it("is help in the words of the parser of the command line", () => {
    const quick = run(["cli/kennel.mjs", "--help"])
    expect(quick).toStrictEqual(run(["cli/main.ts", "--help"]))
    expect(quick.said).toContain("SUBCOMMANDS")
  })

  it("and is there at once: no package is read for it, and no module of a command or a service", () => {
    const read = readBy("--help").filter((url) => url.startsWith("file:"))
    const heavy = /node_modules|\/(cli\/commands|services|app|shared)\//
    expect(read.filter((url) => heavy.test(url))).toStrictEqual([])
    expect(read.some((url) => url.endsWith("cli/help.ts"))).toBe(true)
  })

  it("of one command costs the parser and that command's own description: nothing of the market, its services and their packages", () => {
    const read = readBy("up", "--help")
    expect(read.some((url) => url.endsWith("cli/commands/up/command.ts"))).toBe(true)
    expect(read.filter((url) => /\/services\/|\/app\/|pglite|nats-io|supabase/.test(url))).toStrictEqual([])
  })
})

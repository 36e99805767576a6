/**
 * What the documents tell people to type: every command exists, takes the flags it is shown with, and the quick ones are run.
 * `npm run docs:check` runs this alone.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { SETTING_ROWS } from "../../app/settings.ts"
import { commandsIn, kennelCalls, shownCommands } from "./commands.ts"

const ROOT = join(import.meta.dirname, "../..")
const shown = shownCommands()
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** Long enough for a start on a busy machine; a hang ends here. */
const TIMEOUT_MS = 60_000

let data = ""
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "kennel-documents-"))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

const kennel = (...args: ReadonlyArray<string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/kennel.mjs", ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: data },
    encoding: "utf8",
    timeout: TIMEOUT_MS
  })
  return { status, output: stdout + stderr }
}

const help = new Map<string, string>()
const helpOf = (path: ReadonlyArray<string>): string => {
  const key = path.join(" ")
  const known = help.get(key) ?? kennel(...path, "--help").output
  help.set(key, known)
  return known
}

/** The leading words that name a command; the rest are its flags and arguments. */
const commandPath = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const path: Array<string> = []
  for (const word of words) {
    if (!/^[a-z][a-z-]*$/.test(word) || !new RegExp(`^ {2}${word}\\b`, "m").test(helpOf(path))) break
    path.push(word)
  }
  return path
}

const calls = shown.flatMap(({ at, line }) => kennelCalls(line).map((words) => ({ at, line, words })))

describe("a command that a document shows", () => {
  it("is found in them at all", () => {
    expect(calls.length).toBeGreaterThan(30)
    expect(
      commandsIn("a.md", "```sh\nFOO=1 npm start   # comment\nnpm ci && npm test\n```\nand `kennel config`.")
    ).toEqual([
      { at: "a.md:2", line: "FOO=1 npm start" },
      { at: "a.md:3", line: "npm ci" },
      { at: "a.md:3", line: "npm test" },
      { at: "a.md:5", line: "kennel config" }
    ])
    expect(kennelCalls("npm run -s kennel -- regime fit\\|label <file>")).toEqual([
      ["regime", "fit", "<file>"],
      ["regime", "label", "<file>"]
    ])
  })

  // Dozens of starts of the command line, one after the other.
  it("exists, with every flag it is shown with", { timeout: 5 * TIMEOUT_MS }, () => {
    const wrong = calls.flatMap(({ at, line, words }) => {
      const path = commandPath(words)
      const [first = ""] = words
      if (path.length === 0 && !first.startsWith("-") && first !== "…") return [`${at}: ${line}: no such command`]
      const text = helpOf(path)
      return words
        .map((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1])
        .filter((flag) => flag !== undefined && !new RegExp(`(?:^|\\s)${flag}\\b`, "m").test(text))
        .map((flag) => `${at}: ${line}: kennel ${path.join(" ")} knows no ${flag}`)
    })
    expect(wrong).toEqual([])
  })

  it("of npm or make is one of ours", () => {
    const targets = new Set(
      [...readFileSync(join(ROOT, "Makefile"), "utf8").matchAll(/^([a-z-]+):/gm)].map(([, name]) => name)
    )
    const wrong = shown.flatMap(({ at, line }) => {
      const script = /npm run (?:-s |--silent )?([\w:-]+)/.exec(line)?.[1]
      if (script !== undefined && manifest.scripts[script] === undefined) return [`${at}: ${line}: no such script`]
      const target = /^make (?:--silent )?([a-z-]+)/.exec(line)?.[1]
      return target !== undefined && !targets.has(target) ? [`${at}: ${line}: no such target`] : []
    })
    expect(wrong).toEqual([])
  })

  it("sets only settings that there are", () => {
    const names = new Set(SETTING_ROWS.map(({ name }) => name))
    const wrong = shown.flatMap(({ at, line }) =>
      [...(/^((?:[A-Z_]+=\S+ )*)/.exec(line)?.[1] ?? "").matchAll(/([A-Z_]+)=/g)]
        .filter(([, name = ""]) => !names.has(name))
        .map(([, name]) => `${at}: ${line}: there is no setting ${name}`)
    )
    expect(wrong).toEqual([])
  })
})

describe("a command that only looks", () => {
  it.each([
    ["--help", /an event-sourced grid trader/i],
    ["config", /ORDER_SIZE_USD/],
    ["conformance", / 0 failed/],
    ["journal verify", /holds no journal/]
  ])("kennel %s does so on an empty data directory", (words, expected) => {
    const { output } = kennel(...words.split(" "))
    expect(output).toMatch(expected)
  })
})

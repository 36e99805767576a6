/** The release workflow: nothing here runs it, so its words are held to what there is. */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import packageJson from "../../package.json" with { type: "json" }
import { findBinary } from "../../shared/testing/requires.ts"

const ROOT = join(import.meta.dirname, "../..")

interface Job {
  readonly "runs-on": string
  readonly "timeout-minutes": number
  readonly needs?: string
  readonly steps: ReadonlyArray<{ readonly uses?: string; readonly run?: string }>
}

const workflow = parse(readFileSync(join(ROOT, ".github/workflows/release.yml"), "utf8")) as {
  readonly on: unknown
  readonly jobs: Readonly<Record<string, Job>>
}
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
const scripts = steps.flatMap(({ run }) => (run === undefined ? [] : [run]))

/** What GitHub's runner images have besides a Debian's own programs. */
const OF_THE_RUNNER: ReadonlySet<string> = new Set(["docker", "gh"])
const BUILTIN: ReadonlySet<string> = new Set(["echo", "printf"])

/** The program of each command of a script. */
const programs = (script: string): ReadonlyArray<string> =>
  script
    .split("\n")
    .flatMap((line) => line.split(" | "))
    .map((command) => command.trim())
    .filter((command) => command !== "" && !/^\w+=/.test(command))
    .map((command) => command.split(" ")[0] ?? "")

describe("the release workflow", () => {
  it("begins with a tag, and releases only what has passed every check", () => {
    expect(workflow.on).toStrictEqual({ push: { tags: ["v*"] } })
    expect(workflow.jobs["release"]?.needs).toBe("check")
    expect(workflow.jobs["check"]?.steps.at(-1)?.run).toBe(".ci/run")
    for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0)
  })

  it("calls programs that there are, and valid shell", () => {
    expect(scripts.length).toBeGreaterThan(3)
    for (const script of scripts) {
      expect(spawnSync("bash", ["-n"], { input: script }).status, script).toBe(0)
      for (const program of programs(script)) {
        const known = OF_THE_RUNNER.has(program) || BUILTIN.has(program)
        expect(known || existsSync(join(ROOT, program)) || findBinary(program) !== null, program).toBe(true)
      }
    }
  })

  it("lists what ships, and nothing that tests alone need", () => {
    const bill = JSON.parse(execFileSync(join(ROOT, ".ci/sbom"), { encoding: "utf8" })) as {
      readonly bomFormat: string
      readonly components: ReadonlyArray<{ readonly name: string }>
    }
    const names = bill.components.map(({ name }) => name)
    expect(bill.bomFormat).toBe("CycloneDX")
    expect(names).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)))
    for (const name of ["vitest", "fast-check", "knip", "oxlint"]) expect(names).not.toContain(name)
  })
})

describe("a version's notes", () => {
  const notesOf = (version: string, changelog: string) => {
    const directory = mkdtempSync(join(tmpdir(), "kennel-notes-"))
    try {
      writeFileSync(join(directory, "package.json"), '{\n  "version": "1.2.0",\n}')
      writeFileSync(join(directory, "CHANGELOG.md"), changelog)
      const { status, stdout, stderr } = spawnSync(join(ROOT, ".ci/notes"), [version, directory], { encoding: "utf8" })
      return { status, said: stdout + stderr }
    } finally {
      rmSync(directory, { recursive: true })
    }
  }
  const CHANGELOG =
    "# Changelog\n\n## [Unreleased]\n\nlater\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- This.\n\n## [1.1.0]\n\n- That.\n"

  it("are its section of the changelog, and no other's", () => {
    expect(notesOf("1.2.0", CHANGELOG)).toStrictEqual({ status: 0, said: "### Added\n\n- This.\n" })
  })

  it.each([
    ["1.1.0", CHANGELOG, "package.json says 1.2.0, the tag says 1.1.0: make them one\n"],
    [
      "1.2.0",
      "## [Unreleased]\n\n- x\n",
      'CHANGELOG.md has no section "## [1.2.0]", or nothing in it: write it before the tag\n'
    ]
  ])("of %s are refused where they are not to be had", (version, changelog, said) => {
    expect(notesOf(version, changelog)).toStrictEqual({ status: 1, said })
  })
})

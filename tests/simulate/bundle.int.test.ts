/** What a failing seed leaves behind: a page that a person can read, and a journal that `kennel replay` proves. */
import { describe, expect, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const ROOT = join(import.meta.dirname, "../..")
/** A bug of a shell: the journal says what was decided, and every decision follows from it. */
const PLANTED = "prices are written as they are heard, never again"

const inFolder = <A>(use: (folder: string) => A): A => {
  const folder = mkdtempSync(join(tmpdir(), "simulated-"))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs a seed with the bug in it, as a person does. */
const fail = (folder: string) =>
  spawnSync(
    process.execPath,
    [
      ...["--import", "./tests/simulate/gate/preload.ts", "tests/simulate/main.ts"],
      ...["--length", "moment", "--seed", "2", "--out", folder]
    ],
    { cwd: ROOT, env: { ...process.env, PLANTED }, encoding: "utf8" }
  )

describe("a seed with a planted bug in it", () => {
  it(
    "leaves a page that says what broke, what it takes and how to run it again, and a journal that kennel replay proves",
    () =>
      inFolder((folder) => {
        const { status, stdout } = fail(folder)
        expect(status).toBe(1)
        const again = `PLANTED="${PLANTED}" npm run simulate:planted -- --length moment --seed 2`
        expect(stdout).toContain(`Again: ${again}`)

        const page = readFileSync(join(folder, "seed-2.txt"), "utf8")
        const bundle = join(folder, "seed-2.kennel")
        expect(page.split("\n")[0]).toBe(`Seed 2 fails: ${again}`)
        const [, problem = ""] = /What does not hold\n {2}(.+)\n/.exec(page) ?? []
        expect(problem).not.toBe("")
        expect(page).toMatch(/The smallest run that shows it \(\d+ of \d+ faults are left\)/)
        expect(page).toContain(`kennel replay ${bundle}`)

        const replay = [join(ROOT, "cli/kennel.mjs"), "replay", bundle]
        const proven = execFileSync(process.execPath, replay, { cwd: folder, encoding: "utf8" })
        expect(proven).toContain(`Seed 2 of the simulation: ${problem}`)
        expect(proven).toMatch(/\d+ events up to record \d+: every decision and every state as the file says/)
      }),
    120_000
  )
})

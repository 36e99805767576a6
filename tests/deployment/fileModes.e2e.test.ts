/** Whatever the command line writes is its owner's alone, also where a shell would let everybody read it. The table is printed. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ROOT } from "../structure/source.ts"
import { marked, minutes, on, sealed, settingsIn } from "../marks/market.ts"

let root = ""
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "kennel-modes-"))
  const data = join(root, "data")
  const settings = settingsIn(data)
  await on(marked(settings), Effect.andThen(minutes(settings, 1, 40), sealed(settings)))
  const kennel = `umask 0; kennel() { "${process.execPath}" cli/main.ts "$@"; }`
  const all = `kennel init-env --file "${root}/made.env" && kennel journal export --out "${root}/bundle" && kennel journal archive`
  execFileSync("sh", ["-c", `${kennel}; ${all}`], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], DATA_DIR: data, LOG_LEVEL: "error" }
  })
}, 120_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

it.each<readonly [what: string, path: RegExp]>([
  ["passwords and keys of the containers", /^made\.env$/],
  ["an exported journal", /^bundle\.kennel$/],
  ["archived eras", /^data\/archive\/era-\d{6}\.jsonl\.gz$/],
  ["the key file", /^data\/journal\.keys$/],
  ["segments", /^data\/journal\/segments\/\d{20}\.(log|log\.zst|idx)$/]
])("%s: 0600, in directories of 0700", (what, path) => {
  const all = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name)
  )
  const files = all.filter((file) => path.test(relative(root, file)))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    for (let above = join(file, ".."); above.length > root.length; above = join(above, "..")) {
      expect(statSync(above).mode & 0o777, above).toBe(0o700)
    }
  }
  process.stdout.write(`${what}: ${files.length} files of 0600\n`)
})

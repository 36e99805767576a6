/** docs/incidents.md: every command in it is run, and every line that it shows is printed. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const ROOT = resolve(import.meta.dirname, "../..")

interface Shown {
  readonly line: string
  readonly code: number
  readonly prints: ReadonlyArray<string>
}

/** Each `sh` block with the `text` block that follows it. */
const shown = [
  ...readFileSync(join(ROOT, "docs/incidents.md"), "utf8").matchAll(/```sh\n(.*)\n```\n\n```text\n([^`]*)```/g)
].map(([, command = "", text = ""]): Shown => {
  const [line = "", comment = ""] = command.split(/\s+#\s/)
  return { line, code: Number(/exit code (\d)/.exec(comment)?.[1] ?? 0), prints: text.trim().split("\n") }
})

let data = ""
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "kennel-incident-"))
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

describe("the incident in the documents", () => {
  it("has a command for each of its steps", () => {
    expect(shown.length).toBeGreaterThan(7)
  })

  it.each(shown)(
    "$line",
    ({ line, code, prints }) => {
      const words = line
        .replace("npm run -s kennel -- ", "")
        .replace("--out ", `--out ${data}/`)
        .split(" ")
        .map((word) => word.replaceAll('"', ""))
      const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/main.ts", ...words], {
        cwd: ROOT,
        env: { PATH: process.env["PATH"] ?? "", DATA_DIR: data },
        encoding: "utf8"
      })
      expect(stderr).toBe("")
      for (const text of prints) expect(stdout).toContain(text)
      expect(status).toBe(code)
    },
    120_000
  )
})

/** The lines that docs/candles.md explains are the lines that the ingestor writes: each stands in its code, and none is left out. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "../..")
const document = readFileSync(join(ROOT, "docs/candles.md"), "utf8")

const FOLDERS = ["", "window"]
const sources = FOLDERS.flatMap((folder) => {
  const path = join(ROOT, "services/ohlcv-ingestor", folder)
  return readdirSync(path)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(path, name), "utf8"))
})

/** The fixed words of each line that is logged as information: what stands between the figures. */
const written = sources.flatMap((text) =>
  [...text.matchAll(/logInfo\(\s*`([^`]+)`/g)].map(([, line = ""]) =>
    line
      .replace(/^ohlcv-ingestor: /, "")
      .split(/\$\{(?:[^{}]|\{[^}]*\})*\}/)
      .map((words) => words.trim())
      .filter((words) => /[a-z]{3}/.test(words))
  )
)

it("explains every line of information that the ingestor writes, in the words of the code", () => {
  expect(written.length).toBeGreaterThan(5)
  const unexplained = written.flat().filter((words) => !document.includes(words))
  expect(unexplained).toEqual([])
})

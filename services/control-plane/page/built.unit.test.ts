import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const BUILT = join(import.meta.dirname, "out/assets")
/** Script that the first view loads: the page itself, and its chart once the page stands. */
const FIRST_LOAD = [/^index-.*\.js$/, /^chart-.*\.js$/]
const LIMIT_KIB = 90

/** npm ci and npm run page build it. */
const built = () => readdirSync(BUILT).map((name) => ({ name, text: readFileSync(join(BUILT, name), "utf8") }))

describe("the built page", () => {
  it("loads at most 90 KiB of script, compressed, for its first view with the chart", () => {
    const first = built().filter(({ name }) => FIRST_LOAD.some((pattern) => pattern.test(name)))
    expect(first).toHaveLength(FIRST_LOAD.length)
    const bytes = first.reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0)
    expect(bytes / 1_024).toBeLessThanOrEqual(LIMIT_KIB)
  })

  it("asks nobody but its own server, and runs no text as code", () => {
    const loads = /(?:fetch|import|EventSource|src=|@import|url)\(?["'`]https?:/
    for (const { name, text } of built()) {
      expect(loads.test(text), name).toBe(false)
      expect(/\beval\(|new Function\(/.test(text), name).toBe(false)
    }
  })
})

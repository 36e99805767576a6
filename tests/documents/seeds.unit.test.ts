/** `docs/seeds.md`: every path and test that it names exists, and no row is without a test or a reason. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"

const ROOT = join(import.meta.dirname, "../..")

const rows = readFileSync(join(ROOT, "docs/seeds.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| 00\d /.test(line))
  .map((line) => {
    const [section = "", asks = "", where = "", test = "", reason = ""] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim())
    return { section, asks, where, test, reason }
  })

const pathsIn = (cell: string): ReadonlyArray<string> => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path)

describe("the table of sections", () => {
  it("has a row for every numbered section of the bot's document, and rows for each of the five", () => {
    const sections = rows.map(({ section }) => section)
    for (let n = 1; n <= 25; n++) {
      expect(sections.some((section) => new RegExp(`^001 §${n}(\\.|:|$)`).test(section))).toBe(true)
    }
    expect(new Set(sections.map((section) => section.slice(0, 3)))).toEqual(
      new Set(["000", "001", "002", "003", "004"])
    )
    expect(new Set(sections).size).toBe(sections.length)
  })

  it.each(rows)("$section names only what is there, and has a test or a reason", ({ where, test, reason, asks }) => {
    expect(asks).not.toBe("")
    expect(pathsIn(where).length).toBeGreaterThan(0)
    const missing = [...pathsIn(where), ...pathsIn(test)].filter((path) => !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
    expect(pathsIn(test).every((path) => path.endsWith(".test.ts"))).toBe(true)
    expect(pathsIn(test).length > 0 || reason !== "").toBe(true)
  })
})

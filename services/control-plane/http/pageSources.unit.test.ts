import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { changedSource, SOURCES_FILE, sourcesText } from "./pageSources.ts"

const root = mkdtempSync(join(tmpdir(), "kennel-sources-"))
afterAll(() => rmSync(root, { recursive: true }))

describe("a built page", () => {
  it("is of the sources that are there until one of them changes", () => {
    for (const name of ["a.ts", "b.css"]) writeFileSync(join(root, name), name)
    expect(changedSource(root, root)).toBeNull()
    writeFileSync(join(root, SOURCES_FILE), sourcesText(["b.css", "a.ts"], root))
    expect(changedSource(root, root)).toBeNull()
    writeFileSync(join(root, "b.css"), "another")
    expect(changedSource(root, root)).toBe("b.css")
  })

  it("is not compared with sources that did not come along", () => {
    rmSync(join(root, "b.css"))
    expect(changedSource(root, root)).toBeNull()
  })
})

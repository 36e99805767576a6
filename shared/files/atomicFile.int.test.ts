/** Files that are written whole or not at all. */
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { writeAtomically } from "./atomicFile.ts"

it("what cannot be put in its place leaves nothing beside it, and says why", () => {
  const here = fs.mkdtempSync(join(tmpdir(), "kennel-atomic-"))
  try {
    // A directory of that name that is not empty: nothing can be moved over it.
    fs.mkdirSync(join(here, "taken", "by others"), { recursive: true })
    expect(() => writeAtomically(join(here, "taken"), Buffer.from("x"))).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/)
    expect(fs.readdirSync(here)).toStrictEqual(["taken"])
    writeAtomically(join(here, "file"), Buffer.from("x"))
    writeAtomically(join(here, "file"), Buffer.from("y"))
    expect(fs.readdirSync(here)).toStrictEqual(["file", "taken"])
    expect(fs.readFileSync(join(here, "file"), "utf8")).toBe("y")
  } finally {
    fs.rmSync(here, { recursive: true })
  }
})

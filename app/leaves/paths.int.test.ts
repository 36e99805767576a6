/** Paths of the settings on a real file system: what cannot be what it is for, and what is left as it was. */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readSettingsHere, writesAll, writesNothing } from "../settings.ts"
import { linuxFound } from "../../shared/testing/requires.ts"

let here = ""

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), "kennel-paths-"))
  writeFileSync(join(here, "file"), "")
  mkdirSync(join(here, "folder"))
})
afterEach(() => rmSync(here, { recursive: true }))

const problems = (env: Readonly<Record<string, string>>, writes = writesAll) =>
  readSettingsHere({ DATA_DIR: join(here, "data"), ...env }, writes).problems.map((line) => line.replaceAll(here, "…"))

/** The same by a user without rights: for `up`, a service that keeps files, one that keeps none, and a command that looks. */
const asNobody = (env: Readonly<Record<string, string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const script = `
    const { readSettingsHere, writesAll, writesNothing, writesOf } = await import(${JSON.stringify(join(import.meta.dirname, "../settings.ts"))})
    if (process.getuid() === 0) process.setuid(65534)
    const writers = [writesAll, writesOf({ keepsFiles: true }), writesOf({}), writesNothing]
    console.log(JSON.stringify(writers.map((writes) => readSettingsHere(${JSON.stringify(env)}, writes).problems)))`
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" })
  return JSON.parse(said.replaceAll(here, "…")) as ReadonlyArray<ReadonlyArray<string>>
}

describe("a path that a setting names", () => {
  it("may be missing where a directory is to be made, and nothing is made of it yet", () => {
    expect(problems({ ARCHIVE_DIR: join(here, "a/b/c"), HEALTH_FILE: join(here, "alive") })).toStrictEqual([])
    expect(readdirSync(here)).toStrictEqual(["file", "folder"])
  })

  it.each([
    [{ DATA_DIR: "file" }, "DATA_DIR=…/file: is a file; name a directory (a directory)"],
    [
      { DATA_DIR: "file/below" },
      "DATA_DIR=…/file/below: …/file is a file; name a path whose directories can be made (a directory)"
    ],
    [{ CONTEXT_HISTORY_DIR: "file" }, "CONTEXT_HISTORY_DIR=…/file: is a file; name a directory (a directory)"],
    [{ NATS_CREDS_FILE: "none" }, "NATS_CREDS_FILE=…/none: no such file; name one that is there (a file)"],
    [{ NATS_TLS_CA_FILE: "folder" }, "NATS_TLS_CA_FILE=…/folder: is a directory; name a file (a file)"],
    [{ HEALTH_FILE: "folder" }, "HEALTH_FILE=…/folder: is a directory; name a file (a file)"],
    [
      { HEALTH_FILE: "file/alive" },
      "HEALTH_FILE=…/file/alive: …/file is a file; name a path whose directories can be made (a file)"
    ]
  ])("is refused where something else stands: %j", (env, line) => {
    const there = Object.fromEntries(Object.entries(env).map(([name, path]) => [name, join(here, path)]))
    expect(problems(there)).toStrictEqual([line])
  })

  it.runIf(linuxFound()).each(["/proc/x", "/proc/x/y", "/sys/kennel"])(
    "is refused where nothing can be kept: %s",
    (path) => {
      const [line = ""] = problems({ DATA_DIR: path }, writesNothing)
      expect(line).toMatch(new RegExp(`^DATA_DIR=${path}: /(proc|sys) is the kernel's own; name a directory on a disk`))
    }
  )

  it.runIf(linuxFound())("is refused where this user may not write, if it would be written to", () => {
    chmodSync(here, 0o755)
    chmodSync(join(here, "folder"), 0o555)
    const [everything, keeping, other, looking] = asNobody({ DATA_DIR: join(here, "folder/data") })
    const line =
      "DATA_DIR=…/folder/data: cannot be made: …/folder may not be written by this user; " +
      "name a directory of yours, or change who may write there (a directory)"
    expect([everything, keeping]).toStrictEqual([[line], [line]])
    expect([other, looking]).toStrictEqual([[], []])
  })

  it("is named beside everything else that is wrong", () => {
    const names = problems({ DATA_DIR: join(here, "file"), HEALTH_FILE: join(here, "folder"), PORT: "x" })
    expect(names.map((line) => line.split("=")[0])).toStrictEqual(["PORT", "DATA_DIR", "HEALTH_FILE"])
  })
})

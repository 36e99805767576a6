import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { linuxFound } from "../testing/requires.ts"
import { closeToOthers, makeDirectory } from "./directory.ts"

const modeOf = (path: string) => statSync(path).mode & 0o777

it.runIf(linuxFound())("directories are made for this user alone, and older open ones are closed", () => {
  const here = mkdtempSync(join(tmpdir(), "kennel-modes-"))
  try {
    makeDirectory(join(here, "a/b"))
    makeDirectory(join(here, "a/b"))
    expect([modeOf(join(here, "a")), modeOf(join(here, "a/b"))]).toStrictEqual([0o700, 0o700])
    mkdirSync(join(here, "open"))
    chmodSync(join(here, "open"), 0o755)
    closeToOthers(join(here, "open"))
    expect(modeOf(join(here, "open"))).toBe(0o700)
  } finally {
    rmSync(here, { recursive: true })
  }
})

it.runIf(linuxFound())("a directory that cannot be made is an error, not a search without end", () => {
  expect(() => makeDirectory("/proc/x/y")).toThrow(/ENOENT/)
})

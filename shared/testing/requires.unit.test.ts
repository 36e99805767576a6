import { dirname } from "node:path"
import { describe, expect, test } from "vitest"
import { findBinary, requireBinary, searchPath } from "./requires.ts"

const REMEDY = "chromium not found in PATH or /usr/sbin; on Debian: apt-get install chromium"

describe("programs that tests need", () => {
  test("a program is found in the first directory that holds it", () => {
    expect(findBinary("node", ["/nowhere", dirname(process.execPath)])).toBe(process.execPath)
  })

  test("a directory or a missing file of that name is no program", () => {
    expect(findBinary("tmp", ["/", "/nowhere"])).toBeNull()
  })

  test("PATH is searched first, then where Debian puts daemons", () => {
    expect(searchPath({ PATH: "/a::/b" })).toEqual(["/a", "/b", "/usr/local/sbin", "/usr/sbin", "/sbin"])
    expect(searchPath({})).toEqual(["/usr/local/sbin", "/usr/sbin", "/sbin"])
  })

  test("in CI a missing program is a failure that says what to install", () => {
    const place = { ci: true, say: () => undefined }
    expect(() => requireBinary("chromium", ["/nowhere"], place)).toThrow(REMEDY)
  })

  test("elsewhere a missing program is null, and one line says what to install", () => {
    const lines: Array<string> = []
    const looked = () => requireBinary("chromium", ["/nowhere"], { ci: false, say: (line) => lines.push(line) })
    expect([looked(), looked()]).toEqual([null, null])
    expect(lines).toEqual([`tests skipped: ${REMEDY}\n`])
  })
})

import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url))

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kennel-env-"))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const file = () => join(directory, ".env")
const initEnv = (...args: ReadonlyArray<string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "init-env", ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "" },
    encoding: "utf8"
  })
  return { status, stdout, stderr }
}
const mode = (): string => (statSync(file()).mode & 0o777).toString(8)

describe("kennel init-env", () => {
  it("makes a file that its owner alone reads, and shows no secret", () => {
    const { status, stdout } = initEnv()
    expect(status).toBe(0)
    expect(mode()).toBe("600")
    expect(stdout).toMatch(/\.env: made, with 30 passwords and keys/)
    for (const [, value = ""] of readFileSync(file(), "utf8").matchAll(/^\w+=(.*)$/gm))
      expect(stdout).not.toContain(value)
    expect(readdirSync(directory)).toEqual([".env"])
  })

  it("changes nothing when it is run again, but closes a file that others could read", () => {
    initEnv()
    const before = readFileSync(file(), "utf8")
    spawnSync("chmod", ["644", file()])
    expect(initEnv().stdout).toMatch(/complete; nothing changed/)
    expect(readFileSync(file(), "utf8")).toBe(before)
    expect(mode()).toBe("600")
  })

  it("adds what is missing, below what a person wrote", () => {
    const own = "# mine\nKENNEL_PORT=9000\nPOSTGRES_PASSWORD='chosen by hand'"
    writeFileSync(file(), own)
    const { stdout } = initEnv("--file", ".env")
    expect(stdout).toMatch(/NATS_PASSWORD_MARKET_FEED, .* added; what was there is unchanged/)
    const after = readFileSync(file(), "utf8")
    expect(after.startsWith(`${own}\nNATS_PASSWORD_`)).toBe(true)
    expect(after.match(/^POSTGRES_PASSWORD=/gm)).toHaveLength(1)
    expect(mode()).toBe("600")
  })

  it("leaves a file with an empty password as it is, and says what to do", () => {
    writeFileSync(file(), "POSTGRES_PASSWORD=\n")
    const { status, stderr } = initEnv()
    expect(status).toBe(1)
    expect(stderr).toMatch(/^kennel: .*\.env: POSTGRES_PASSWORD is empty: give it a value, or delete the line/)
    expect(readFileSync(file(), "utf8")).toBe("POSTGRES_PASSWORD=\n")
  })

  it("says in one line where it cannot write", () => {
    const { status, stderr } = initEnv("--file", "nowhere/.env")
    expect(status).toBe(1)
    expect(stderr).toMatch(/^kennel: .*nowhere\/\.env: .*ENOENT/)
    expect(stderr.trim().split("\n")).toHaveLength(1)
  })
})

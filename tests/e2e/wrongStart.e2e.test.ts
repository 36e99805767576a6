/** A start with settings that cannot be: refused at once, every one named, and nothing left behind. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { linuxFound } from "../../shared/testing/requires.ts"
import { startKennel } from "../testing/processes.ts"

let directory = ""

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-wrong-"))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe("a start with impossible settings", () => {
  it("names each with what to do, shows no secret, makes nothing and ends with exit code 1", async () => {
    await writeFile(join(directory, "file"), "")
    const env = {
      DATA_DIR: join(directory, "file/data"),
      NATS_CREDS_FILE: join(directory, "none"),
      PAIR: "xdgusd",
      PORT: "70000",
      SUPABASE_URL: "https://kennel:hunter2@host",
      CONTROL_TOKEN: "hunter3"
    }
    const kennel = startKennel(["up"], env)
    expect(await kennel.ended).toBe(1)
    const said = kennel.output()
    const lines = said.split("\n").filter((line) => line.startsWith("kennel: wrong setting: "))
    expect(new Set(lines.map((line) => /setting: (\w+)=/.exec(line)?.[1])), said).toStrictEqual(
      new Set(Object.keys(env))
    )
    expect(said).not.toMatch(/hunter/)
    expect(await readdir(directory)).toStrictEqual(["file"])
  })

  it.runIf(linuxFound()).each([
    ["up", []],
    ["service", ["control-plane"]],
    ["journal", ["verify"]],
    ["levels", ["import", "nothing.csv"]]
  ])("does not hang in a place where nothing can be made: %s", async (command, args) => {
    const kennel = startKennel([command, ...args], { DATA_DIR: "/proc/x" })
    expect(await kennel.ended).toBe(1)
    expect(kennel.output()).toContain("DATA_DIR=/proc/x: /proc is the kernel's own; name a directory on a disk")
  })
})

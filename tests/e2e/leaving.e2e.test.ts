/** A process that goes says so at once: reason, exit code, and nothing that waits for closing. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { freePort } from "../../shared/testing/freePort.ts"
import { type Kennel, startKennel } from "../testing/processes.ts"

let directory = ""
let kennel: Kennel | null = null

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-leaving-"))
})
afterEach(async () => {
  await kennel?.end("SIGKILL")
  kennel = null
  await rm(directory, { recursive: true, force: true })
})

describe("a start whose PAIR is not the name in the exchange's replies", () => {
  it("is refused with the right name, said at once, and with exit code 1", async () => {
    const port = String(await freePort())
    kennel = startKennel(["up"], { DATA_DIR: directory, PORT: port, PAIR: "DOGEUSD", SUPABASE_URL: "" })
    expect(await kennel.ended).toBe(1)
    const said = kennel.output()
    const stopping = said.indexOf("stopping: AssetPairs: PAIR=DOGEUSD: the exchange's replies call this pair XDGUSD")
    expect(stopping, said).toBeGreaterThan(-1)
    expect(said).toContain("set PAIR=XDGUSD")
  })
})

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, it } from "vitest"
import { freePort } from "../../shared/testing/freePort.ts"
import { startKennel, until } from "../testing/processes.ts"

const TEN_MINUTES = join(import.meta.dirname, "../data/candles/ten-rows.csv")

let directory = ""
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-end-"))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it("a market whose recording has ended pauses, and says that this is why", async () => {
  const port = await freePort()
  const kennel = startKennel(["up", "--market", `recorded:${TEN_MINUTES}`], { DATA_DIR: directory, PORT: String(port) })
  try {
    const ended = async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/api/status`)).text()
      return text.includes("recording ended") ? text : null
    }
    const status = await until("the status says that the recording has ended", ended, 90, kennel.output)
    assert.match(status, /"mode":"PAUSED"/)
    assert.match(kennel.output(), /exchange-sim: recording ended at 2024-01-01T00:10:00\.000Z: the market is closed/)
  } finally {
    await kennel.end("SIGTERM")
  }
}, 120_000)

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { freePort } from "../../shared/testing/freePort.ts"
import { startKennel, until } from "../testing/processes.ts"

const TEN_MINUTES = join(import.meta.dirname, "../data/candles/ten-rows.csv")

interface Status {
  readonly mode: string
  readonly mode_reason: string | null
}

let directory = ""
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-end-"))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it("a market whose recording has ended pauses, and says that this is why", async () => {
  const port = await freePort()
  const kennel = startKennel(["up", "--market", `recorded:${TEN_MINUTES}`], { DATA_DIR: directory, PORT: String(port) })
  try {
    // Whichever is noticed first: the price grows stale, or orders are refused, again and again. Both are told in the exchange's words.
    const paused = async () => {
      const { mode, mode_reason: why } = (await (await fetch(`http://127.0.0.1:${port}/api/status`)).json()) as Status
      return mode === "PAUSED" && why?.includes("recording ended") === true ? why : null
    }
    const reason = await until("the market pauses because its recording has ended", paused, 90, kennel.output)
    expect(reason).toMatch(
      /^(The last price was .* old, at most .* are allowed; the exchange says|The exchange has refused \d+ orders in a row): .*recording ended/
    )
    expect(kennel.output()).toMatch(/exchange-sim: recording ended at 2024-01-01T00:10:00\.000Z: the market is closed/)
  } finally {
    await kennel.end("SIGTERM")
  }
}, 120_000)

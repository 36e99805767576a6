/** The watchlist by hand, and several symbols behind one flag. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startKennel } from "../testing/processes.ts"

let directory = ""
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-symbols-"))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const kennel = async (...args: ReadonlyArray<string>) => {
  // Nobody listens there, and on paper nobody asks the simulated exchange for real pairs.
  const env = { CANDLE_SOURCE_URL: "http://127.0.0.1:1", KRAKEN_REST_URL: "http://127.0.0.1:2" }
  const process = startKennel(args, { DATA_DIR: directory, ...env })
  const code = await process.ended
  return { code, lines: process.output().trim().split("\n") }
}

describe("the watchlist", () => {
  it("takes symbols, shows them, and lets them go", async () => {
    expect((await kennel("symbols", "add", "XBTUSD", "ETHUSD,SOLUSD")).lines).toEqual(["ETHUSD", "SOLUSD", "XBTUSD"])
    expect((await kennel("symbols", "remove", "ETHUSD")).lines).toEqual(["SOLUSD", "XBTUSD"])
    expect((await kennel("symbols", "list")).lines).toEqual(["SOLUSD", "XBTUSD"])
  }, 120_000)

  it("says which address gave no list of pairs, and what else there is", async () => {
    const { code, lines } = await kennel("symbols", "discover", "--filter", "USD")
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(
      /^kennel: symbols: http:\/\/127\.0\.0\.1:1\/0\/public\/AssetPairs: no list of pairs \(.+\); is there a way to the internet\? Another address: --url$/
    )
  }, 60_000)
})

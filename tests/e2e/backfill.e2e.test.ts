/** `make backfill` on a fresh clone, on paper: history of real markets from a public source, without a key and apart from what is simulated. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { startKennel } from "../testing/processes.ts"

const ROOT = join(import.meta.dirname, "../..")
/** A database is made; that takes seconds even on an idle machine. */
const TIMEOUT_MS = 120_000

const asked: Array<string> = []

/** Kraken's `OHLC` as far as a backfill knows it: three closed bars and the forming one of whatever is asked for. */
const publicSource = createServer((request, response) => {
  const { searchParams, pathname } = new URL(request.url ?? "/", "http://localhost")
  asked.push(`${searchParams.get("pair") ?? ""} ${searchParams.get("interval") ?? ""}`)
  const step = Number(searchParams.get("interval")) * 60
  const forming = Math.floor(Date.now() / 1_000 / step) * step
  const bars = [3, 2, 1, 0].map((ago) => [forming - ago * step, "0.2", "0.3", "0.1", "0.25", "0.2", "5.0", 3])
  const known = pathname === "/0/public/OHLC" && searchParams.get("pair") !== "NOPEUSD"
  response.end(
    JSON.stringify(
      known ? { error: [], result: { XDGUSD: bars, last: forming - step } } : { error: ["EQuery:Unknown asset pair"] }
    )
  )
})

let directory = ""
let url = ""
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-backfill-"))
  publicSource.listen(0, "127.0.0.1")
  await once(publicSource, "listening")
  url = `http://127.0.0.1:${(publicSource.address() as AddressInfo).port}`
})
afterAll(async () => {
  publicSource.close()
  publicSource.closeAllConnections()
  await rm(directory, { recursive: true, force: true })
})

const series = () =>
  Effect.runPromise(
    Effect.flatMap(Store, ({ candles }) => candles.coverageOfAll).pipe(
      Effect.provide(EmbeddedStore.layer({ directory: join(directory, "store") }))
    )
  )

const kennel = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const running = startKennel(args, { DATA_DIR: directory, ...env })
  return { code: await running.ended, output: running.output() }
}

describe("a fresh clone on paper", () => {
  it(
    "fills the traded pair's history by make backfill, from the public source and not from the simulated exchange",
    async () => {
      const made = spawn("make", ["backfill"], {
        cwd: ROOT,
        env: {
          PATH: process.env["PATH"] ?? "",
          DATA_DIR: directory,
          BACKFILL_TIMEFRAMES: "1d,1h",
          CANDLE_SOURCE_URL: url,
          CANDLE_CALLS_PER_SEC: "100"
        },
        stdio: ["ignore", "pipe", "inherit"]
      })
      let output = ""
      made.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()))
      const [code] = await once(made, "close")
      expect(code, output).toBe(0)
      expect(output).toMatch(/^2 done, 0 had all there was, 0 failed; 6 new candles/m)
      expect(new Set(asked)).toEqual(new Set(["XDGUSD 1440", "XDGUSD 60"]))
      const told = (await series()).map(({ venue, symbol, intervalMin, count }) => [venue, symbol, intervalMin, count])
      expect(told).toEqual([
        ["real", "XDGUSD", 60, 3],
        ["real", "XDGUSD", 1_440, 3]
      ])
    },
    TIMEOUT_MS
  )

  it(
    "takes several symbols after one flag, with spaces, and says of each that is unknown",
    async () => {
      const args = ["backfill", "--symbols", "XBTUSD", "ETHUSD", "NOPEUSD", "--timeframe", "1d"]
      const { code, output } = await kennel(args, { CANDLE_SOURCE_URL: url, CANDLE_CALLS_PER_SEC: "100" })
      expect(code, output).toBe(1)
      expect(output).toMatch(/^2 done, 0 had all there was, 1 failed; 6 new candles/m)
      expect(output).toContain("NOPEUSD 1d: kraken: NOPEUSD 1d: EQuery:Unknown asset pair")
    },
    TIMEOUT_MS
  )

  it(
    "without a way to the source says so in one sentence, soon, and what was asked for waits",
    async () => {
      const { code, output } = await kennel(["backfill", "--all"], { CANDLE_SOURCE_URL: "http://127.0.0.1:1" })
      expect(code).toBe(1)
      expect(output.trim().split("\n").at(-1)).toMatch(
        /^kennel: backfill: kraken at http:\/\/127\.0\.0\.1:1 does not answer \(.+\); is there a way to the internet\? What was asked for waits: the same command goes on\. Another address: --url$/
      )
    },
    TIMEOUT_MS
  )
})

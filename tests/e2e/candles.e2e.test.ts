/** The candle commands as a person runs them: stopped half-way, with wrong words, on candles of a strange clock. */
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { bar, MINUTES } from "../../services/ohlcv-ingestor/testing/minutes.ts"
import { EmbeddedStore } from "../../shared/store/embedded/store.ts"
import { Store } from "../../shared/store/port.ts"
import { startKennel } from "../testing/processes.ts"

/** A database is made and opened in each; that takes seconds even on an idle machine. */
const TIMEOUT_MS = 120_000

let directory = ""
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kennel-candles-"))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const kennel = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  startKennel(args, { DATA_DIR: directory, ...env })

const inStore = <A, E>(effect: Effect.Effect<A, E, Store>) =>
  Effect.runPromise(Effect.provide(effect, EmbeddedStore.layer({ directory: join(directory, "store") })))

/** A source that takes requests and never answers. */
const silentSource = async (): Promise<{
  readonly server: Server
  readonly url: string
  readonly asked: Promise<void>
}> => {
  const server = createServer()
  const asked = new Promise<void>((resolve) => server.once("request", () => resolve()))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe("kennel backfill", () => {
  it(
    "stopped half-way says so, ends with 130, and leaves its job for the next run",
    async () => {
      const { server, url, asked } = await silentSource()
      const args = ["backfill", "--symbol", "DOGEUSDT", "--source", "binance", "--timeframe", "1d"]
      const running = kennel(args, { CANDLE_SOURCE_URL: url })
      await asked
      const code = await running.end("SIGINT")
      server.closeAllConnections()
      server.close()
      expect(code, running.output()).toBe(130)
      expect(running.output()).toContain("backfill: stopped; the same command goes on where it was\n")
      const counts = await inStore(Effect.flatMap(Store, ({ jobs }) => jobs.counts("binance")))
      expect(counts).toMatchObject({ pending: 1, in_progress: 0 })
    },
    TIMEOUT_MS
  )
})

const CASES = join(import.meta.dirname, "../data/candles")

describe("kennel backfill --from", () => {
  it(
    "a file of which nothing can be used has failed: exit code 1, and the first reason",
    async () => {
      const running = kennel(["backfill", "--from", join(CASES, "semi/SEMI_1.csv")])
      expect(await running.ended, running.output()).toBe(1)
      expect(running.output()).toMatch(/^0 done, 0 had all there was, 1 failed; 0 new candles/m)
      expect(running.output()).toContain('SEMI_1.csv: line 1: cells are separated by ";"; save the file with commas')
    },
    TIMEOUT_MS
  )

  it(
    "values that no store holds and no market has cost their lines, of which the first is named",
    async () => {
      const running = kennel(["backfill", "--from", join(CASES, "over/OVER_60.csv")])
      expect(await running.ended, running.output()).toBe(0)
      expect(running.output()).toMatch(/^1 done, 0 had all there was, 0 failed; 1 new candle in/m)
      expect(running.output()).toMatch(
        /OVER 1h: 2 lines left out .*; the first is line 2: trades "3000000000" is beyond what a store/
      )
    },
    TIMEOUT_MS
  )
})

describe("kennel up", () => {
  it(
    "does not start with a timeframe that no candle has",
    async () => {
      const running = kennel(["up"], { BACKFILL_TIMEFRAMES: "1d,2d" })
      expect(await running.ended).toBe(1)
      expect(running.output()).toMatch(/BACKFILL_TIMEFRAMES=1d,2d: .*"2d"/)
    },
    TIMEOUT_MS
  )
})

describe("kennel candles", () => {
  it.each(["health", "gaps", "coverage"])(
    "%s with a timeframe that does not exist names those that do, in one line",
    async (command) => {
      const running = kennel(["candles", command, "--timeframe", "9z"])
      expect(await running.ended).toBe(1)
      expect(running.output()).toMatch(/^kennel: .*timeframe "9z" is not known; use one of 1m, 5m, .*\n$/)
    },
    TIMEOUT_MS
  )

  it(
    "a series that holds more candles than fit is not healthy",
    async () => {
      const hours = { ...MINUTES, intervalMin: 60 }
      const first = Math.floor(Date.now() / 3_600_000) * 3_600 - 7_200
      const crowd = [0, 60, 120, 3_600].map((sec) => bar(first + sec, "0.2"))
      await inStore(Effect.flatMap(Store, ({ candles }) => candles.upsert(hours, crowd, "import")))
      const coverage = kennel(["candles", "coverage"])
      await coverage.ended
      expect(coverage.output()).toContain("200.0 %, more than fit")
      const health = kennel(["candles", "health"])
      expect(await health.ended).toBe(1)
      expect(health.output()).toMatch(/XDGUSD +1h .* more than fit/)
    },
    TIMEOUT_MS
  )

  it(
    "health calls a candle of the future ahead of the clock, and fails",
    async () => {
      const future = Math.floor(Date.now() / 60_000) * 60 + 86_400
      await inStore(Effect.flatMap(Store, ({ candles }) => candles.upsert(MINUTES, [bar(future, "0.2")], "import")))
      const running = kennel(["candles", "health"])
      const code = await running.ended
      expect(running.output()).toMatch(/XDGUSD +1m .* -2[34]\.\d h +ahead of the clock/)
      expect(code).toBe(1)
    },
    TIMEOUT_MS
  )
})

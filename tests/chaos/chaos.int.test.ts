/** `npm run chaos` in short form, so that it cannot rot; the long one is for people and for release days. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { type ChaosOptions, runChaos } from "./chaos.ts"

const SEED = 7

/** A minute is for people (`npm run chaos -- --freeze 60`): what waits for nobody shows within seconds. */
const FREEZE_SEC = 2

const chaos = async (journal: ChaosOptions["journal"], kills: number, freezeSec = 0) => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-chaos-"))
  try {
    return await runChaos({
      kills,
      freezeSec,
      seed: SEED,
      market: "synthetic",
      speed: "300",
      journal,
      directory,
      log: () => undefined
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

describe(`processes killed at random moments (seed ${SEED})`, () => {
  it("one process on the embedded journal: no lost fill, no doubled order, equal books, equal state", async () => {
    const report = await chaos("embedded", 3)
    expect(report.problems).toEqual([])
    expect(report.orders).toBeGreaterThan(0)
  }, 180_000)

  it.skipIf(!natsServerFound())(
    "six processes over NATS, the server among them: the same",
    async () => {
      const report = await chaos("nats", 5)
      expect(report.problems).toEqual([])
      expect(report.orders).toBeGreaterThan(0)
    },
    180_000
  )

  it.skipIf(!natsServerFound())(
    "each of the eight frozen for a moment, one after the other: the same",
    async () => {
      const report = await chaos("nats", 8, FREEZE_SEC)
      expect(report.problems).toEqual([])
      expect(report.cycles).toBeGreaterThan(0)
    },
    180_000
  )
})

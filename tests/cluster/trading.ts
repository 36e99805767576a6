/** A market that trades while its cluster fails: who gave up, how long until it traded again, and the audit. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type MarketReport, startMarket } from "../chaos/market.ts"
import type { Fault } from "./faults.ts"
import type { Cluster } from "./servers.ts"
import { replicasFor } from "./workload.ts"

/** The stream of the market, whose leader faults mean. */
const MARKET_STREAM = "KENNEL_XDGUSD"

/** What came of it. */
export interface Traded extends MarketReport {
  /** Services that ended by themselves. */
  readonly gaveUp: ReadonlyArray<string>
}

/** Starts a market on the cluster, lets each fault happen, waits for another cycle after each, and audits. */
export const whileTrading = async (
  cluster: Cluster,
  faults: ReadonlyArray<{ readonly fault: Fault; readonly seconds: number }>,
  log: (line: string) => void
): Promise<Traded> => {
  const directory = await mkdtemp(join(tmpdir(), "kennel-trading-"))
  const market = await startMarket({
    seed: 7,
    market: "synthetic",
    speed: "300",
    natsUrl: cluster.url,
    settings: { NATS_REPLICAS: String(replicasFor(cluster)) },
    directory,
    log
  })
  try {
    await market.anotherCycle()
    for (const { fault, seconds } of faults) {
      await fault.happen(cluster, seconds, { stream: MARKET_STREAM, goesOn: market.anotherCycle })
      const from = performance.now()
      await market.anotherCycle()
      log(`${fault.name} (${seconds} s): another cycle after ${Math.round((performance.now() - from) / 100) / 10} s`)
    }
    return { ...(await market.audit()), gaveUp: market.revived }
  } finally {
    await market.dispose()
    await rm(directory, { recursive: true, force: true })
  }
}

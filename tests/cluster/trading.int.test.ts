/** A market that trades on a cluster: nobody gives up while it has no leader, and the audit finds nothing afterwards. */
import { describe, expect, test } from "vitest"
import { clusterFound } from "./binary.ts"
import { FAULTS } from "./faults.ts"
import { startCluster } from "./servers.ts"
import { whileTrading } from "./trading.ts"

/** At length, and with the others: `npm run cluster -- --trading`. */
const SHORT = FAULTS.filter(({ name }) => name.startsWith("quorum"))

describe.runIf(clusterFound())("seven processes on a cluster of three", () => {
  test("wait while quorum is lost, and go on: no order doubled, books equal, 0 divergences", async () => {
    const cluster = await startCluster()
    try {
      const faults = SHORT.map((fault) => ({ fault, seconds: fault.shortSec }))
      const traded = await whileTrading(cluster, faults, () => undefined)
      expect(traded.gaveUp).toStrictEqual([])
      expect(traded.problems).toStrictEqual([])
      expect(traded.cycles).toBeGreaterThan(0)
    } finally {
      await cluster.dispose()
    }
  }, 180_000)
})

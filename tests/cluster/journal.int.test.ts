/** The journal on three real servers, through what can befall them: nothing lost, doubled, reordered or cut short. */
import { afterAll, beforeAll, describe, test } from "vitest"
import { clusterFound } from "./binary.ts"
import { FAULTS } from "./faults.ts"
import { loopback } from "./network.ts"
import { type Cluster, startCluster } from "./servers.ts"
import { survives } from "./survives.ts"

/**
 * Those that take a few seconds. The leader is also killed where its disk is wiped, and quorum is lost in
 * `trading.int.test.ts`; again and again, and all of it at length: `npm run cluster`.
 */
const SHORT = FAULTS.filter(({ cutsNetwork, shortSec }) => !cutsNetwork && shortSec <= 6).filter(
  ({ name }) => !name.includes("again and again")
)

describe.runIf(clusterFound())("writers and readers go on, and nothing acknowledged is lost, when", () => {
  let cluster: Cluster
  /** The writers' counts: each test goes on where the one before it stopped. */
  const written = {}
  beforeAll(async () => {
    cluster = await startCluster(loopback)
  })
  afterAll(() => cluster.dispose())

  test.each(SHORT)("$name", (fault) => survives(cluster, written, fault), 180_000)
})

/** The journal on three real servers, through what can befall them: nothing lost, doubled, reordered or cut short. */
import { afterAll, beforeAll, describe, test } from "vitest"
import { clusterFound } from "./binary.ts"
import { FAULTS } from "./faults.ts"
import { loopback } from "./network.ts"
import { type Cluster, startCluster } from "./servers.ts"
import { survives } from "./survives.ts"

/** Those that happen in CI. The leader is killed where its disk is wiped; again and again, and all at length: `npm run cluster`. */
const SHORT = FAULTS.filter(({ name, cutsNetwork }) => !cutsNetwork && !name.includes("again and again"))

describe.runIf(clusterFound())("writers and readers go on, and nothing acknowledged is lost, when", () => {
  let cluster: Cluster
  /** The writers' counts: each test goes on where the one before it stopped. */
  const written = {}
  beforeAll(async () => {
    cluster = await startCluster(loopback)
  })
  afterAll(() => cluster.dispose())

  test.each(SHORT)("$name", (fault) => survives(cluster, written, fault))
})

/** A minority that is cut off: three servers on hosts of their own, whose links to each other can be cut. */
import { describe, test } from "vitest"
import { clusterFound } from "./binary.ts"
import { FAULTS } from "./faults.ts"
import { namespaces, namespacesFound } from "./network.ts"
import { startCluster } from "./servers.ts"
import { survives } from "./survives.ts"

describe.runIf(clusterFound() && namespacesFound())(
  "writers and readers go on, and nothing acknowledged is lost, when",
  () => {
    test.each(FAULTS.filter(({ cutsNetwork }) => cutsNetwork))("$name", async (fault) => {
      const cluster = await startCluster(namespaces(3))
      try {
        await survives(cluster, {}, fault)
      } finally {
        await cluster.dispose()
      }
    })
  }
)

/** The journal on three real servers, through all that can befall them: nothing lost, doubled, reordered or cut short. */
import { Effect, References } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { natsServerFound } from "../../shared/journal/nats/testing/testServer.ts"
import { type Fault, FAULTS } from "./faults.ts"
import { loopback, namespaces, namespacesFound } from "./network.ts"
import { type Cluster, startCluster } from "./servers.ts"
import { STREAM, whileWorking } from "./workload.ts"

/** Four writers and four readers, on eight connections, while it happens. */
const survives = async (cluster: Cluster, written: Record<string, number>, { happen, shortSec }: Fault) => {
  const happening = Effect.promise(() => happen(cluster, shortSec, STREAM))
  const worked = await Effect.runPromise(
    whileWorking(cluster, written, happening).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
  )
  expect(worked.problems).toStrictEqual([])
  expect(worked.acknowledged).toBeGreaterThan(500)
  expect(worked.boundedReads).toBeGreaterThan(0)
}

describe.runIf(natsServerFound())("writers and readers go on, and nothing acknowledged is lost, when", () => {
  let cluster: Cluster
  const written = {}
  beforeAll(async () => {
    cluster = await startCluster(loopback)
  })
  afterAll(() => cluster.dispose())

  test.each(FAULTS.filter(({ cutsNetwork }) => !cutsNetwork))("$name", (fault) => survives(cluster, written, fault))
})

describe.runIf(natsServerFound() && namespacesFound())("and the same on hosts of their own, when", () => {
  let cluster: Cluster
  beforeAll(async () => {
    cluster = await startCluster(namespaces(3))
  })
  afterAll(() => cluster.dispose())

  test.each(FAULTS.filter(({ cutsNetwork }) => cutsNetwork))("$name", (fault) => survives(cluster, {}, fault))
})

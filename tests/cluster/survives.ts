/** A fault in short form, and what a test expects of it. */
import { Effect, References } from "effect"
import { expect } from "vitest"
import type { Fault } from "./faults.ts"
import type { Cluster } from "./servers.ts"
import { whileWorking } from "./workload.ts"

/** Four writers and four readers work, on eight connections, while it happens. `written`: see `whileWorking`. */
export const survives = async (cluster: Cluster, written: Record<string, number>, fault: Fault): Promise<void> => {
  const worked = await Effect.runPromise(
    whileWorking(cluster, written, fault, fault.shortSec).pipe(
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )
  expect(worked.problems).toStrictEqual([])
  expect(worked.acknowledged).toBeGreaterThanOrEqual(500)
  expect(worked.boundedReads).toBeGreaterThan(0)
}
